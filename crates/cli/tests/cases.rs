//! Every folder of `cases/` is taken there and back on a real server; `LOCKKEEPER_CASES` names some of them.

use std::path::{Path, PathBuf};
use std::process::Command;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let entries = std::fs::read_dir(folder).expect("there are cases");
    let named = std::env::var("LOCKKEEPER_CASES").unwrap_or_default();
    let named: Vec<&str> = named.split_whitespace().collect();
    let is_named = |path: &PathBuf| named.is_empty() || named.iter().any(|name| path.ends_with(name));
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut cases: Vec<PathBuf> = paths.filter(is_named).collect();
    cases.sort();
    cases
}

/// Runs the program and gives its JSON; a failure shows what it said.
fn lockkeeper(folder: &Path, url: &str, args: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_lockkeeper"))
        .args(args)
        .args(["--format", "json"])
        .current_dir(folder)
        .env("DATABASE_URL", url)
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() != Some(2), "{args:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {said}"))
}

/// The rows of every table of the application, whatever its columns are called.
const CHECKSUM: &str = "
SELECT string_agg(t.relname || ' ' || (xpath('/row/sum/text()', query_to_xml(format(
         'SELECT coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS sum FROM %s t', t.oid::regclass),
         false, true, '')))[1]::text, ',' ORDER BY t.relname)
FROM pg_class t WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace";

async fn there_and_back(case: &Path, major: u32) {
    let name = case.file_name().expect("a folder").to_string_lossy().into_owned();
    let path = |file: &str| case.join(file).to_string_lossy().into_owned();
    let database = testkit::database(major).await;
    let script = |file: &str| {
        let text = std::fs::read_to_string(case.join(file)).expect("every case has its files");
        format!("SET search_path = public; {text}")
    };
    database.run(&script("before.sql")).await;
    database.run(&script("data.sql")).await;
    let rows = database.ask(CHECKSUM).await;
    let url = database.target().url_with_password();
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| lockkeeper(folder.path(), &url, args);

    // What only a person can tell stands in a file of its own.
    let flags = std::fs::read_to_string(case.join("flags")).unwrap_or_default();
    let after = path("after.sql");
    let plan = ["plan", "--to", &after, "-o", "m", "--drop", "public.funds.note"];
    run(&plan.into_iter().chain(flags.split_whitespace()).collect::<Vec<_>>());
    let rehearsed = run(&["rehearse", "m", "--rows", "50"]);
    assert_eq!(rehearsed["passed"], true, "{name} on {major}: {rehearsed:#}");
    // Where PostgreSQL cannot take everything back, the case says what stays.
    let stays = case.join("rolled-back.sql").is_file();
    let left = if stays { "rolled-back.sql" } else { "before.sql" };
    for round in if stays { &["first", "second"][..] } else { &["only"][..] } {
        // Naming the last phase says that the gates are open.
        let applied = run(&["apply", "m", "--until", "contract"]);
        assert_eq!(applied["arrived"], true, "{name} on {major}, {round} round: {applied:#}");
        let verified = run(&["verify", "--to", &path("after.sql")]);
        assert_eq!(verified["equal"], true, "{name} on {major}, {round} round: {verified:#}");
        let back = run(&["rollback", "m"]);
        assert_eq!(back["arrived"], true, "{name} on {major}, {round} round: {back:#}");
        let verified = run(&["verify", "--to", &path(left)]);
        assert_eq!(verified["equal"], true, "{name} on {major}, {round} round: {verified:#}");
        assert_eq!(
            database.ask(CHECKSUM).await,
            rows,
            "{name} on {major}, {round} round: every row is as it was"
        );
    }
}

/// How many cases are on their way at once: one mostly waits.
const SIDE_BY_SIDE: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn every_case_goes_there_and_back() {
    let majors = testkit::majors();
    let lanes = (0..SIDE_BY_SIDE).map(|lane| {
        let majors = majors.clone();
        tokio::spawn(async move {
            for (at, case) in cases().iter().enumerate().skip(lane).step_by(SIDE_BY_SIDE) {
                // Each lane meets every major.
                there_and_back(case, majors[at / SIDE_BY_SIDE % majors.len()]).await;
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.expect("every case of the lane arrives");
    }
}

#[test]
fn every_case_is_whole() {
    for case in cases() {
        for file in ["before.sql", "after.sql", "data.sql", "README.md"] {
            assert!(case.join(file).is_file(), "{} lacks {file}", case.display());
        }
    }
}
