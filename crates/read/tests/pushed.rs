//! A database that drizzle-kit of either generation made shows no difference to its schema, whichever generation it is
//! read with; and what drizzle-kit takes for no change is seen.
//!
//! `LOCKKEEPER_PUSHED=all` runs drizzle-kit's own `push` for every project, which takes minutes.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod packages;
mod projects;

use model::Change;
use projects::corpus;
use read::{Reader, Source};
use shadow::ShadowOptions;
use testkit::TestDatabase;

/// Entries that only drizzle-orm 0.x reads.
const ZERO_ONLY: [&str; 5] = ["casing_camel", "casing_snake", "extras_object", "saas", "validators"];

/// Entries whose defaults the two write with other casts, which the server keeps: `'{1.50}'::numeric[]` of 0.x is
/// `'{1.50}'::numeric(8,2)[]` of 1.0.
const CAST_OTHERWISE: [&str; 1] = ["arrays"];

/// Entries that drizzle-kit's `push` is run for when the knob says nothing.
const PUSHED: [&str; 3] = ["foreign_keys", "keys", "shop"];

fn oracle() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/oracle")
}

fn entry(schema: &Path) -> String {
    schema.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned()
}

/// The statements that drizzle-kit of a generation makes of every entry.
fn exported(generation: &str, folder: &Path, names: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut node = Command::new("node");
    node.arg(oracle().join("export.cjs")).arg(oracle().join(generation)).arg(folder).args(names);
    let output = node.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let sql = |answer: &serde_json::Value| {
        let list = answer["sql"].as_array().unwrap_or_else(|| panic!("{answer}"));
        list.iter().map(|sql| sql.as_str().unwrap().to_owned()).collect()
    };
    answers.iter().map(|(name, answer)| (name.clone(), sql(answer))).collect()
}

/// Runs what the project only refers to, and roles, as the reader makes them.
async fn prepare(database: &TestDatabase, schema: &Path) {
    let project = drizzle::read(schema, &drizzle::Options::default()).unwrap();
    let session = database.connect().await;
    for statement in &project.statements {
        if statement.scaffold || statement.sql.as_str().starts_with("DO ") {
            session.batch_execute(statement.sql.as_str()).await.unwrap();
        }
    }
    session.close().await;
}

/// Runs statements, those that fail again after the others: what drizzle-kit prints is not always in an order that loads.
async fn load(database: &TestDatabase, statements: &[String]) {
    let session = database.connect().await;
    session.batch_execute("SET search_path = public").await.unwrap();
    let mut waiting: Vec<&String> = statements.iter().filter(|sql| !sql.starts_with("CREATE ROLE")).collect();
    while !waiting.is_empty() {
        let mut failed = Vec::new();
        for statement in &waiting {
            if let Err(error) = session.batch_execute(statement).await {
                failed.push((*statement, connect::describe(&error)));
            }
        }
        assert!(failed.len() < waiting.len(), "{failed:#?}");
        waiting = failed.into_iter().map(|(statement, _)| statement).collect();
    }
    session.close().await;
}

/// What would change a database into a project's schema.
async fn changes(reader: &mut Reader<'_>, database: &TestDatabase, schema: &Path) -> Vec<Change> {
    let session = database.connect().await;
    let from = read::live::read(&session).await.unwrap();
    session.close().await;
    let reading = reader.read(&Source::Drizzle(schema.to_owned())).await.unwrap();
    let to = reading.scope.unwrap().widen(&reading.schema, &from);
    let to = reader.settle(&from, &to).await.unwrap().unwrap_or(to);
    diff::diff(&from, &to, &[]).unwrap().changes
}

fn listed(changes: &[Change]) -> String {
    changes.iter().flat_map(Change::sql).map(|sql| format!("  {sql}\n")).collect()
}

