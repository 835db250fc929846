//! PostgreSQL's own regression suite: where its files are, and what of them makes objects.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The suite's folder: `LOCKKEEPER_REGRESSION_SQL`, or the one in the package that carries it, which cargo gets.
pub(crate) fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("LOCKKEEPER_REGRESSION_SQL") {
        return Some(named.into());
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regression/sources/Cargo.toml");
    let asked = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(manifest)
        .output()
        .ok()
        .filter(|asked| asked.status.success())?;
    let metadata: serde_json::Value = serde_json::from_slice(&asked.stdout).ok()?;
    let packages = metadata["packages"].as_array()?;
    let package = packages.iter().find(|package| package["name"] == "pg_parse")?;
    let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
    Some(folder.join("lib/libpg_query/test/sql/postgres_regress"))
}

/// The statements of the suite that make objects, in the order of its files, the common ones first.
///
/// What drops is left out so that as much as possible stays; so is what concerns the whole server, what other
/// statements would suffer from, and data.
pub(crate) fn statements(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the suite's folder")
        .map(|entry| entry.expect("a file of it").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort_by_key(|path| (!path.ends_with("test_setup.sql"), path.clone()));
    files.iter().flat_map(|path| of_file(&std::fs::read_to_string(path).unwrap_or_default())).collect()
}

fn of_file(text: &str) -> Vec<String> {
    let mut copied = false;
    let sql: String = text
        .lines()
        .filter(|line| {
            let is_data = copied;
            copied = line.to_lowercase().contains("from stdin") || copied && *line != "\\.";
            !is_data && !line.starts_with('\\')
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let spans = parse::split(&sql);
    let statements = spans.into_iter().map(|span| span.of(&sql).trim().to_owned());
    statements.filter(|statement| makes_objects(&uncommented(statement))).collect()
}

/// The statement without the comments before it.
fn uncommented(statement: &str) -> String {
    let lines =
        statement.lines().skip_while(|line| line.trim().is_empty() || line.trim_start().starts_with("--"));
    lines.collect::<Vec<_>>().join(" ").to_uppercase()
}

fn makes_objects(statement: &str) -> bool {
    let starts = |words: &[&str]| words.iter().any(|word| statement.starts_with(word));
    starts(&["CREATE", "ALTER", "COMMENT", "GRANT", "SET SEARCH_PATH", "RESET SEARCH_PATH"])
        && !starts(&[
            "ALTER SYSTEM",
            "ALTER DATABASE",
            "CREATE DATABASE",
            "CREATE TABLESPACE",
            "CREATE EVENT TRIGGER",
            "CREATE SUBSCRIPTION",
            // These move what the round trip then looks for to the side.
            "CREATE TEMP",
            "CREATE LOCAL TEMP",
        ])
        && !["GENERATE_SERIES", "PG_TEMP"].iter().any(|word| statement.contains(word))
}
