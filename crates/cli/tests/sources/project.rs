//! A folder to run the program in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A project's folder, gone with the test.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of the test's own");
        std::fs::write(&path, text).expect("a file of the test's own folder");
        path
    }

    /// Lets the folder's code find the packages that the Drizzle reader's own tests pin.
    pub(crate) fn install_drizzle(&self) {
        let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/oracle/zero");
        let lock = std::fs::File::create(std::env::temp_dir().join("lockkeeper-drizzle-zero.lock"));
        let lock = lock.expect("a lock file");
        // Test processes run side by side; one of them installs.
        lock.lock().expect("a lock");
        if !oracle.join("node_modules/drizzle-orm/package.json").is_file() {
            let npm = Command::new("npm")
                .args(["ci", "--ignore-scripts", "--silent"])
                .current_dir(&oracle)
                .status();
            assert!(npm.is_ok_and(|status| status.success()), "npm ci fails in {}", oracle.display());
        }
        let packages = oracle.canonicalize().expect("it is there").join("node_modules");
        std::os::unix::fs::symlink(packages, self.path("node_modules")).expect("a link of the test's own");
    }

    /// The program, to be run in this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(args).current_dir(self.folder.path());
        command.env("NO_COLOR", "1").env_remove("DATABASE_URL");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program starts")
    }

    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        let output = self.run(&[args, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {}", said(&output)))
    }
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}
