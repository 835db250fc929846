//! A snapshot of drizzle-kit is the schema that its own statements make.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::entries::{corpus, differs, entries, exported};
use support::{installed, tests_folder};

/// Every corpus entry as drizzle-kit of a generation writes it down.
async fn compare(generation: &str) {
    installed("zero");
    let folder = corpus(generation);
    let corpus = folder.path().canonicalize().unwrap();
    let names = entries(generation);
    let exported = exported(generation, &corpus, &names);
    let mut wrong = Vec::new();
    for name in &names {
        let theirs = &exported[name];
        let path = folder.path().join(format!("{name}.json"));
        fs::write(&path, theirs.snapshot.to_string()).unwrap();
        match drizzle::snapshot(&path) {
            Ok(project) => wrong.extend(differs(name, &project.statements, &theirs.sql).await),
            Err(fault) => wrong.push(format!("{name}: {fault}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn version_7_equals_its_statements() {
    compare("zero").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn version_9_equals_its_statements() {
    compare("one").await;
}

/// `snapshots/3_….json` and `.sql` are what drizzle-kit 0.14.8 wrote, `5_…` what 0.20.18 did, `6_…` 0.21.4 and `8_…`
/// 1.0.0-beta.1. No drizzle-kit was published that writes version 4.
#[tokio::test(flavor = "multi_thread")]
async fn older_versions_equal_their_statements() {
    let mut paths: Vec<_> = fs::read_dir(tests_folder().join("snapshots")).unwrap().flatten().collect();
    paths.retain(|entry| entry.path().extension().is_some_and(|ending| ending == "json"));
    let mut wrong = Vec::new();
    for path in paths.iter().map(std::fs::DirEntry::path) {
        let text = fs::read_to_string(path.with_extension("sql")).unwrap();
        let theirs: Vec<String> =
            text.split("--> statement-breakpoint").map(|sql| sql.trim().to_owned()).collect();
        let ours = drizzle::snapshot(&path).unwrap().statements;
        wrong.extend(differs(&path.display().to_string(), &ours, &theirs).await);
    }
    assert!(paths.len() >= 26 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs drizzle-kit's own `generate` in a project.
fn generate(folder: &Path) {
    let output = Command::new("node")
        .args(["node_modules/drizzle-kit/bin.cjs", "generate", "--dialect", "postgresql"])
        .args(["--schema", "./schema.ts", "--out", "./out"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_are_put_together_with_what_they_build_on() {
    installed("zero");
    let schema = |columns: &str, more: &str| {
        format!(
            "import {{ integer, pgTable, text, index }} from 'drizzle-orm/pg-core';
             export const funds = pgTable('funds', {{ id: integer('id').primaryKey(), {columns} }},
                 (t) => [index('by_name').on(t.name)]);
             {more}"
        )
    };
    let folder = support::project("one", &[("schema.ts", &schema("name: text('name')", ""))]);
    generate(folder.path());
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let more = "export const deals = pgTable('deals', { fund: integer('fund').references(() => funds.id) });";
    let grown = schema("name: text('name').notNull().default('x'), year: integer('year')", more);
    fs::write(folder.path().join("schema.ts"), grown).unwrap();
    generate(folder.path());
    let mut migrations: Vec<_> = fs::read_dir(folder.path().join("out")).unwrap().flatten().collect();
    migrations.sort_by_key(std::fs::DirEntry::path);
    let last = migrations.last().unwrap().path().join("snapshot.json");
    assert!(fs::read_to_string(&last).unwrap().contains("deltas"), "it holds differences");
    let mut theirs = Vec::new();
    for migration in &migrations {
        let text = fs::read_to_string(migration.path().join("migration.sql")).unwrap();
        theirs.extend(text.split("--> statement-breakpoint").map(str::to_owned));
    }
    let ours = drizzle::snapshot(&last).unwrap();
    assert_eq!(differs("deltas", &ours.statements, &theirs).await, None);
    fs::remove_dir_all(migrations[0].path()).unwrap();
    let fault = drizzle::snapshot(&last).unwrap_err();
    assert!(fault.kind == "drizzle.snapshot" && fault.what.contains("builds on"), "{fault}");
}

#[test]
fn what_is_no_snapshot_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (text, said) in [
        ("{\"version\": \"7\",\n \"dialect\": \"postgresql\", \"tables\": 3}", ":2:"),
        ("{\"version\": \"7\", \"dialect\": \"mysql\", \"tables\": {}}", "mysql"),
        ("{\"version\": \"2\", \"dialect\": \"pg\"}", "drizzle-kit up"),
        ("{\"version\": \"77\", \"dialect\": \"pg\"}", "77"),
        ("{\"version\": \"9\", \"dialect\": \"postgres\", \"id\": \"a\"}", "neither"),
        ("[", ":1:1"),
    ] {
        let path = folder.path().join("snapshot.json");
        fs::write(&path, text).unwrap();
        let fault = drizzle::snapshot(&path).unwrap_err();
        assert!(fault.kind == "drizzle.snapshot" && fault.to_string().contains(said), "{fault}");
    }
}
