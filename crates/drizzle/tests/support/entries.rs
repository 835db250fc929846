//! The corpus: its entries, what drizzle-kit makes of them, and catalogs compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use drizzle::Statement;
use serde::Deserialize;

use super::{catalog, copy, load, tests_folder};

/// Entries a run takes of each generation when the knob says nothing: all of them, in one node process each.
const ENTRIES_DEFAULT: usize = usize::MAX;

/// Entries that only say something in drizzle-orm 0.x, whose API they use.
const ZERO_ONLY: [&str; 5] = ["casing_camel", "casing_snake", "extras_object", "saas", "validators"];

/// Entries of several files and a configuration, which the command line of drizzle-kit reads.
const WITH_CONFIG: [&str; 1] = ["split"];

#[derive(Debug, Deserialize)]
pub(crate) struct Exported {
    #[serde(default)]
    pub(crate) sql: Vec<String>,
    #[serde(default)]
    pub(crate) snapshot: serde_json::Value,
    pub(crate) error: Option<String>,
}

pub(crate) fn entries(generation: &str) -> Vec<String> {
    let listed = fs::read_dir(tests_folder().join("corpus")).unwrap();
    let mut names: Vec<String> =
        listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.retain(|name| !WITH_CONFIG.contains(&name.as_str()));
    names.retain(|name| generation == "zero" || !ZERO_ONLY.contains(&name.as_str()));
    let knob = std::env::var("LOCKKEEPER_DRIZZLE_CORPUS").unwrap_or_default();
    names.truncate(knob.parse().unwrap_or(ENTRIES_DEFAULT));
    names
}

/// The corpus with a generation's packages beside it.
pub(crate) fn corpus(generation: &str) -> tempfile::TempDir {
    let folder = super::project(generation, &[]);
    copy(&tests_folder().join("corpus"), folder.path());
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    for (name, casing) in
        [("casing_snake", "snake_case"), ("casing_camel", "camelCase"), ("saas", "snake_case")]
    {
        let config = serde_json::json!({"dialect": "postgresql", "schema": "./schema.ts", "casing": casing});
        fs::write(folder.path().join(name).join("drizzle.config.json"), config.to_string()).unwrap();
    }
    folder
}

pub(crate) fn exported(generation: &str, corpus: &Path, names: &[String]) -> BTreeMap<String, Exported> {
    let oracle = tests_folder().join("oracle");
    let mut node = Command::new("node");
    node.arg(oracle.join("export.cjs")).arg(oracle.join(generation)).arg(corpus).args(names);
    let output = node.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn entry_path(corpus: &Path, name: &str) -> PathBuf {
    let known = ["drizzle.config.json", "drizzle.config.ts", "schema.ts", "schema.js"];
    known.iter().map(|file| corpus.join(name).join(file)).find(|path| path.is_file()).unwrap()
}

/// Both sides get what the project only refers to; then each its own.
pub(crate) async fn differs(name: &str, ours: &[Statement], theirs: &[String]) -> Option<String> {
    let text = |statement: &Statement| statement.sql.as_str().to_owned();
    // Roles outlive a database; ours are made in a way that bears that.
    let shared = |statement: &&Statement| statement.scaffold || statement.sql.as_str().starts_with("DO ");
    let scaffold: Vec<String> = ours.iter().filter(shared).map(text).collect();
    let (left, right) = (testkit::database(15).await, testkit::database(15).await);
    for database in [&left, &right] {
        let failed = load(database, &scaffold).await;
        assert!(failed.is_empty(), "{name}: {failed:#?}");
    }
    let session = left.connect().await;
    session.batch_execute("SET search_path = public").await.unwrap();
    for statement in ours.iter().filter(|statement| !statement.scaffold) {
        // In the order given, each at the first try.
        if let Err(error) = session.batch_execute(statement.sql.as_str()).await {
            return Some(format!("{name}: {}\nin {}", connect::describe(&error), statement.sql));
        }
    }
    session.close().await;
    let theirs: Vec<String> = theirs.iter().filter(|sql| !sql.starts_with("CREATE ROLE")).cloned().collect();
    let failed = load(&right, &theirs).await;
    if !failed.is_empty() {
        return Some(format!("{name}: drizzle-kit's own statements do not load: {failed:#?}"));
    }
    let (ours, theirs) = (catalog(&left).await, catalog(&right).await);
    let only = |a: &[String], b: &[String], sign: &str| -> String {
        a.iter().filter(|line| !b.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
    };
    (ours != theirs).then(|| format!("{name}:\n{}{}", only(&theirs, &ours, "-"), only(&ours, &theirs, "+")))
}
