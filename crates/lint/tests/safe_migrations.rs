//! Migrations that are safe: nothing is found in any of them.
//!
//! `safe/alone` holds with a schema and without one; `safe/with_schema` needs to know the schema;
//! `safe/files` are migrations that stand in several files, run in order.

use std::fs;
use std::path::{Path, PathBuf};

use lint::{LintConfig, Options, SourceFile, lint};
use model::{Category, Name};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/safe").join(name)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}

fn source(path: &Path) -> SourceFile {
    let text = fs::read_to_string(path).expect("the file is there");
    SourceFile::new(path.file_name().expect("it has a name").to_string_lossy(), text)
}

fn schema() -> SourceFile {
    source(&folder("schema.sql")).applied()
}

/// What is wrong about migrations that ought to be safe.
fn complaints(files: &[SourceFile]) -> Vec<String> {
    let small_tables = [Name::new("public", "countries")].into();
    let config = LintConfig { small_tables, ..LintConfig::default() };
    let report = lint(files, &Options::new(&config));
    let findings =
        report.findings.iter().map(|it| format!("{}:{} {}: {}", it.file, it.line, it.rule, it.message));
    let bad = report.statements.iter().filter(|it| it.category != Category::Safe || it.error.is_some());
    let statements = bad.map(|it| format!("{}: {} {:?} is {}", it.file, it.sql, it.error, it.category));
    findings.chain(statements).collect()
}

fn assert_safe(runs: impl Iterator<Item = Vec<SourceFile>>) -> usize {
    let mut count = 0;
    let mut wrong = Vec::new();
    for files in runs {
        count += 1;
        wrong.extend(complaints(&files));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    count
}

#[test]
fn nothing_is_found_where_the_schema_is_known() {
    let single = entries(&folder("alone")).into_iter().chain(entries(&folder("with_schema")));
    let count = assert_safe(single.map(|path| vec![schema(), source(&path)]));
    assert!(count >= 60, "only {count}");
}

#[test]
fn nothing_is_found_where_nothing_is_known() {
    assert_safe(entries(&folder("alone")).iter().map(|path| vec![source(path)]));
}

#[test]
fn nothing_is_found_across_files() {
    let run = |path: &PathBuf| -> Vec<SourceFile> { entries(path).iter().map(|file| source(file)).collect() };
    let folders = entries(&folder("files"));
    assert_safe(folders.iter().map(run));
    assert_safe(folders.iter().map(|path| [vec![schema()], run(path)].concat()));
}
