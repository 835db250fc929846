//! `lint` with a schema and `trace` agree on what statements do.
//!
//! Nothing expected is written down: a server measures each statement of `alone/` (one transaction each,
//! rolled back) and of `sequences/` (as they stand; a folder is a run of several files), and what the facts
//! and the followed state say has to be the same. So it is for statements made at random:
//! `LOCKKEEPER_AGREEMENT_CASES` says how many runs of them. `LOCKKEEPER_TEST_MAJORS` chooses the servers.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod compare;
mod generate;
mod server;

use std::fs;
use std::path::{Path, PathBuf};

use compare::{Tally, compare};
use generate::{Choices, Generator};
use model::Silent;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use read::Source;
use server::Server;
use shadow::ShadowOptions;

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

/// Runs made at random, on each major.
fn cases() -> u32 {
    std::env::var("LOCKKEEPER_AGREEMENT_CASES").map_or(12, |it| it.parse().expect("a number of runs"))
}

fn schema() -> Vec<String> {
    entries(&folder("schema")).iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn facts_say_what_servers_do_to_any_statement() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for major in testkit::majors() {
        let server = runtime.block_on(Server::start(major, &schema()));
        let generator = Generator::of(server.schema());
        let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
        let runs = proptest::collection::vec(any::<Choices>(), 1..6);
        let outcome = TestRunner::new(config).run(&runs, |run| {
            let text: String = run.into_iter().map(|it| format!("{};\n", generator.statement(it))).collect();
            let (said, measured) = runtime.block_on(server.both(&[("run.sql".to_owned(), text.clone())]));
            let mut tally = Tally { lenient: true, ..Tally::default() };
            compare(&said, &measured, &mut tally);
            match tally.differences.is_empty() {
                true => Ok(()),
                false => Err(TestCaseError::fail(format!("{}\nin\n{text}", tally.differences.join("\n")))),
            }
        });
        if let Err(error) = outcome {
            panic!("PostgreSQL {major}: {error}");
        }
    }
}

/// What the linter says with a schema does not depend on where that comes from: the live database, the SQL that
/// made it, a snapshot of it.
#[tokio::test]
async fn a_schema_says_the_same_wherever_it_comes_from() {
    for major in testkit::majors() {
        let server = Server::start(major, &schema()).await;
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("schema-{major}"));
        fs::create_dir_all(&folder).unwrap();
        let (sql, snapshot) = (folder.join("schema.sql"), folder.join("schema.json"));
        fs::write(&sql, schema().join("\n")).unwrap();
        fs::write(&snapshot, read::save(server.schema())).unwrap();
        let mut reader = read::Reader::new(ShadowOptions::of(major), &Silent);
        for source in [&sql, &snapshot] {
            let source = Source::parse(&source.to_string_lossy()).unwrap();
            let found = reader.read(&source).await.unwrap().schema;
            for files in runs() {
                let (live, other) = (server.said(server.schema(), &files), server.said(&found, &files));
                assert_eq!(live.statements, other.statements, "PostgreSQL {major}, {source:?}");
                assert_eq!(live.findings, other.findings, "PostgreSQL {major}, {source:?}");
            }
        }
    }
}

#[tokio::test]
async fn facts_say_what_servers_do() {
    let schema = schema();
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
