//! What is known of a Drizzle project without a server is what a server makes of it.
//!
//! `LOCKKEEPER_KNOWN` says how many random projects are made.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

use std::fs;
use std::path::{Path, PathBuf};

use model::Schema;
use read::{Reader, Source};
use shadow::ShadowOptions;

fn oracle(generation: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../drizzle/tests/oracle")
        .join(generation)
        .join("node_modules")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The entries of the corpus of Drizzle projects, with the packages of a generation beside them.
fn corpus(generation: &str) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(oracle(generation), folder.path().join("node_modules")).unwrap();
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/corpus"), folder.path());
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let schemas = entries.flat_map(|entry| ["schema.ts", "schema.js"].map(|name| entry.join(name)));
    let schemas = schemas.filter(|path| path.is_file()).collect();
    (folder, schemas)
}

/// The first part in which two schemas differ.
fn difference(known: &Schema, asked: &Schema) -> Option<String> {
    if known == asked {
        return None;
    }
    let text = |schema: &Schema| serde_json::to_string_pretty(schema).unwrap();
    let (known, asked) = (text(known), text(asked));
    let lines = known.lines().zip(asked.lines()).enumerate();
    let at = lines.filter(|(_, (a, b))| a != b).map(|(at, _)| at).next().unwrap_or(0);
    let around =
        |text: &str| text.lines().skip(at.saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
    Some(format!("known:\n{}\nasked:\n{}", around(&known), around(&asked)))
}

async fn compare(reader: &mut Reader<'_>, always: &mut Reader<'_>, path: &Path) -> Result<(), String> {
    let source = Source::Drizzle(path.to_owned());
    let shown = path.display();
    match (reader.read(&source).await, always.read(&source).await) {
        (Ok(known), Ok(asked)) => match difference(&known.schema, &asked.schema) {
            Some(difference) => Err(format!("{shown}\n{difference}")),
            None => Ok(()),
        },
        (Err(one), Err(other)) if one.what == other.what => Ok(()),
        (one, other) => Err(format!("{shown}: {:?} beside {:?}", one.err(), other.err())),
    }
}

async fn corpus_is_known(generation: &str, major: u32) {
    let (_folder, schemas) = corpus(generation);
    let mut reader = Reader::new(ShadowOptions::of(major), &model::Silent);
    let mut always = Reader::new(ShadowOptions::of(major), &model::Silent).asking_always();
    let mut wrong = Vec::new();
    for schema in &schemas {
        wrong.extend(compare(&mut reader, &mut always, schema).await.err());
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), schemas.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corpus_in_0_is_what_the_server_makes_of_it() {
    corpus_is_known("zero", testkit::majors()[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corpus_in_1_is_what_the_server_makes_of_it() {
    corpus_is_known("one", testkit::majors()[0]).await;
}
