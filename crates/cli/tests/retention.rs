//! What is older than the settings want kept is gone after the next run; lessons stay.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Receipts of real plans; told here as those of a year that is long gone.
const RECEIPTS: &str = include_str!("../../remember/tests/predictions/receipts.jsonl");
const LESSON: &str =
    r#"{"type":"safety-pattern","table":"funds","text":"never at noon","date":"2020-01-02"}"#;

/// A project's folder, its database, and whether that keeps the memory too.
#[derive(Clone, Copy)]
struct Project<'a> {
    folder: &'a Path,
    url: &'a str,
    memory_in_database: bool,
}

fn run(project: Project<'_>, input: &str, args: &[&str]) -> Value {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lockkeeper"))
        .args(args)
        .args(["--format", "json"])
        .current_dir(project.folder)
        .env("DATABASE_URL", project.url)
        .env("MEMORY_USE_DATABASE", project.memory_in_database.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {said}"))
}

/// How many entries of the memory are of this kind and of the year 2020, or not.
fn entries(project: Project<'_>, kind: &str, is_old: bool) -> usize {
    let list = run(project, "", &["memory", "list", "-k", "1000"]);
    let entries = list["entries"].as_array().expect("entries");
    let year = |entry: &Value| entry["happened_at"].as_str().expect("a time").starts_with("2020");
    entries.iter().filter(|entry| entry["kind"] == kind && year(entry) == is_old).count()
}

async fn forgets(memory_in_database: bool) {
    let database = testkit::database(15).await;
    database.run("CREATE TABLE public.funds (id bigint PRIMARY KEY)").await;
    let url = database.target().url_with_password();
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("its own folder");
    write("lockkeeper.toml", "[memory]\nretention_days = 30\n");
    write("wanted.sql", "CREATE TABLE funds (id bigint PRIMARY KEY, remark text);");
    let project = Project { folder: folder.path(), url: &url, memory_in_database };

    let old: Vec<String> = RECEIPTS.lines().take(40).map(|line| line.replace("\"2026-", "\"2020-")).collect();
    run(project, &old.join("\n"), &["memory", "import", "--adopt"]);
    run(project, LESSON, &["memory", "add"]);
    assert!(entries(project, "step", true) > 0 && entries(project, "lesson", true) == 1);
    assert_eq!(folder.path().join(".lockkeeper/memory.db").exists(), !memory_in_database);

    run(project, "", &["plan", "--to", "wanted.sql", "-o", "p"]);
    run(project, "", &["apply", "p"]);
    assert_eq!(entries(project, "step", true) + entries(project, "run", true), 0);
    assert_eq!(entries(project, "lesson", true), 1);
    assert!(entries(project, "step", false) > 0 && entries(project, "run", false) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_forgets_receipts_older_than_the_settings_keep() {
    forgets(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_forgets_them_in_a_memory_that_its_database_keeps() {
    forgets(true).await;
}
