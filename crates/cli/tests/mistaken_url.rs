//! A URL that reaches another database than the environment it is taken for ends check, diff, verify and plan, before
//! anything is read.

use std::process::{Command, Output};

use testkit::TestDatabase;

const TABLE: &str = "CREATE TABLE public.funds (id int PRIMARY KEY)";

struct Project {
    folder: tempfile::TempDir,
    production: TestDatabase,
    staging: TestDatabase,
}

impl Project {
    async fn new() -> Self {
        let major = testkit::majors()[0];
        let (production, staging) = (testkit::database(major).await, testkit::database(major).await);
        production.run(TABLE).await;
        staging.run(TABLE).await;
        let project = Self { folder: tempfile::tempdir().expect("a folder"), production, staging };
        project.write("wanted.sql", "CREATE TABLE funds (id int PRIMARY KEY, note text);");
        project
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a file of its own");
    }

    fn run(&self, args: &[&str], staging: &TestDatabase) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(args).args(["--to", "wanted.sql"]).current_dir(self.folder.path());
        command.env("NO_COLOR", "1").env_remove("DATABASE_URL");
        command.env("PRODUCTION_URL", self.production.target().url_with_password());
        command.env("STAGING_URL", staging.target().url_with_password());
        command.output().expect("the program starts")
    }

    /// Every command that reads ends with 2 and says why, and where.
    fn refused(&self, args: &[&str], staging: &TestDatabase, why: &str) {
        for command in [&["check"][..], &["diff"], &["verify"], &["plan", "-o", "m"]] {
            let output = self.run(&[command, args].concat(), staging);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{command:?} {args:?}: {said}");
            assert!(
                said.contains(why) && said.contains("\n  at ") && said.contains("help:"),
                "{command:?}: {said}"
            );
            assert!(output.stdout.is_empty(), "{command:?}");
        }
    }
}

