//! The three questions of `verify`.

use std::path::PathBuf;
use std::process::Command;

use crate::project::{Project, code, said, text};

const FIRST: &str = "CREATE TABLE \"funds\" (\"id\" integer PRIMARY KEY NOT NULL, \"name\" text);";
const SECOND: &str = "ALTER TABLE \"funds\" ADD COLUMN \"year\" integer;";
const THIRD: &str = "CREATE INDEX \"by_year\" ON \"funds\" (\"year\");";

/// Drizzle's folder of three migrations, and the schema they make.
fn project() -> (Project, PathBuf) {
    let project = Project::new();
    // By number 0010 would come last; the journal knows better.
    let tags = ["0000_first", "0010_second", "0002_third"];
    let mut entries = Vec::new();
    for (at, (tag, sql)) in tags.iter().zip([FIRST, SECOND, THIRD]).enumerate() {
        project.write(&format!("drizzle/{tag}.sql"), sql);
        entries.push(serde_json::json!({"idx": at, "tag": tag, "when": 1000 + at, "version": "7"}));
    }
    let journal = serde_json::json!({"version": "7", "dialect": "postgresql", "entries": entries});
    project.write("drizzle/meta/_journal.json", &journal.to_string());
    let wanted = project.write("wanted.sql", &[FIRST, SECOND, THIRD].join("\n"));
    (project, wanted)
}

/// The digest of a file, by another program.
fn sha256(path: &std::path::Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().expect("coreutils");
    String::from_utf8_lossy(&output.stdout).split_whitespace().next().expect("a digest").to_owned()
}

/// The table that drizzle-orm's migrator keeps, with the first migrations of the folder in it.
async fn record(database: &testkit::TestDatabase, project: &Project, tags: &[&str]) {
    database
        .run(
            "CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations
             (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)",
        )
        .await;
    for (at, tag) in tags.iter().enumerate() {
        let hash = sha256(&project.path(&format!("drizzle/{tag}.sql")));
        let row = format!(
            "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('{hash}', {at} + 1000)"
        );
        database.run(&row).await;
    }
}

fn qualified(sql: &str) -> String {
    ["SET search_path = public; ", sql].concat()
}

