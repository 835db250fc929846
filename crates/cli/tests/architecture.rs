//! ARCHITECTURE.md holds what the workspace is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn crates() -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join("crates")).expect("the workspace has crates");
    let folders = entries.flatten().filter(|entry| entry.path().join("Cargo.toml").is_file());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Names of crates in the first column of the table.
fn described() -> BTreeSet<String> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page is there");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn every_crate_is_on_the_page_and_no_other() {
    assert_eq!(described(), crates());
}

#[test]
fn pure_crates_know_no_io() {
    let acting = ["tokio", "tokio-postgres", "connect", "shadow", "read", "rusqlite", "nix", "tempfile"];
    for pure in ["model", "facts", "parse", "lint", "diff", "assess", "plan"] {
        let manifest =
            std::fs::read_to_string(root().join("crates").join(pure).join("Cargo.toml")).expect("a manifest");
        let (_, after) = manifest.split_once("[dependencies]").expect("it has dependencies");
        let own = after.split("\n[").next().unwrap_or_default();
        for line in own.lines() {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            assert!(!acting.contains(&name), "{pure} depends on {name}");
        }
    }
}
