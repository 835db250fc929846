//! Faults on purpose: the audit must find each of them, and nothing where there is none.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod common;

use std::time::Duration;

use common::{RATE, accounts, pause, workload};
use model::Name;
use testkit::{FaultProxy, Mischief};
use traffic::{Audit, Books, TableAudit, Traffic};

/// Rows in the table before any traffic.
const ROWS: u64 = 8_000;

fn table(audit: &Audit) -> &TableAudit {
    &audit.tables[&Name::new("public", "accounts")]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_loss_is_found() {
    for major in testkit::majors() {
        let database = accounts(major).await;
        let traffic = Traffic::start(database.target(), &workload(), RATE).await.unwrap();
        pause(1_500).await;
        let (report, books) = traffic.stop().await;
        assert_eq!(report.total.failed, vec![], "{major}");
        assert!(report.total.write.count > 50 && report.total.read.count > 200, "{:?}", report.total);

        let session = database.connect().await;
        let audit = books.audit(&session).await.unwrap();
        assert!(audit.intact, "{major}: {audit:?}");
        let clean = table(&audit).clone();
        assert_eq!(clean.rows_before, ROWS);
        assert!(clean.inserted > 0 && clean.updated > 0 && clean.deleted > 0, "{clean:?}");
        assert_eq!(clean.rows_expected, ROWS + clean.inserted - clean.deleted);
        assert_eq!(clean.rows_found, clean.rows_expected);

        // Each fault is made in a transaction of its own that is rolled back after the audit.
        let newest = "id = (SELECT max(id) FROM public.accounts)";
        let paid = "id = (SELECT min(id) FROM public.accounts WHERE balance > 1e12)";
        for (fault, lost, values, surplus, altered) in [
            (format!("DELETE FROM public.accounts WHERE {newest}"), 1, 0, 0, Some(false)),
            (format!("DELETE FROM public.accounts WHERE {paid}"), 1, 0, 0, Some(false)),
            (format!("UPDATE public.accounts SET balance = balance + 1 WHERE {paid}"), 0, 1, 0, Some(false)),
            ("INSERT INTO public.accounts (balance) VALUES (1)".into(), 0, 0, 1, None),
            ("DELETE FROM public.accounts WHERE id IN (SELECT id FROM public.accounts ORDER BY id LIMIT 100)".into(), 100, 0, 0, None),
        ] {
            session.batch_execute("BEGIN").await.unwrap();
            session.batch_execute(&fault).await.unwrap();
            let audit = books.audit(&session).await.unwrap();
            session.batch_execute("ROLLBACK").await.unwrap();
            let found = table(&audit);
            assert_eq!((found.rows_lost, found.values_lost, found.rows_surplus), (lost, values, surplus), "{fault}");
            assert!(altered.is_none() || found.altered == altered, "{fault}: {found:?}");
            assert!(!audit.intact, "{fault}");
        }
        // Of two neighbours one is a row that nobody was to write: its value counts, not its presence.
        session.batch_execute("BEGIN").await.unwrap();
        session.batch_execute("UPDATE public.accounts SET note = note || '.' WHERE id <= 2").await.unwrap();
        let audit = books.audit(&session).await.unwrap();
        session.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!((audit.intact, table(&audit).altered, audit.rows_lost), (false, Some(true), 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_added_and_filled_is_no_loss() {
    let database = accounts(15).await;
    let traffic = Traffic::start(database.target(), &workload(), RATE).await.unwrap();
    pause(300).await;
    database.run("ALTER TABLE public.accounts ADD COLUMN kind text NOT NULL DEFAULT 'old'").await;
    pause(300).await;
    let (report, books) = traffic.stop().await;
    // Prepared SELECT * meets "cached plan must not change result type" once in each session.
    assert!(report.total.retried > 0 && report.total.retried <= 20, "{}", report.total.retried);
    assert_eq!(report.total.failed, vec![]);
    assert!(books.audit(&database.connect().await).await.unwrap().intact);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_statement_is_counted_and_books_nothing() {
    let database = accounts(15).await;
    let traffic = Traffic::start(database.target(), &workload(), RATE).await.unwrap();
    pause(200).await;
    traffic.open_window("refusing");
    database.run("ALTER TABLE public.accounts ADD CONSTRAINT small CHECK (balance < 1e12) NOT VALID").await;
    pause(400).await;
    database.run("ALTER TABLE public.accounts DROP CONSTRAINT small").await;
    traffic.open_window("well again");
    pause(200).await;
    let (report, books) = traffic.stop().await;
    let refusing = report.window("refusing").unwrap();
    assert!(refusing.failed_count() > 3, "{refusing:?}");
    assert!(refusing.failed.iter().all(|failure| failure.sqlstate.as_deref() == Some("23514")));
    assert_eq!(report.total.failed_count(), report.windows.iter().map(|w| w.failed_count()).sum::<u64>());
    assert!(books.audit(&database.connect().await).await.unwrap().intact);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_answered_may_be_there_or_not() {
    let database = accounts(15).await;
    let folder = database.server().socket_folder().unwrap();
    let proxy = FaultProxy::start(&folder).await;
    let target = proxy.target(database.name().as_str());
    let traffic = Traffic::start(&target, &workload(), RATE).await.unwrap();
    for _ in 0..4 {
        pause(200).await;
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%traffic'").await;
        pause(50).await;
        // Answers are under way when the connections break.
        proxy.set(Mischief::Delay(Duration::from_millis(40)));
        pause(100).await;
        proxy.set(Mischief::Cut);
        pause(50).await;
        proxy.set(Mischief::None);
    }
    pause(300).await;
    let (report, books) = traffic.stop().await;
    assert!(report.total.failed_count() > 0, "{:?}", report.total);
    let audit = books.audit(&database.connect().await).await.unwrap();
    assert!(audit.intact && table(&audit).unanswered > 0, "{audit:?}");
    // The sessions came back: statements were answered after the last cut.
    let last = report.total.timeline.last().unwrap();
    assert!(last.at_ms > 1_000.0 && last.count > 0, "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn books_stay_open_over_several_traffics() {
    let database = accounts(15).await;
    let session = database.connect().await;
    let mut books = Books::open(&session, &workload()).await.unwrap();
    for _ in 0..2 {
        let traffic = Traffic::start_with(database.target(), &workload(), RATE, books).await.unwrap();
        pause(300).await;
        books = traffic.stop().await.1;
    }
    let audit = books.audit(&session).await.unwrap();
    assert!(audit.intact && table(&audit).inserted > 5, "{audit:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_that_does_not_fit_is_refused_and_leaves_no_session() {
    let database = accounts(15).await;
    database.run("ALTER TABLE public.accounts RENAME COLUMN note TO remark").await;
    let fault = Traffic::start(database.target(), &workload(), RATE).await.unwrap_err();
    assert_eq!(fault.kind, "traffic.prepare");
    let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lockkeeper traffic' AND state <> 'idle'";
    assert_eq!(database.ask(left).await.as_deref(), Some("0"));
}
