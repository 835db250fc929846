//! A gate whose evidence is counted by the server, and a fill that is told.

use std::process::Command;
use std::time::{Duration, Instant};

use shadow::{Shadow, ShadowOptions};

use crate::{Project, said};

const BEFORE: &str = "CREATE TABLE public.funds (id bigint PRIMARY KEY, closed boolean NOT NULL);
    CREATE TABLE public.investments (id bigint PRIMARY KEY, fund_id bigint NOT NULL
        CONSTRAINT of_fund REFERENCES public.funds ON DELETE CASCADE);
    INSERT INTO public.funds SELECT n, n % 3 = 0 FROM generate_series(1, 30) AS n;
    INSERT INTO public.investments SELECT n, 1 + n % 20 FROM generate_series(1, 500) AS n;
    CREATE INDEX of_fund_idx ON public.investments (fund_id); ANALYZE";

const WANTED: &str = "CREATE TABLE public.funds (id bigint PRIMARY KEY, closed boolean NOT NULL,
        archived boolean NOT NULL DEFAULT false);
    CREATE TABLE public.investments (id bigint PRIMARY KEY, fund_id bigint NOT NULL
        CONSTRAINT of_fund REFERENCES public.funds ON DELETE RESTRICT);
    CREATE INDEX of_fund_idx ON public.investments (fund_id);";

const SETTINGS: &str = r#"
    [[fill]]
    column = "public.funds.archived"
    with = "closed"

    [[gate]]
    before = "switch"
    waits_for = "code that archives funds is deployed"
    no_deletes_from = "public.funds"
    watched_for = "3s"
"#;

/// Deletes a fund, and waits until the server has counted it.
async fn delete_a_fund(project: &Project, id: u32) {
    let deleted = "SELECT n_tup_del::text FROM pg_stat_user_tables WHERE relid = 'public.funds'::regclass";
    let before = project.ask(deleted).await;
    project.database.run(&format!("DELETE FROM public.funds WHERE id = {id}")).await;
    let began = Instant::now();
    while project.ask(deleted).await == before {
        assert!(began.elapsed() < Duration::from_secs(15), "the server did not count a delete");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_opens_when_the_server_counted_no_deletes_for_long_enough() {
    let project = Project::new(15, BEFORE).await;
    project.write("wanted.sql", WANTED);
    project.must(0, &["plan", "--to", "wanted.sql", "-o", "unwatched"]);
    let review = std::fs::read_to_string(project.path("unwatched/REVIEW.md")).expect("it was written");
    assert!(review.contains("no_deletes_from = \"public.funds\""), "{review}");

    project.write("lockkeeper.toml", SETTINGS);
    project.must(0, &["plan", "--to", "wanted.sql", "-o", "plan"]);
    let said = project.must(1, &["apply", "plan"]);
    assert!(said.contains("code that archives funds is deployed"), "{said}");
    assert_eq!(project.ask("SELECT count(*)::text FROM public.funds WHERE archived").await, "10");
    let archived = "SELECT bool_and(archived = closed)::text FROM public.funds";
    assert_eq!(project.ask(archived).await, "true");

    // Before the switch a delete still takes its investments along; both keys are there.
    delete_a_fund(&project, 2).await;
    assert_eq!(project.ask("SELECT count(*)::text FROM public.investments WHERE fund_id = 2").await, "0");
    let until = ["apply", "plan", "--until", "switch"];
    assert!(project.must(1, &until).contains("it is to be watched for"));
    delete_a_fund(&project, 3).await;
    let said = project.must(1, &until);
    assert!(
        said.contains("1 rows were deleted from public.funds") && said.contains("--to validate"),
        "{said}"
    );

    // The watch begins anew, and nothing is deleted.
    project.must(0, &["rollback", "plan", "--to", "validate"]);
    assert!(project.must(1, &until).contains("nothing was deleted"));
    tokio::time::sleep(Duration::from_millis(3_200)).await;
    project.must(0, &until);
    let refused = "DO $$ BEGIN DELETE FROM public.funds WHERE id = 4; RAISE 'it was deleted';
        EXCEPTION WHEN foreign_key_violation OR restrict_violation THEN NULL; END $$";
    project.database.run(refused).await;

    // Back to the start: the old key deletes again.
    project.must(0, &["rollback", "plan"]);
    delete_a_fund(&project, 5).await;
    assert_eq!(project.ask("SELECT count(*)::text FROM public.investments WHERE fund_id = 5").await, "0");
    project.must(1, &["check", "--to", "wanted.sql"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_wrong_is_said_before_anything_is_done() {
    let project = Project::new(15, BEFORE).await;
    project.write("wanted.sql", WANTED);
    let plan = ["plan", "--to", "wanted.sql", "-o", "plan"];
    for (settings, what) in [
        ("[[gate]]\nbefore = \"swich\"\nwaits_for = \"x\"", "lockkeeper.toml:2:10"),
        ("[[gate]]\nbefore = \"switch\"\nwaits_for = \"x\"\nwatched_for = \"soon\"", "no length of time"),
        ("[[fill]]\ncolumn = \"public.funds.archved\"\nwith = \"true\"", "no column public.funds.archved"),
        ("[[fill]]\ncolumn = \"archived\"\nwith = \"true\"", "write schema.table.column"),
        (
            "[[transform]]\ncolumn = \"public.funds.x\"\ninto = \"y\"\nmapping = { a = \"b\" }",
            "no column public.funds.x",
        ),
        ("[[transform]]\ncolumn = \"public.funds.x\"\ninto = \"y\"\nmapping = \"none.csv\"", "none.csv"),
    ] {
        project.write("lockkeeper.toml", settings);
        let said = project.must(2, &plan);
        assert!(said.contains(what), "{settings}: {said}");
    }
}

/// Where `pg_stat_statements` is installed, the refusal names who deletes.
#[tokio::test(flavor = "multi_thread")]
async fn the_statement_that_deletes_is_named() {
    let preload = ("shared_preload_libraries".to_owned(), "pg_stat_statements".to_owned());
    let options = ShadowOptions { settings: vec![preload], ..ShadowOptions::of(15) };
    let Ok(server) = Shadow::start(&options, &model::Silent).await else {
        return testkit::skip("pg_stat_statements");
    };
    let database = server.create_database(None).await.expect("a database");
    let session = connect::connect(&database.target, "lockkeeper test").await.expect("a session");
    let run = async |sql: &str| session.batch_execute(sql).await.expect("it is fine");
    run("CREATE EXTENSION pg_stat_statements SCHEMA public").await;
    run(BEFORE).await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("wanted.sql"),
        format!("CREATE EXTENSION pg_stat_statements; {WANTED}"),
    )
    .expect("it is ours");
    std::fs::write(folder.path().join("lockkeeper.toml"), SETTINGS).expect("it is ours");
    let lockkeeper = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command
            .args(args)
            .current_dir(folder.path())
            .env("DATABASE_URL", database.target.url_with_password());
        said(&command.output().expect("the program starts"))
    };
    let planned = lockkeeper(&["plan", "--to", "wanted.sql", "-o", "plan"]);
    assert!(planned.contains("Plan "), "{planned}");
    let until = ["apply", "plan", "--until", "switch"];
    let watching = lockkeeper(&until);
    assert!(watching.contains("it is to be watched for"), "{watching}");
    run("DELETE FROM public.funds WHERE id = 7").await;
    // A session that does something else reports what it did before.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    run("SELECT 1").await;
    let refused = lockkeeper(&until);
    assert!(refused.contains("by DELETE FROM public.funds WHERE id = $1 (1 calls)"), "{refused}");
    session.close().await;
}