#[tokio::test]
async fn all_three_are_answered_with_evidence() {
    let database = testkit::database(15).await;
    let (project, wanted) = project();
    database.run(&qualified(&[FIRST, SECOND].concat())).await;
    database
        .run("CREATE TABLE public.by_hand (id int); ALTER TABLE public.funds ALTER name SET NOT NULL")
        .await;
    record(&database, &project, &["0000_first", "0010_second"]).await;
    let url = database.target().url_with_password();
    let args = ["verify", "--from", &url, "--to", text(&wanted), "--migrations", "drizzle"];
    let output = project.run(&args);
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(said(&output).contains("0002_third is not applied yet"), "{}", said(&output));
    let answer = project.json(&args);
    let objects = |question: &str, kind: &str| {
        let list =
            answer[question][kind].as_array().unwrap_or_else(|| panic!("{question} {kind}: {answer:#}"));
        list.iter().map(|each| each["object"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(objects("live", "missing"), ["public.by_year"]);
    assert_eq!(objects("live", "different"), ["public.funds.name"]);
    assert_eq!(objects("live", "unexpected"), ["public.by_hand"]);
    assert_eq!(answer["migrations"]["equal"], true, "{answer:#}");
    assert_eq!(objects("recorded", "missing"), Vec::<String>::new());
    assert_eq!(objects("recorded", "different"), ["public.funds.name"]);
    assert_eq!(objects("recorded", "unexpected"), ["public.by_hand"]);
}

#[tokio::test]
async fn migrations_that_were_changed_or_lost_are_named() {
    let database = testkit::database(15).await;
    let (project, wanted) = project();
    database.run(&qualified(&[FIRST, SECOND, THIRD].concat())).await;
    record(&database, &project, &["0000_first", "0010_second", "0002_third"]).await;
    database.run("INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('0f0f', 1)").await;
    let url = database.target().url_with_password();
    let args = ["verify", "--from", &url, "--to", text(&wanted), "--migrations", "drizzle"];
    project.write("drizzle/0002_third.sql", &[THIRD, " -- edited"].concat());
    let answer = project.json(&args);
    let amiss: Vec<&str> = answer["recorded"]["migrations"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|line| line.as_str())
        .collect();
    assert_eq!(amiss.len(), 2, "{answer:#}");
    assert!(
        amiss[0].starts_with("0f0f is recorded") && amiss[1].starts_with("0002_third was changed"),
        "{amiss:?}"
    );
    assert!(answer["live"]["equal"] == true && answer["equal"] == false, "{answer:#}");
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_says_why() {
    let database = testkit::database(15).await;
    database.run(&qualified(FIRST)).await;
    let url = database.target().url_with_password();
    let project = Project::new();
    let wanted = project.write("wanted.sql", FIRST);
    let answer = project.json(&["verify", "--from", &url, "--to", text(&wanted)]);
    assert_eq!(answer["equal"], true, "{answer:#}");
    for question in ["migrations", "recorded"] {
        assert_eq!(answer[question]["asked"], false);
        assert!(answer[question]["why_not"].as_str().expect("a reason").contains("folder of migrations"));
    }
    let nothing = project.run(&["verify"]);
    assert!(code(&nothing) == 2 && said(&nothing).contains("nothing to compare"), "{}", said(&nothing));
    let gone = project.run(&["verify", "--from", &url, "--to", "gone.sql"]);
    assert_eq!(code(&gone), 2, "a source that is named and is not there: {}", said(&gone));
}

#[tokio::test]
async fn books_of_other_runners_are_read() {
    let project = Project::new();
    project.write("prisma/20240101_a/migration.sql", "CREATE TABLE t (a int);");
    project.write("prisma/20240102_b/migration.sql", "ALTER TABLE t ADD b int;");
    let first = sha256(&project.path("prisma/20240101_a/migration.sql"));
    project.write("flyway/V1__a.sql", "CREATE TABLE t (a int);");
    project.write("flyway/V2__b.sql", "ALTER TABLE t ADD b int;");
    project.write("numbered/001_a.sql", "CREATE TABLE t (a int);");
    project.write("numbered/002_b.sql", "ALTER TABLE t ADD b int;");
    let books = [
        (
            "prisma",
            format!(
                "CREATE TABLE public._prisma_migrations (id text, checksum text, finished_at timestamptz,
                 migration_name text, logs text, rolled_back_at timestamptz, started_at timestamptz);
                 INSERT INTO public._prisma_migrations VALUES
                 ('1', '{first}', now(), '20240101_a', NULL, NULL, now())"
            ),
        ),
        (
            "flyway",
            "CREATE TABLE public.flyway_schema_history (installed_rank int, version text, description text,
             type text, script text, checksum int, installed_by text, installed_on timestamp,
             execution_time int, success boolean);
             INSERT INTO public.flyway_schema_history VALUES
             (1, '1', 'a', 'SQL', 'V1__a.sql', -254098511, 'x', now(), 3, true)"
                .to_owned(),
        ),
        (
            "numbered",
            "CREATE TABLE public.schema_migrations (version text); INSERT INTO public.schema_migrations VALUES ('1')"
                .to_owned(),
        ),
    ];
    for (folder, table) in books {
        let database = testkit::database(15).await;
        database.run("CREATE TABLE public.t (a int)").await;
        database.run(&table).await;
        let url = database.target().url_with_password();
        let output = project.run(&["verify", "--from", &url, "--migrations", folder]);
        assert!(code(&output) == 0, "{folder}: {}", said(&output));
        let answer = project.json(&["verify", "--from", &url, "--migrations", folder]);
        assert_eq!(answer["recorded"]["equal"], true, "{folder}: {answer:#}");
        assert_eq!(answer["live"]["asked"], false);
        let notes = answer["notes"].to_string();
        assert!(notes.contains("is not applied yet"), "{folder}: {notes}");
    }
}
