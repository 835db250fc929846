//! `lint` with a schema and `trace` agree on what statements do.
//!
//! Nothing expected is written down: a server measures each statement of `alone/` (one transaction each,
//! rolled back) and of `sequences/` (as they stand; a folder is a run of several files), and what the facts
//! and the followed state say has to be the same. `LOCKKEEPER_TEST_MAJORS` chooses the servers.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod compare;
mod server;

use std::fs;
use std::path::{Path, PathBuf};

use compare::{Tally, compare};
use server::Server;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agreement").join(name)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Each statement of a file in a transaction of its own that is rolled back.
fn alone(text: &str) -> String {
    let script = parse::parse(text);
    let statements = script.statements.iter().map(|it| format!("BEGIN;\n{};\nROLLBACK;\n", it.sql));
    statements.collect()
}

/// The runs: files by name and text.
fn runs() -> Vec<Vec<(String, String)>> {
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let alone = entries(&folder("alone")).into_iter().map(|path| vec![(name(&path), alone(&read(&path)))]);
    let sequences = entries(&folder("sequences")).into_iter().map(|path| match path.is_dir() {
        true => entries(&path).iter().map(|file| (name(file), read(file))).collect(),
        false => vec![(name(&path), read(&path))],
    });
    alone.chain(sequences).collect()
}

#[tokio::test]
async fn facts_say_what_servers_do() {
    let schema: Vec<String> =
        entries(&folder("schema")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut differences = Vec::new();
    for major in testkit::majors() {
        let server = Server::start(major, &schema).await;
        let mut tally = Tally::default();
        for files in runs() {
            let (said, measured) = server.both(&files).await;
            compare(&said, &measured, &mut tally);
        }
        println!("PostgreSQL {major}: {tally}");
        differences.extend(tally.differences.iter().map(|it| format!("PostgreSQL {major}: {it}")));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
