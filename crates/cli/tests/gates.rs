//! What stands between a plan and a database, as a user meets it: environments, approvals, rehearsals.

use std::path::PathBuf;
use std::process::{Command, Output};

use testkit::TestDatabase;

const BEFORE: &str =
    "CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
    INSERT INTO public.funds (name) SELECT 'fund ' || i FROM generate_series(1, 500) i; ANALYZE public.funds";
const WANTED: &str =
    "CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    vintage integer NOT NULL DEFAULT 2020); CREATE INDEX funds_name ON funds (name);";
const SETTINGS: &str = "[environments.production]\nurl = \"env:PRODUCTION_URL\"\n[environments.staging]\nurl = \"env:STAGING_URL\"\n";

/// A project with two environments, and a plan for their schema.
struct Project {
    folder: tempfile::TempDir,
    production: TestDatabase,
    staging: TestDatabase,
}

impl Project {
    async fn new() -> Self {
        let major = testkit::majors()[0];
        let (production, staging) = (testkit::database(major).await, testkit::database(major).await);
        production.run(BEFORE).await;
        staging.run(BEFORE).await;
        let project = Self { folder: tempfile::tempdir().expect("a folder"), production, staging };
        project.write("wanted.sql", WANTED);
        project.write("lockkeeper.toml", SETTINGS);
        let planned = project.run(&["plan", "--env", "production", "--to", "wanted.sql", "-o", "m"]);
        assert_eq!(code(&planned), 0, "{}", said(&planned));
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file of the test's own folder");
    }

    fn hash(&self) -> String {
        let text = std::fs::read_to_string(self.path("m/plan.json")).expect("the plan");
        let plan: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        plan["hash"].as_str().expect("a hash").to_owned()
    }

    fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, &self.staging)
    }

    fn run_with(&self, args: &[&str], staging: &TestDatabase) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(args).current_dir(self.folder.path()).env("NO_COLOR", "1").env_remove("DATABASE_URL");
        command.env("PRODUCTION_URL", self.production.target().url_with_password());
        command.env("STAGING_URL", staging.target().url_with_password());
        command.output().expect("the program starts")
    }

    fn rehearse(&self) {
        let args = [
            "rehearse",
            "m",
            "--env",
            "production",
            "--rows",
            "300",
            "--traffic",
            "20:50",
            "--baseline-ms",
            "300",
        ];
        let rehearsed = self.run(&args);
        assert_eq!(code(&rehearsed), 0, "{}", said(&rehearsed));
    }

    /// Refused at a gate, for this reason, and nothing was changed.
    async fn refused(&self, args: &[&str], why: &str) {
        let output = self.run(args);
        assert_eq!(code(&output), 1, "{args:?}: {}", said(&output));
        assert!(said(&output).contains(why), "{args:?}: {}", said(&output));
        assert!(said(&output).contains("help:"), "{}", said(&output));
        let changed = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'public.funds'::regclass AND attname = 'vintage'";
        assert_eq!(self.production.ask(changed).await.as_deref(), Some("0"), "{args:?}");
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

#[tokio::test(flavor = "multi_thread")]
async fn production_wants_an_approval_and_a_rehearsal() {
    let project = Project::new().await;
    let apply = ["apply", "m", "--env", "production"];
    let with = |more: &[&'static str]| [&apply[..], more].concat();
    project.refused(&apply, "takes only approved plans").await;
    project.refused(&with(&["--approve", "deadbeefdeadbeef"]), "names another plan").await;
    let hash = project.hash();
    let approved = ["apply", "m", "--env", "production", "--approve", &hash];
    project.refused(&approved, "was not rehearsed").await;
    project.refused(&[&approved[..], &["--unrehearsed", " "]].concat(), "wants a reason").await;

    // A dry run may always, and says what is missing.
    let dry = project.run(&with(&["--dry-run"]));
    assert!(code(&dry) == 0 && said(&dry).contains("would be refused"), "{}", said(&dry));

    project.rehearse();
    // Evidence of another plan, edited or failed is none.
    let evidence = std::fs::read_to_string(project.path("m/rehearsal.json")).expect("the evidence");
    project.write("m/rehearsal.json", &evidence.replace("\"server_version\": 1", "\"server_version\": 2"));
    project.refused(&approved, "was edited").await;
    project.write("m/rehearsal.json", &evidence);
    project.write("m/APPROVED.toml", "hash = \"0000000000000000\"\nname = \"Ada\"\ndate = 2026-11-20\n");
    project.refused(&apply, "approval is of another plan").await;
    project.write("m/APPROVED.toml", &format!("hash = \"{hash}\"\nname = \"Ada\"\ndate = 2026-11-20\n"));
    let applied = project.run(&apply);
    assert_eq!(code(&applied), 0, "{}", said(&applied));
    let row =
        "SELECT concat_ws('|', environment, approval, approved_by, unrehearsed IS NULL) FROM lockkeeper.runs";
    let expected = format!("production|{hash}|Ada, 2026-11-20|t");
    assert_eq!(project.production.ask(row).await, Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_instead_of_a_rehearsal_is_recorded() {
    let project = Project::new().await;
    let hash = project.hash();
    let args =
        ["apply", "m", "--env", "production", "--approve", &hash[..12], "--unrehearsed", "the site is down"];
    let applied = project.run(&args);
    assert_eq!(code(&applied), 0, "{}", said(&applied));
    let row = "SELECT concat_ws('|', approval, unrehearsed) FROM lockkeeper.runs";
    assert_eq!(project.production.ask(row).await, Some(format!("{hash}|the site is down")));
    let remembered = project.run(&["memory", "export"]);
    assert!(said(&remembered).contains("the site is down"), "{}", said(&remembered));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staging_url_that_reaches_production_is_refused() {
    let project = Project::new().await;
    let apply = ["apply", "m", "--env", "staging"];
    // The same URL twice.
    let same = project.run_with(&apply, &project.production);
    assert!(code(&same) == 1 && said(&same).contains("that of production as well"), "{}", said(&same));
    // Seen before as production, under another URL.
    project.write(
        "lockkeeper.toml",
        "[environments.production]\n[environments.staging]\nurl = \"env:STAGING_URL\"\n",
    );
    let seen = project.run_with(&apply, &project.production);
    assert!(
        code(&seen) == 1 && said(&seen).contains("reaches the database of production"),
        "{}",
        said(&seen)
    );
    // Told so by a run, seen from another folder.
    project.write("lockkeeper.toml", SETTINGS);
    let hash = project.hash();
    let args = ["apply", "m", "--env", "production", "--approve", &hash, "--unrehearsed", "a test"];
    assert_eq!(code(&project.run(&args)), 0);
    std::fs::remove_file(project.path(".lockkeeper/environments.toml")).expect("what was seen");
    project.write(
        "lockkeeper.toml",
        "[environments.production]\n[environments.staging]\nurl = \"env:STAGING_URL\"\n",
    );
    let told = project.run_with(&["rollback", "m", "--env", "staging"], &project.production);
    assert!(
        code(&told) == 1 && said(&told).contains("reaches the database of production"),
        "{}",
        said(&told)
    );
    // Unless a person says that it is staging now.
    project.write("lockkeeper.toml", "");
    let status = project.run_with(
        &["status", "--database", &project.production.target().url_with_password(), "--format", "json"],
        &project.production,
    );
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!(status["place"]["environment"], "production", "{status:#}");
    let identity = status["place"]["identity"].as_str().expect("an identity");
    let said_so = format!("[environments.staging]\nurl = \"env:STAGING_URL\"\nidentity = \"{identity}\"\n");
    project.write("lockkeeper.toml", &said_so);
    let back = project.run_with(&["rollback", "m", "--env", "staging"], &project.production);
    assert_eq!(code(&back), 0, "{}", said(&back));
    project.write("lockkeeper.toml", SETTINGS);
    std::fs::remove_file(project.path(".lockkeeper/environments.toml")).expect("what was seen");
    // Staging itself takes the plan, without an approval.
    let staging = project.run(&apply);
    assert_eq!(code(&staging), 0, "{}", said(&staging));
}

#[tokio::test(flavor = "multi_thread")]
async fn local_is_free_and_told_what_production_would_ask_for() {
    let project = Project::new().await;
    project.write("lockkeeper.toml", "");
    let url = project.staging.target().url_with_password();
    let applied = project.run(&["apply", "m", "--database", &url]);
    assert_eq!(code(&applied), 0, "{}", said(&applied));
    assert!(said(&applied).contains("production would ask for"), "{}", said(&applied));
    let unknown = project.run(&["status", "--env", "productoin"]);
    assert!(code(&unknown) == 2 && said(&unknown).contains("there is no environment"), "{}", said(&unknown));
}