async fn identity(database: &TestDatabase) -> String {
    let query = "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid FROM pg_database \
                 WHERE datname = current_database()";
    database.ask(query).await.expect("an identity")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_s_url_that_reaches_another_database_is_refused() {
    let project = Project::new().await;
    let of = |environment: &str| ["--env".to_owned(), environment.to_owned()];
    let staging = of("staging");
    let staging: Vec<&str> = staging.iter().map(String::as_str).collect();

    // By its URL.
    let urls = "[environments.production]\nurl = \"env:PRODUCTION_URL\"\n[environments.staging]\nurl = \"env:STAGING_URL\"\n";
    project.write("lockkeeper.toml", urls);
    project.refused(&staging, &project.production, "that of production as well");
    let right = project.run(&[&["diff"][..], &staging].concat(), &project.staging);
    assert_eq!(right.status.code(), Some(0), "{}", String::from_utf8_lossy(&right.stderr));

    // By the identity of the database behind another URL.
    let identities = format!(
        "[environments.production]\nidentity = \"{}\"\n[environments.staging]\nurl = \"env:STAGING_URL\"\n",
        identity(&project.production).await
    );
    std::fs::remove_dir_all(project.folder.path().join(".lockkeeper")).expect("what was seen");
    project.write("lockkeeper.toml", &identities);
    project.refused(&staging, &project.production, "reaches the database of production");

    // By the identity that the environment is to have.
    let wrong = "[environments.staging]\nurl = \"env:STAGING_URL\"\nidentity = \"1/2\"\n";
    project.write("lockkeeper.toml", wrong);
    project.refused(&staging, &project.staging, "which is not that of staging");

    // By its host.
    let host = "[environments.staging]\nurl = \"env:STAGING_URL\"\nhost = \"db.example.com\"\n";
    project.write("lockkeeper.toml", host);
    project.refused(&staging, &project.staging, "host or database is another");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_beside_env_has_to_be_of_that_environment() {
    let project = Project::new().await;
    let urls = "[environments.production]\nurl = \"env:PRODUCTION_URL\"\n[environments.staging]\nurl = \"env:STAGING_URL\"\n";
    project.write("lockkeeper.toml", urls);
    let url = project.production.target().url_with_password();
    project.refused(&["--env", "staging", "--from", &url], &project.staging, "--env names staging");
}

/// A memory in a database is guarded as well: nothing is written where a mistaken URL leads.
#[tokio::test(flavor = "multi_thread")]
async fn a_memory_is_not_kept_in_another_environment_s_database() {
    let project = Project::new().await;
    let identities = format!(
        "[environments.production]\nidentity = \"{}\"\n[environments.staging]\nurl = \"env:STAGING_URL\"\n",
        identity(&project.production).await
    );
    let has_memory = async |database: &TestDatabase| {
        database.ask("SELECT to_regnamespace('lockkeeper_memory')::text").await.is_some()
    };
    let run = |settings: &str, args: &[&str], use_database: &str| {
        project.write("lockkeeper.toml", settings);
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(["memory", "list", "--env", "staging"]).args(args).current_dir(project.folder.path());
        command.env("NO_COLOR", "1").env("MEMORY_USE_DATABASE", use_database).env_remove("DATABASE_URL");
        command.env("STAGING_URL", project.production.target().url_with_password());
        command.output().expect("the program starts")
    };
    let refused = run(&identities, &[], "true");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(
        said.contains("the memory is not kept there") && said.contains("database of production"),
        "{said}"
    );
    assert!(!has_memory(&project.production).await);

    // A database of its own, whose URL is taken for staging's.
    let url = project.production.target().url_with_password();
    let own = format!("{identities}[memory]\ndatabase = {}\n", serde_json::Value::from(url));
    let refused = run(&own, &[], "false");
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(!has_memory(&project.production).await);

    let right = run("[environments.staging]\nurl = \"env:STAGING_URL\"\n", &[], "true");
    assert_eq!(right.status.code(), Some(0), "{}", String::from_utf8_lossy(&right.stderr));
    assert!(has_memory(&project.production).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_rows_would_make_fail_is_not_made() {
    let project = Project::new().await;
    project.production.run("ALTER TABLE public.funds ADD COLUMN name text, ADD COLUMN old text").await;
    project
        .production
        .run("INSERT INTO public.funds SELECT n, NULLIF('n' || n, 'n3'), 'o' FROM generate_series(1, 9) n")
        .await;
    project.write("lockkeeper.toml", "[environments.test]\nurl = \"env:PRODUCTION_URL\"\n");
    project.write(
        "wanted.sql",
        "CREATE TABLE funds (id int PRIMARY KEY, name text NOT NULL, must int NOT NULL);",
    );
    let refused = project.run(&["plan", "-o", "m", "--env", "test"], &project.staging);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    for part in ["1 row holds null", "public.funds.name", "SELECT * FROM public.funds WHERE name IS NULL"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!project.folder.path().join("m").exists());
    project.production.run("UPDATE public.funds SET name = 'n3' WHERE id = 3").await;
    let made = project.run(
        &["plan", "-o", "m", "--env", "test", "--drop", "public.funds.old", "--format", "json"],
        &project.staging,
    );
    let plan: serde_json::Value = serde_json::from_slice(&made.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&made.stderr)));
    let notes = plan["plan"]["notes"].to_string();
    assert!(
        notes.contains("9 rows would have no value") && notes.contains("waits until every row"),
        "{notes}"
    );
    assert!(notes.contains("kept until cleanup"), "{notes}");
    let checked = project
        .run(&["check", "--env", "test", "--drop", "public.funds.old", "--format", "json"], &project.staging);
    let check: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    // The server's counters go on between the two; the score, the level and the floor's reason do not.
    let before = &plan["plan"]["risk_before"];
    assert_eq!((&check["risk"]["score"], &check["risk"]["level"]), (&before["score"], &before["level"]));
    let last = |risk: &serde_json::Value| risk["reasons"].as_array().and_then(|all| all.last().cloned());
    assert_eq!(last(&check["risk"]), last(before));
    assert_eq!(check["place"]["environment"], "test");
    assert_eq!(check["figures"]["tables"][0]["table"], "public.funds");
}
