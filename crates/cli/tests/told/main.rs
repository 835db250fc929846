//! What a person tells in lockkeeper.toml: transformations by a mapping, fills, and gates that are counted.
//! Judged by the server, as a user meets the program.

mod gates;
mod transform;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::TestDatabase;

/// A project's folder beside a database, both gone with the test.
struct Project {
    folder: tempfile::TempDir,
    database: TestDatabase,
}

impl Project {
    async fn new(major: u32, before: &str) -> Self {
        let database = testkit::database(major).await;
        database.run(before).await;
        Self { folder: tempfile::tempdir().expect("a folder"), database }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a file of the test's own folder");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The exit code and everything that was said.
    fn run(&self, args: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(args).current_dir(self.folder.path()).env("NO_COLOR", "1");
        let output = command.env("DATABASE_URL", self.database.target().url_with_password()).output();
        let output = output.expect("the program starts");
        (output.status.code().expect("it was not killed"), said(&output))
    }

    /// Runs what must end with this exit code, and hands over what was said.
    fn must(&self, exit: i32, args: &[&str]) -> String {
        let (code, said) = self.run(args);
        assert_eq!(code, exit, "{args:?}: {said}");
        said
    }

    async fn ask(&self, query: &str) -> String {
        self.database.ask(query).await.unwrap_or_default()
    }

    fn has(&self, name: &Path) -> bool {
        self.folder.path().join(name).exists()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