/// What one generation's drizzle-kit makes, read with another's drizzle-orm.
async fn made_and_read(maker: &str, other: &str) {
    let ((made_in, made), (_read_in, read)) = (corpus(maker), corpus(other));
    let major = testkit::majors()[0];
    let read: BTreeMap<String, &PathBuf> = read.iter().map(|path| (entry(path), path)).collect();
    let left_out = [ZERO_ONLY.as_slice(), &CAST_OTHERWISE].concat();
    let is_shared = |path: &&PathBuf| !left_out.contains(&entry(path).as_str());
    let names: Vec<String> = made.iter().filter(is_shared).map(|path| entry(path)).collect();
    let sql = exported(maker, &made_in.path().canonicalize().unwrap(), &names);
    let mut reader = Reader::new(ShadowOptions::of(major), &model::Silent);
    let mut wrong = String::new();
    for path in made.iter().filter(is_shared) {
        let name = entry(path);
        let database = testkit::database(major).await;
        prepare(&database, path).await;
        load(&database, &sql[&name]).await;
        let changes = changes(&mut reader, &database, read[&name]).await;
        if !changes.is_empty() {
            wrong.push_str(&format!("{name}:\n{}", listed(&changes)));
        }
    }
    assert!(wrong.is_empty(), "made by {maker}, read with {other}:\n{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_0_made_is_no_change_to_1() {
    made_and_read("zero", "one").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_1_made_is_no_change_to_0() {
    made_and_read("one", "zero").await;
}

/// Runs drizzle-kit's own `push`.
fn push(generation: &str, schema: &Path, database: &TestDatabase) {
    let output = Command::new("node")
        .arg(oracle().join(generation).join("node_modules/drizzle-kit/bin.cjs"))
        .args(["push", "--force", "--dialect", "postgresql", "--schema", "./schema.ts", "--url"])
        .arg(database.target().url_with_password())
        .current_dir(schema.parent().unwrap())
        .output()
        .unwrap();
    // It answers 0 whatever happened; the comparison tells.
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

async fn pushed(generation: &str) {
    let all = std::env::var("LOCKKEEPER_PUSHED").is_ok_and(|knob| knob == "all");
    let (_folder, schemas) = corpus(generation);
    let major = testkit::majors()[0];
    let mut reader = Reader::new(ShadowOptions::of(major), &model::Silent);
    let mut wrong = String::new();
    for schema in schemas.iter().filter(|path| path.ends_with("schema.ts")) {
        let name = entry(schema);
        let is_read = generation == "zero" || !ZERO_ONLY.contains(&name.as_str());
        if !is_read || !(all || PUSHED.contains(&name.as_str())) {
            continue;
        }
        let database = testkit::database(major).await;
        prepare(&database, schema).await;
        push(generation, schema, &database);
        let changes = changes(&mut reader, &database, schema).await;
        if !changes.is_empty() {
            wrong.push_str(&format!("{name}:\n{}", listed(&changes)));
        }
    }
    assert!(wrong.is_empty(), "pushed by {generation}:\n{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_0_pushed_is_no_change() {
    pushed("zero").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_1_pushed_is_no_change() {
    pushed("one").await;
}

/// What drizzle-kit's `push` takes for no change: before, after, and the object that changes.
const MISSED: [(&str, &str, &str); 7] = [
    ("check('c', sql`${t.n} > 0`)", "check('c', sql`${t.n} > 1`)", "public.a.c"),
    ("index('i').on(t.n).where(sql`n > 0`)", "index('i').on(t.n).where(sql`n > 1`)", "public.i"),
    ("index('i').on(sql`lower(${t.s})`)", "index('i').on(sql`upper(${t.s})`)", "public.i"),
    ("pgPolicy('p', { using: sql`n > 0` })", "pgPolicy('p', { using: sql`n > 1` })", "public.a.p"),
    ("/* view */ gt(a.n, 0)", "/* view */ gt(a.n, 1)", "public.v"),
    ("/* stored view */ gt(a.n, 0)", "/* stored view */ gt(a.n, 1)", "public.m"),
    ("generatedAlwaysAs(sql`n + 1`)", "generatedAlwaysAs(sql`n + 2`)", "public.a.g"),
];

const SCHEMA: &str = "import { gt, sql } from 'drizzle-orm';
import { check, index, integer, pgMaterializedView, pgPolicy, pgTable, pgView, text } from 'drizzle-orm/pg-core';
export const a = pgTable('a', { n: integer('n'), s: text('s'), g: integer('g').generatedAlwaysAs(sql`n + 1`) }, (t) => [<<part>>]);
export const v = pgView('v').as((qb) => qb.select({ n: a.n }).from(a).where(/* view */ gt(a.n, 0)));
export const m = pgMaterializedView('m').as((qb) => qb.select({ n: a.n }).from(a).where(/* stored view */ gt(a.n, 0)));
";

#[tokio::test(flavor = "multi_thread")]
async fn what_drizzle_kit_misses_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(packages::packages("zero"), folder.path().join("node_modules")).unwrap();
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    let schema = folder.path().join("schema.ts");
    let major = testkit::majors()[0];
    let mut reader = Reader::new(ShadowOptions::of(major), &model::Silent);
    for (before, after, object) in MISSED {
        let text = SCHEMA.replace("<<part>>", if SCHEMA.contains(before) { "" } else { before });
        fs::write(&schema, &text).unwrap();
        let project = drizzle::read(&schema, &drizzle::Options::default()).unwrap();
        let sql: Vec<String> = project.statements.iter().map(|made| made.sql.as_str().to_owned()).collect();
        let database = testkit::database(major).await;
        load(&database, &sql).await;
        let none = changes(&mut reader, &database, &schema).await;
        assert!(none.is_empty(), "{before}\n{}", listed(&none));
        fs::write(&schema, text.replace(before, after)).unwrap();
        let seen = changes(&mut reader, &database, &schema).await;
        let named = seen.iter().any(|change| change.object().to_string() == object);
        assert!(named, "{after}: {object}\n{}", listed(&seen));
    }
}
