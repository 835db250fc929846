//! Every corpus entry, read by us and printed by drizzle-kit, makes the same catalog.
//!
//! `LOCKKEEPER_DRIZZLE_CORPUS` says how many entries of each generation: `all` or a number.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use drizzle::{Options, Statement};
use serde::Deserialize;
use support::{catalog, copy, installed, load, tests_folder};

/// Entries a run takes of each generation when the knob says nothing: all of them, in one node process each.
const ENTRIES_DEFAULT: usize = usize::MAX;

/// Entries that only say something in drizzle-orm 0.x, whose API they use.
const ZERO_ONLY: [&str; 4] = ["casing_camel", "casing_snake", "extras_object", "validators"];

/// Entries of several files and a configuration, which the command line of drizzle-kit reads.
const WITH_CONFIG: [&str; 1] = ["split"];

#[derive(Debug, Deserialize)]
struct Exported {
    #[serde(default)]
    sql: Vec<String>,
    error: Option<String>,
}

fn entries(generation: &str) -> Vec<String> {
    let listed = fs::read_dir(tests_folder().join("corpus")).unwrap();
    let mut names: Vec<String> =
        listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.retain(|name| !WITH_CONFIG.contains(&name.as_str()));
    names.retain(|name| generation == "zero" || !ZERO_ONLY.contains(&name.as_str()));
    let knob = std::env::var("LOCKKEEPER_DRIZZLE_CORPUS").unwrap_or_default();
    names.truncate(knob.parse().unwrap_or(ENTRIES_DEFAULT));
    names
}

/// The corpus with a generation's packages beside it.
fn corpus(generation: &str) -> tempfile::TempDir {
    let folder = support::project(generation, &[]);
    copy(&tests_folder().join("corpus"), folder.path());
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    for (name, casing) in [("casing_snake", "snake_case"), ("casing_camel", "camelCase")] {
        let config = serde_json::json!({"dialect": "postgresql", "schema": "./schema.ts", "casing": casing});
        fs::write(folder.path().join(name).join("drizzle.config.json"), config.to_string()).unwrap();
    }
    folder
}

fn exported(generation: &str, corpus: &Path, names: &[String]) -> BTreeMap<String, Exported> {
    let oracle = tests_folder().join("oracle");
    let mut node = Command::new("node");
    node.arg(oracle.join("export.cjs")).arg(oracle.join(generation)).arg(corpus).args(names);
    let output = node.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn entry_path(corpus: &Path, name: &str) -> PathBuf {
    let known = ["drizzle.config.json", "drizzle.config.ts", "schema.ts", "schema.js"];
    known.iter().map(|file| corpus.join(name).join(file)).find(|path| path.is_file()).unwrap()
}

/// Both sides get what the project only refers to; then each its own.
async fn differs(name: &str, ours: &[Statement], theirs: &[String]) -> Option<String> {
    let text = |statement: &Statement| statement.sql.as_str().to_owned();
    // Roles outlive a database; ours are made in a way that bears that.
    let shared = |statement: &&Statement| statement.scaffold || statement.sql.as_str().starts_with("DO ");
    let scaffold: Vec<String> = ours.iter().filter(shared).map(text).collect();
    let (left, right) = (testkit::database(15).await, testkit::database(15).await);
    for database in [&left, &right] {
        let failed = load(database, &scaffold).await;
        assert!(failed.is_empty(), "{name}: {failed:#?}");
    }
    let session = left.connect().await;
    session.batch_execute("SET search_path = public").await.unwrap();
    for statement in ours.iter().filter(|statement| !statement.scaffold) {
        // In the order given, each at the first try.
        if let Err(error) = session.batch_execute(statement.sql.as_str()).await {
            return Some(format!("{name}: {}\nin {}", connect::describe(&error), statement.sql));
        }
    }
    session.close().await;
    let theirs: Vec<String> = theirs.iter().filter(|sql| !sql.starts_with("CREATE ROLE")).cloned().collect();
    let failed = load(&right, &theirs).await;
    if !failed.is_empty() {
        return Some(format!("{name}: drizzle-kit's own statements do not load: {failed:#?}"));
    }
    let (ours, theirs) = (catalog(&left).await, catalog(&right).await);
    let only = |a: &[String], b: &[String], sign: &str| -> String {
        a.iter().filter(|line| !b.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
    };
    (ours != theirs).then(|| format!("{name}:\n{}{}", only(&theirs, &ours, "-"), only(&ours, &theirs, "+")))
}

async fn compare(generation: &str) {
    installed("zero");
    let folder = corpus(generation);
    let corpus = folder.path().canonicalize().unwrap();
    let names = entries(generation);
    let exported = exported(generation, &corpus, &names);
    let mut wrong = Vec::new();
    for name in &names {
        let theirs = &exported[name];
        let read = drizzle::read(&entry_path(&corpus, name), &Options::default());
        match (read, &theirs.error) {
            (Ok(project), None) => wrong.extend(differs(name, &project.statements, &theirs.sql).await),
            (Err(fault), _) => wrong.push(format!("{name}: {fault}")),
            (_, Some(error)) => wrong.push(format!("{name}: drizzle-kit fails: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn equals_drizzle_kit_0() {
    compare("zero").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equals_drizzle_kit_1() {
    compare("one").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equals_the_command_line_with_a_configuration() {
    let folder = corpus("zero");
    let entry = folder.path().canonicalize().unwrap().join("split");
    let kit = folder.path().join("node_modules/drizzle-kit/bin.cjs");
    fs::create_dir_all(entry.join("node_modules/dotenv")).unwrap();
    fs::write(
        entry.join("node_modules/dotenv/package.json"),
        "{\"name\": \"dotenv\", \"version\": \"1.0.0\"}",
    )
    .unwrap();
    fs::write(entry.join("node_modules/dotenv/config.js"), "").unwrap();
    let mut node = Command::new("node");
    let output = node
        .arg(kit)
        .arg("export")
        .current_dir(&entry)
        .env("DATABASE_URL", "postgres://nobody@nowhere/none")
        .output();
    let output = output.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && text.contains("CREATE TABLE"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let theirs: Vec<String> =
        text.split(";\n").map(|sql| sql.trim().to_owned()).filter(|sql| !sql.is_empty()).collect();
    let project = drizzle::read(&entry.join("drizzle.config.ts"), &Options::default()).unwrap();
    assert_eq!(project.out.as_deref(), Some(entry.join("db/migrations").as_path()));
    assert_eq!(differs("split", &project.statements, &theirs).await, None);
}
