//! Files traced on real servers; what is expected is what PostgreSQL's manual and source say.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use facts::report::{Report, Statement};
use model::{Category, LockMode, Silent};
use shadow::{Shadow, ShadowOptions};
use trace::On;

const SCHEMA: &str = "CREATE TABLE public.funds (id integer PRIMARY KEY, a integer, b text, ts timestamp);
    CREATE INDEX funds_a ON public.funds (a);
    INSERT INTO public.funds SELECT g, g, 'value ' || g FROM generate_series(1, 50) AS g;
    CREATE TABLE public.firms (id integer PRIMARY KEY);
    INSERT INTO public.firms SELECT g FROM generate_series(1, 50) AS g";

async fn traced(major: u32, text: &str) -> Report {
    let options = ShadowOptions { settings: trace::shadow_settings(), ..ShadowOptions::of(major) };
    let shadow = Shadow::start(&options, &Silent).await.unwrap();
    let database = shadow.create_database(None).await.unwrap();
    let session = connect::connect(&database.target, "lockkeeper test").await.unwrap();
    session.batch_execute(SCHEMA).await.unwrap();
    session.close().await;
    let files = [("a.sql".to_owned(), text.to_owned())];
    trace::run(&files, On::Throwaway(&database.target)).await.unwrap()
}

fn locks(statement: &Statement) -> String {
    let lock = |lock: &model::RelationLock| format!("{} {}", lock.relation.name, lock.mode.sql());
    statement.effect.locks.iter().map(lock).collect::<Vec<_>>().join(", ")
}

/// Statement, locks, rewritten tables, scanned tables, index builds, data loss.
const TABLE: &[(&str, &str, usize, usize, u32, bool)] = &[
    ("ALTER TABLE funds ADD COLUMN c integer DEFAULT 1", "funds ACCESS EXCLUSIVE", 0, 0, 0, false),
    ("ALTER TABLE funds ADD COLUMN d float DEFAULT random()", "funds ACCESS EXCLUSIVE", 1, 1, 2, false),
    ("ALTER TABLE funds ADD CHECK (a > 0) NOT VALID", "funds ACCESS EXCLUSIVE", 0, 0, 0, false),
    ("ALTER TABLE funds VALIDATE CONSTRAINT funds_a_check", "funds SHARE UPDATE EXCLUSIVE", 0, 1, 0, false),
    (
        "ALTER TABLE funds ADD FOREIGN KEY (a) REFERENCES firms",
        "firms SHARE ROW EXCLUSIVE, funds SHARE ROW EXCLUSIVE",
        0,
        1,
        0,
        false,
    ),
    (
        "ALTER TABLE funds DROP CONSTRAINT funds_a_fkey",
        "firms ACCESS EXCLUSIVE, funds ACCESS EXCLUSIVE",
        0,
        0,
        0,
        false,
    ),
    ("CREATE INDEX plain ON funds (b)", "funds SHARE", 0, 1, 1, false),
    ("CREATE INDEX CONCURRENTLY slow ON funds (b)", "funds SHARE UPDATE EXCLUSIVE", 0, 1, 1, false),
    ("DROP INDEX CONCURRENTLY slow", "funds SHARE UPDATE EXCLUSIVE", 0, 0, 0, false),
    ("VACUUM funds", "funds SHARE UPDATE EXCLUSIVE", 0, 0, 0, false),
    ("VACUUM FULL firms", "firms ACCESS EXCLUSIVE", 1, 1, 1, false),
    ("ALTER TABLE funds ALTER ts TYPE timestamptz", "funds ACCESS EXCLUSIVE", 0, 0, 0, false),
    (
        "ALTER TABLE funds ALTER b TYPE varchar(2) USING b::varchar(2)",
        "funds ACCESS EXCLUSIVE",
        1,
        1,
        3,
        true,
    ),
    (
        "DO $$ BEGIN EXECUTE 'ALTER TABLE firms ADD x integer'; END $$",
        "firms ACCESS EXCLUSIVE",
        0,
        0,
        0,
        false,
    ),
    ("ALTER TABLE funds DROP COLUMN ts", "funds ACCESS EXCLUSIVE", 0, 0, 0, false),
    ("ALTER TABLE funds DROP COLUMN a", "funds ACCESS EXCLUSIVE", 0, 0, 0, true),
    ("CREATE TABLE own (id integer)", "", 0, 0, 0, false),
    ("DROP TABLE own", "own ACCESS EXCLUSIVE", 0, 0, 0, false),
    ("TRUNCATE firms", "firms ACCESS EXCLUSIVE", 0, 0, 0, true),
];

