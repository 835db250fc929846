//! Every corpus entry, read by us and printed by drizzle-kit, makes the same catalog.
//!
//! `LOCKKEEPER_DRIZZLE_CORPUS` says how many entries of each generation: `all` or a number.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

mod support;

use std::fs;
use std::process::Command;

use drizzle::Options;
use support::entries::{corpus, differs, entries, entry_path, exported};
use support::installed;

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
