//! The program as a user meets it: real servers, real files, exit codes and what is said.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BEFORE: &str =
    "CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());";
const WANTED: &str =
    "CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), vintage_year integer NOT NULL DEFAULT 2020,
    CONSTRAINT vintage CHECK (vintage_year BETWEEN 2000 AND 2030));
    CREATE INDEX funds_vintage ON funds (vintage_year, created_at);";
const FILLED: &str =
    "CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), token uuid NOT NULL DEFAULT gen_random_uuid());
    CREATE INDEX funds_token ON funds (token);";
const ROWS: &str = "INSERT INTO public.funds (name) SELECT 'fund ' || n FROM generate_series(1, 3000) n; ANALYZE public.funds";

/// A project's folder, gone with the test.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file of the test's own folder");
        path
    }

    fn run(&self, database: Option<&str>, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(args).current_dir(self.folder.path()).env("NO_COLOR", "1").env_remove("DATABASE_URL");
        if let Some(url) = database {
            command.env("DATABASE_URL", url);
        }
        command.output().expect("the program starts")
    }

    fn json(&self, database: Option<&str>, args: &[&str]) -> serde_json::Value {
        let output = self.run(database, &[args, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {}", said(&output)))
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Plans, rehearses, applies, verifies, rolls back, and applies again, asking the server each time.
async fn there_and_back(major: u32, wanted: &str, recipe: &str) {
    let database = testkit::database(major).await;
    database.run(BEFORE.replace("funds (", "public.funds (").as_str()).await;
    database.run(ROWS).await;
    let url = database.target().url_with_password();
    let project = Project::new();
    let wanted = project.write("wanted.sql", wanted);
    let checksum = "SELECT md5(string_agg(id || name || created_at, ',' ORDER BY id)) FROM public.funds";
    let before = database.ask(checksum).await;

    let planned = project.json(Some(&url), &["plan", "--to", text(&wanted), "-o", "m"]);
    let recipes: Vec<&str> = planned["plan"]["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|change| change["recipe"].as_str())
        .collect();
    assert!(recipes.contains(&recipe), "{recipes:?}");
    let rehearsed = project.json(Some(&url), &["rehearse", "m", "--rows", "500"]);
    assert_eq!(rehearsed["passed"], true, "{rehearsed:#}");
    let applied = project.run(Some(&url), &["apply", "m"]);
    assert_eq!(code(&applied), 0, "{}", said(&applied));
    let checked = project.json(Some(&url), &["check", "--to", text(&wanted)]);
    assert_eq!(checked["changes"], serde_json::json!([]), "{checked:#}");
    assert_eq!(code(&project.run(Some(&url), &["verify", "--to", text(&wanted)])), 0);
    let again = project.run(Some(&url), &["apply", "m"]);
    assert_eq!(code(&again), 0, "{}", said(&again));
    let back = project.run(Some(&url), &["rollback", "m"]);
    assert_eq!(code(&back), 0, "{}", said(&back));
    let original = project.write("before.sql", BEFORE);
    assert_eq!(code(&project.run(Some(&url), &["verify", "--to", text(&original)])), 0);
    assert_eq!(database.ask(checksum).await, before, "every row is as it was");
    let forward = project.run(Some(&url), &["apply", "m"]);
    assert_eq!(code(&forward), 0, "{}", said(&forward));
    assert_eq!(database.ask(checksum).await, before);
    let remembered = project.json(None, &["memory", "list"]);
    assert!(!remembered["entries"].as_array().expect("entries").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constant_default_goes_there_and_back() {
    for major in testkit::majors() {
        there_and_back(major, WANTED, "add_column").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volatile_default_is_filled_there_and_back() {
    for major in testkit::majors() {
        there_and_back(major, FILLED, "fill_column").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_refuses_what_it_was_not_made_for() {
    let database = testkit::database(testkit::majors()[0]).await;
    database.run(BEFORE.replace("funds (", "public.funds (").as_str()).await;
    let url = database.target().url_with_password();
    let project = Project::new();
    let wanted = project.write("wanted.sql", WANTED);
    let planned = project.run(Some(&url), &["plan", "--to", text(&wanted), "-o", "m"]);
    assert_eq!(code(&planned), 0, "{}", said(&planned));

    let plan = std::fs::read_to_string(project.path("m/plan.json")).expect("it was written");
    project.write("m/plan.json", &plan.replace("2020", "1999"));
    let edited = project.run(Some(&url), &["apply", "m"]);
    assert_eq!(code(&edited), 2, "{}", said(&edited));
    assert!(said(&edited).contains("changed after it was made"), "{}", said(&edited));
    project.write("m/plan.json", &plan);

    database.run("ALTER TABLE public.funds ADD COLUMN drifted int").await;
    let drifted = project.run(Some(&url), &["apply", "m"]);
    assert_eq!(code(&drifted), 1, "{}", said(&drifted));
    let columns =
        "SELECT count(*)::text FROM pg_attribute WHERE attrelid = 'public.funds'::regclass AND attnum > 0";
    assert_eq!(database.ask(columns).await.as_deref(), Some("4"), "nothing was changed");
}

#[test]
fn bad_input_is_one_clear_error() {
    let project = Project::new();
    let broken = project.write("broken.sql", "CREATE TABLE a (id int);\nCREATE TABLE b (id int,,);\n");
    let fine = project.write("fine.sql", "CREATE TABLE a (id int);");
    let cases: [(&[&str], &str); 6] = [
        (&["check", "--from", "postgres://me@127.0.0.1:1/nowhere", "--to", text(&fine)], "127.0.0.1:1"),
        (&["check", "--from", text(&fine), "--to", text(&broken)], "broken.sql:2:24"),
        (&["check", "--from", text(&fine), "--to", "missing.sql"], "missing.sql"),
        (&["check", "--to", text(&fine)], "DATABASE_URL"),
        (&["apply", "no-plan", "--database", "postgres://me@127.0.0.1:1/x"], "lockkeeper plan -o DIR"),
        (&["check", "--from", text(&fine), "--to", text(&fine), "--format", "yaml"], "yaml"),
    ];
    for (args, names) in cases {
        let output = project.run(None, args);
        assert_eq!(code(&output), 2, "{args:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{args:?}: errors go to standard error");
        assert!(said(&output).contains(names), "{args:?}: {}", said(&output));
    }
    project.write("lockkeeper.toml", "schemas = \"a.sql\"\n");
    let output = project.run(None, &["check"]);
    assert_eq!(code(&output), 2);
    assert!(said(&output).contains("did you mean \"schema\""), "{}", said(&output));
}

#[test]
fn a_password_never_shows() {
    let project = Project::new();
    let fine = project.write("fine.sql", "CREATE TABLE a (id int);");
    let url = "postgres://someone:hunter2secret@127.0.0.1:1/nowhere?options=-c%20x=hunter2secret";
    let output = project.run(Some(url), &["check", "--to", text(&fine)]);
    assert_eq!(code(&output), 2);
    assert!(!said(&output).contains("hunter2secret"), "{}", said(&output));
}

#[test]
fn no_difference_is_exit_0_and_an_ambiguity_is_1() {
    let project = Project::new();
    let one = project.write("one.sql", "CREATE TABLE a (id int, vintage int);");
    let same = project.write("same.sql", "CREATE TABLE a (vintage int, id integer);");
    let other = project.write("other.sql", "CREATE TABLE a (id int, vintage_year int);");
    let equal = project.json(None, &["check", "--from", text(&one), "--to", text(&same)]);
    assert_eq!(equal["changes"], serde_json::json!([]));
    let diff = project.run(None, &["diff", "--from", text(&one), "--to", text(&same)]);
    assert_eq!(code(&diff), 0);
    let args = ["check", "--from", text(&one), "--to", text(&other), "--fail-on", "never"];
    assert_eq!(code(&project.run(None, &args)), 1, "is it a rename?");
    let told = [&args[..], &["--rename", "public.a.vintage=vintage_year"]].concat();
    let renamed = project.run(None, &told);
    assert_eq!(code(&renamed), 0, "{}", said(&renamed));
    assert!(said(&renamed).contains("RENAME COLUMN vintage TO vintage_year"), "{}", said(&renamed));
}
