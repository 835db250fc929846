//! What the tests of a Drizzle reading share: installed generations, projects made of texts, catalogs as text.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part, and a test ends where something is amiss"
)]

pub(crate) mod entries;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use testkit::TestDatabase;
use tokio_postgres::SimpleQueryMessage;

/// The folder of this crate's tests.
pub(crate) fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The pinned packages of a generation, `zero` or `one`; installed when they are not.
pub(crate) fn installed(generation: &str) -> PathBuf {
    testkit::packages(&tests_folder().join("oracle").join(generation))
}

/// A project of its own with these files and the packages of a generation.
pub(crate) fn project(generation: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(installed(generation), folder.path().join("node_modules")).unwrap();
    fs::write(folder.path().join("package.json"), "{\"type\": \"module\"}").unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
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

/// Runs statements one by one; those that fail are tried again after the others, until none gets further: what
/// drizzle-kit prints is not always in an order that loads. Answers what is left, with the server's words.
pub(crate) async fn load(database: &TestDatabase, statements: &[String]) -> Vec<String> {
    let session = database.connect().await;
    session.batch_execute("SET search_path = public").await.unwrap();
    let mut waiting: Vec<&String> = statements.iter().collect();
    loop {
        let mut failed = Vec::new();
        for statement in &waiting {
            if let Err(error) = session.batch_execute(statement).await {
                failed.push((*statement, format!("{}\n{statement}", connect::describe(&error))));
            }
        }
        if failed.len() == waiting.len() {
            session.close().await;
            return failed.into_iter().map(|(_, message)| message).collect();
        }
        waiting = failed.into_iter().map(|(statement, _)| statement).collect();
    }
}

/// Everything a schema can say, as the server writes it: one line each, sorted.
pub(crate) async fn catalog(database: &TestDatabase) -> Vec<String> {
    let session = database.connect().await;
    let rows = session.simple_query(include_str!("catalog.sql")).await.unwrap();
    session.close().await;
    let lines = rows.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    lines.collect()
}
