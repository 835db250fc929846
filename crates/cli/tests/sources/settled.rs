//! Expressions that PostgreSQL writes back otherwise than it would write what it wrote.

use crate::project::{Project, code, said, text};

const TABLE: &str = "CREATE TABLE public.funds (
    name varchar(20) CONSTRAINT kind CHECK (name IN ('buyout', 'growth')), state varchar(10) NOT NULL);
    CREATE INDEX funds_open ON public.funds (name) WHERE state IN ('open', 'closing');
    CREATE POLICY readers ON public.funds TO lockkeeper_settled USING (state IN ('open', 'closing'));
    CREATE VIEW public.open_funds AS SELECT name FROM public.funds WHERE state IN ('open', 'closing');";

/// A role that only the live server has.
const ROLE: &str =
    "DO $$ BEGIN CREATE ROLE lockkeeper_settled; EXCEPTION WHEN duplicate_object THEN NULL; END $$;";

#[tokio::test]
async fn a_text_that_is_no_fixed_point_is_no_change() {
    let database = testkit::database(15).await;
    database.run(&[ROLE, TABLE].concat()).await;
    let url = database.target().url_with_password();
    let project = Project::new();
    let snapshot = project.path("live.json");
    let saved = project.run(&["diff", "--from", &url, "--to", &url, "--save", text(&snapshot)]);
    assert_eq!(code(&saved), 0, "{}", said(&saved));
    // A second database is made of what the server wrote of the first: other texts, the same conditions.
    let again = testkit::database(15).await;
    let schema = read::load(&snapshot).expect("a snapshot of our own");
    for change in diff::diff(&model::Schema::default(), &schema, &[]).expect("no renames").changes {
        for sql in change.sql().iter().filter(|sql| !sql.as_str().starts_with("CREATE SCHEMA")) {
            again.run(sql.as_str()).await;
        }
    }
    let check = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'kind'";
    assert_ne!(database.ask(check).await, again.ask(check).await, "the texts differ, or nothing is tested");
    let other = again.target().url_with_password();
    for command in ["check", "diff", "verify"] {
        let output = project.run(&[command, "--from", &url, "--to", &other]);
        assert_eq!(code(&output), 0, "{command}: {}", said(&output));
    }
}

#[tokio::test]
async fn what_was_applied_equals_what_was_planned() {
    let database = testkit::database(15).await;
    database.run("CREATE TABLE public.funds (name varchar(20), state varchar(10) NOT NULL)").await;
    let url = database.target().url_with_password();
    let project = Project::new();
    let without_policy: Vec<&str> = TABLE.lines().filter(|line| !line.contains("POLICY")).collect();
    let wanted = project.write("wanted.sql", &without_policy.join("\n"));
    let planned = project.run(&["plan", "--from", &url, "--to", text(&wanted), "-o", "m"]);
    assert_eq!(code(&planned), 0, "{}", said(&planned));
    let mut apply = project.command(&["apply", "m"]);
    let applied = apply.env("DATABASE_URL", &url).output().expect("the program starts");
    assert_eq!(code(&applied), 0, "{}", said(&applied));
    let verified = project.run(&["verify", "--from", &url, "--to", text(&wanted)]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));
}