#[tokio::test]
async fn statements_do_what_the_server_does() {
    let text: String = TABLE.iter().map(|row| format!("{};\n", row.0)).collect();
    for major in testkit::majors() {
        let report = traced(major, &text).await;
        assert_eq!(report.statements.len(), TABLE.len());
        for (statement, &(sql, held, rewrites, scans, builds, loss)) in report.statements.iter().zip(TABLE) {
            let seen = &statement.effect;
            assert_eq!(statement.error, None, "{sql} on {major}");
            assert_eq!(statement.sql, sql);
            assert_eq!(locks(statement), held, "{sql} on {major}");
            let counts = (seen.rewrites.len(), seen.scans.len(), seen.index_builds, seen.data_loss);
            assert_eq!(counts, (rewrites, scans, builds, loss), "{sql} on {major}");
        }
    }
}

#[tokio::test]
async fn a_lock_held_since_before_hides_nothing() {
    let text =
        "BEGIN; SET LOCAL lock_timeout = '1s'; ALTER TABLE funds ADD x int; ALTER TABLE funds ADD y int;
        SELECT count(*) FROM firms; COMMIT; ALTER TABLE funds DROP x";
    for major in testkit::majors() {
        let report = traced(major, text).await;
        let seen: Vec<_> = report.statements.iter().map(locks).collect();
        let wanted = [
            "",
            "",
            "funds ACCESS EXCLUSIVE",
            "funds ACCESS EXCLUSIVE",
            "firms ACCESS SHARE",
            "",
            "funds ACCESS EXCLUSIVE",
        ];
        assert_eq!(seen, wanted, "{major}");
        assert!(report.statements.iter().all(|statement| statement.error.is_none()), "{major}");
        assert!(report.statements.iter().all(|statement| statement.unknown.is_empty()), "{major}");
    }
}

#[tokio::test]
async fn an_error_ends_its_block_and_no_more() {
    let text = "ALTER TABLE nowhere ADD x int; BEGIN; ALTER TABLE funds ADD x int; SELECT 1/0; SELECT 1; COMMIT;
        ALTER TABLE funds ADD x int; BEGIN; CREATE INDEX CONCURRENTLY i ON funds (a); ROLLBACK; LOCK TABLE funds";
    for major in testkit::majors() {
        let report = traced(major, text).await;
        let errors: Vec<_> = report.statements.iter().map(|statement| statement.error.as_deref()).collect();
        let aborted = "current transaction is aborted, commands ignored until end of transaction block";
        assert_eq!(errors[0], Some("relation \"nowhere\" does not exist"));
        assert_eq!(
            errors[1..7],
            [None, None, Some("division by zero"), Some(aborted), None, None],
            "{major}"
        );
        assert_eq!(errors[8], Some("CREATE INDEX CONCURRENTLY cannot run inside a transaction block"));
        assert_eq!(errors[10], Some("LOCK TABLE can only be used in transaction blocks"));
        assert_eq!(report.statements[0].category, Category::Dangerous);
    }
}

#[tokio::test]
async fn a_given_server_is_as_before() {
    let database = testkit::database(testkit::majors()[0]).await;
    database.run(SCHEMA).await;
    let files =
        [("a.sql".to_owned(), "DROP TABLE firms; VACUUM funds; SELECT 1/0; TRUNCATE funds".to_owned())];
    let refused = trace::run(&files, On::Given { target: database.target(), confirmed: false }).await;
    assert_eq!(refused.unwrap_err().kind, "trace.confirm");
    let report = trace::run(&files, On::Given { target: database.target(), confirmed: true }).await.unwrap();
    assert_eq!(
        report.statements[0].effect.strongest().map(|lock| lock.mode),
        Some(LockMode::AccessExclusiveLock)
    );
    assert!(report.statements[0].effect.data_loss && report.statements[3].effect.data_loss);
    assert!(!report.statements[1].unknown.is_empty());
    let left = database
        .ask("SELECT (SELECT count(*) FROM public.firms) + (SELECT count(*) FROM public.funds)")
        .await;
    assert_eq!(left.as_deref(), Some("100"));
}

#[tokio::test]
async fn the_report_has_the_fields_that_others_rely_on() {
    let report = traced(testkit::majors()[0], "ALTER TABLE funds ADD c integer").await;
    let json = serde_json::to_value(&report).unwrap();
    let statement = &json["statements"][0];
    for field in [
        "file",
        "line",
        "sql",
        "operations",
        "category",
        "locks",
        "rewrites",
        "scans",
        "index_builds",
        "data_loss",
        "error",
    ] {
        assert!(statement.get(field).is_some(), "{field}");
    }
    assert_eq!(statement["locks"][0]["relation"], "public.funds");
    assert_eq!(statement["locks"][0]["mode"], "AccessExclusiveLock");
    assert!(json["findings"].is_array());
}
