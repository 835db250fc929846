//! The drizzle-orm that tests read projects with.

use std::path::{Path, PathBuf};

/// The packages that the Drizzle reader's own tests pin.
pub(crate) fn packages(generation: &str) -> PathBuf {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/oracle").join(generation);
    let lock =
        std::fs::File::create(std::env::temp_dir().join(format!("lockkeeper-drizzle-{generation}.lock")));
    let lock = lock.expect("a lock file");
    // Test processes run side by side; one of them installs.
    lock.lock().expect("a lock");
    if !oracle.join("node_modules/drizzle-orm/package.json").is_file() {
        let npm = std::process::Command::new("npm")
            .args(["ci", "--ignore-scripts", "--silent"])
            .current_dir(&oracle)
            .status();
        assert!(npm.is_ok_and(|status| status.success()), "npm ci fails in {}", oracle.display());
    }
    oracle.canonicalize().expect("it is there").join("node_modules")
}
