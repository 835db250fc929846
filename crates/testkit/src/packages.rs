//! Packages of npm that tests read projects with.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The `node_modules` of a folder with a `package-lock.json`; installed where they are missing or older than it.
///
/// # Panics
/// Where `npm ci` fails.
#[must_use]
pub fn packages(folder: &Path) -> PathBuf {
    let folder = folder.canonicalize().expect("a folder with a package-lock.json");
    let name = folder.to_string_lossy().replace('/', "-");
    let lock = File::create(std::env::temp_dir().join(format!("lockkeeper-npm{name}.lock")));
    let lock = lock.expect("a lock file");
    // Test processes run side by side; one of them installs.
    lock.lock().expect("a lock");
    let modules = folder.join("node_modules");
    let written = |path: PathBuf| path.metadata().and_then(|known| known.modified()).ok();
    // npm writes this one when everything else is there.
    if written(modules.join(".package-lock.json")) < written(folder.join("package-lock.json")) {
        let npm =
            Command::new("npm").args(["ci", "--ignore-scripts", "--silent"]).current_dir(&folder).status();
        assert!(npm.is_ok_and(|status| status.success()), "npm ci fails in {}", folder.display());
    }
    modules
}
