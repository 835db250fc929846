//! What a session is like, told by the server.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use testkit::{FaultProxy, database, majors};

#[tokio::test]
async fn a_session_knows_its_server() {
    for major in majors() {
        let database = database(major).await;
        let session = database.connect().await;
        let server = session.server().clone();
        let row = session
            .query_one(
                "SELECT current_setting('server_version_num')::int4, current_database()::text, pg_backend_pid(),
                    (SELECT system_identifier::text FROM pg_control_system()),
                    (SELECT backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid())",
                &[],
            )
            .await
            .unwrap();
        assert_eq!((server.version_num.cast_signed(), server.major), (row.get(0), major));
        assert_eq!((server.database, server.backend_pid), (row.get(1), row.get(2)));
        assert_eq!((server.system_identifier, server.backend_start), (row.get(3), row.get(4)));
        assert!(server.is_superuser && !server.in_recovery);
        assert_eq!(server.time_zone, "UTC");
    }
}

#[tokio::test]
async fn settings_of_the_database_do_not_change_what_is_read() {
    for major in majors() {
        let database = database(major).await;
        for setting in [
            "search_path = public",
            "DateStyle = 'German'",
            "IntervalStyle = 'iso_8601'",
            "lock_timeout = '1ms'",
            "statement_timeout = '1s'",
            "idle_in_transaction_session_timeout = '1s'",
            "quote_all_identifiers = on",
            "default_transaction_isolation = 'serializable'",
            "TimeZone = 'Asia/Tokyo'",
        ] {
            database.run(&format!("ALTER DATABASE {} SET {setting}", database.name())).await;
        }
        let session = database.connect().await;
        let row = session
            .query_one(
                "SELECT current_setting('search_path'), make_date(2020, 12, 31)::text, '1 day'::interval::text,
                    current_setting('lock_timeout'), current_setting('statement_timeout'),
                    current_setting('idle_in_transaction_session_timeout'), quote_ident('a'),
                    current_setting('transaction_isolation'), current_setting('TimeZone')",
                &[],
            )
            .await
            .unwrap();
        let values: Vec<String> = (0..row.len()).map(|at| row.get(at)).collect();
        let expected =
            ["pg_catalog", "2020-12-31", "1 day", "0", "0", "0", "a", "read committed", "Asia/Tokyo"];
        assert_eq!(values, expected);
        assert_eq!(session.server().time_zone, "Asia/Tokyo");
    }
}

#[tokio::test]
async fn a_role_without_privileges_can_connect() {
    let database = database(majors()[0]).await;
    database
        .run(
            "CREATE ROLE plain LOGIN; \
             REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
        )
        .await;
    let session = connect::connect(&database.target().with_user("plain", None), "test").await.unwrap();
    assert_eq!(session.server().system_identifier, None);
    assert!(!session.server().is_superuser);
    assert_eq!(session.server().user, "plain");
}

#[tokio::test]
async fn notices_are_heard_with_the_statement() {
    let database = database(majors()[0]).await;
    let session = database.connect().await;
    let mut notices = session.notices();
    session.batch_execute("DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$").await.unwrap();
    let (one, two) = (notices.try_recv().unwrap(), notices.try_recv().unwrap());
    assert_eq!((one.severity(), one.message()), ("NOTICE", "one"));
    assert_eq!((two.severity(), two.message()), ("WARNING", "two"));
    assert!(notices.try_recv().is_err());
}

#[tokio::test]
async fn a_statement_can_be_cancelled() {
    let database = database(majors()[0]).await;
    let session = database.connect().await;
    let sleep = session.batch_execute("SELECT pg_sleep(60)");
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        session.cancel().await.unwrap();
    };
    let (slept, ()) = tokio::join!(sleep, cancel);
    assert_eq!(connect::sqlstate(&slept.unwrap_err()), Some("57014"));
}

#[tokio::test]
async fn close_waits_until_the_backend_is_told() {
    let database = database(majors()[0]).await;
    database.connect().await.close().await;
    // A copy needs a template without sessions; the server itself waits a moment for those that end.
    database.copy().await;
}

#[tokio::test]
async fn an_error_is_described_in_full() {
    let database = database(majors()[0]).await;
    let session = database.connect().await;
    let raise = "DO $$ BEGIN RAISE EXCEPTION 'too bad' USING DETAIL = 'why', HINT = 'what', ERRCODE = 'LK001'; END $$";
    let error = session.batch_execute(raise).await.unwrap_err();
    assert_eq!(connect::sqlstate(&error), Some("LK001"));
    let text = connect::describe(&error);
    for part in ["too bad", "SQLSTATE LK001", "detail: why", "hint: what"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_plain_proxy_is_no_pool() {
    let database = database(majors()[0]).await;
    let proxy = FaultProxy::start(&database.server().socket_folder().unwrap()).await;
    let session = connect::connect(&proxy.target(database.name().as_str()), "test").await.unwrap();
    assert_eq!(session.server().database, database.name().as_str());
}
