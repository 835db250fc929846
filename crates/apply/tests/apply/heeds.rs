//! What a backfill heeds besides replicas and the archive: dead rows, autovacuum, the application's waits; and what
//! `status` says of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use apply::{ApplyOptions, apply};
use connect::{Session, connect};
use model::{Plan, Silent};
use shadow::{Database, Shadow, ShadowOptions};

use crate::plans::{CASES, Deparse, FUNDS, of, plan};
use crate::quick;
use crate::wishes::{begun, hurry, slow, slow_backfill, waits};

/// The same as [`planned`], with a plan that goes slowly.
pub async fn prepared(settings: &[(&str, &str)], rows: u32) -> (Shadow, Database, Session, Plan) {
    let (server, made, session, plan) = planned(settings, rows).await;
    let plan = slow(&session, plan).await;
    (server, made, session, plan)
}

/// A server with these settings, a database with so many rows, a session in it, and a plan for it.
pub async fn planned(settings: &[(&str, &str)], rows: u32) -> (Shadow, Database, Session, Plan) {
    let mut options = ShadowOptions::of(15);
    options.settings.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let server = Shadow::start(&options, &Silent).await.unwrap();
    let (made, wanted) =
        (server.create_database(None).await.unwrap(), server.create_database(None).await.unwrap());
    let other = connect(&wanted.target, "lockkeeper test").await.unwrap();
    other.batch_execute(FUNDS).await.unwrap();
    other.batch_execute(CASES[1].wanted).await.unwrap();
    let to = of(&other).await;
    other.close().await;
    let session = connect(&made.target, "lockkeeper test").await.unwrap();
    session.batch_execute(&FUNDS.replace("2000", &rows.to_string())).await.unwrap();
    let plan = plan(15, of(&session).await, to, (CASES[1].steps)());
    (server, made, session, plan)
}

/// Applies a slow plan; `status` is to say why it goes slowly, and then it is let go on.
async fn goes_slowly(made: &Database, session: &Session, plan: &Plan, why: &str) {
    let mut options = quick();
    let run = apply(&made.target, plan, &Deparse, &mut options, &Silent);
    let look = async {
        waits(&made.target, why).await;
        hurry(session).await;
    };
    let (done, ()) = tokio::join!(run, look);
    assert_eq!(done.unwrap().arrived, Some(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_rows_slow_it_down() {
    let (server, made, session, plan) = prepared(&[("autovacuum_naptime", "1h")], 20_000).await;
    // Else the server counts them some seconds later, when the backfill has removed many.
    session.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    session.batch_execute("UPDATE public.funds SET name = name || 'x'").await.unwrap();
    goes_slowly(&made, &session, &plan, "dead rows beside").await;
    session.close().await;
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn autovacuum_on_the_table_slows_it_down() {
    let slowly = [
        ("autovacuum_naptime", "1s"),
        ("autovacuum_vacuum_cost_delay", "100ms"),
        ("autovacuum_vacuum_cost_limit", "1"),
    ];
    let (server, made, session, plan) = prepared(&slowly, 30_000).await;
    let littered = "ALTER TABLE public.funds SET (autovacuum_vacuum_threshold = 1); DELETE FROM public.funds WHERE id % 2 = 0";
    session.batch_execute(littered).await.unwrap();
    goes_slowly(&made, &session, &plan, "goes slowly: autovacuum works on the table").await;
    session.close().await;
    server.stop().await.unwrap();
}

/// An application's statement that waits for rows of a batch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_wait_for_its_rows_make_batches_smaller() {
    let (database, plan) = slow_backfill(3_000).await;
    let (session, other) = (database.connect().await, database.connect().await);
    let mut options = quick();
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        let seen = AtomicBool::new(false);
        let write = async {
            while !seen.load(Ordering::SeqCst) {
                other.batch_execute("UPDATE public.funds SET name = name || 'x'").await.unwrap();
            }
        };
        let look = async {
            waits(database.target(), "makes smaller batches: 1 sessions wait").await;
            seen.store(true, Ordering::SeqCst);
        };
        tokio::join!(write, look);
        hurry(&session).await;
    };
    let (done, ()) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true));
}

/// An application that has to wait for its table, whoever is at fault.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_waits_stops_it() {
    waits_for_lock(ApplyOptions { stall: true, ..quick() }, "the application waits").await;
}

/// A table that somebody has locked whole is waited for, and the one who has is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_table_is_waited_for() {
    waits_for_lock(quick(), "the table is locked by pid").await;
}

/// Locks the table while a backfill runs; `status` is to say why it waits, and then it is let go on.
async fn waits_for_lock(mut options: ApplyOptions<'_>, why: &str) {
    let (database, plan) = slow_backfill(3_000).await;
    let (session, other) = (database.connect().await, database.connect().await);
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        other.batch_execute("BEGIN; LOCK TABLE public.funds IN SHARE MODE").await.unwrap();
        waits(database.target(), why).await;
        other.batch_execute("COMMIT").await.unwrap();
        hurry(&session).await;
    };
    let (done, ()) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true));
}

/// A replica that is away, and for which the server keeps what it has not read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_away_stops_it() {
    let (server, made, session, plan) = prepared(&[], 3_000).await;
    session.batch_execute("SELECT pg_create_physical_replication_slot('away', true)").await.unwrap();
    let mut options = quick();
    let run = apply(&made.target, &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        is_begun(&session).await;
        apply::set(&made.target, "wal_backlog_max_mb", "40").await.unwrap();
        for _ in 0..4 {
            session.batch_execute("CREATE TEMP TABLE t (); DROP TABLE t").await.unwrap();
            session.batch_execute("SELECT pg_switch_wal()").await.unwrap();
        }
        waits(&made.target, "of WAL are kept for a replica that is away").await;
        session.batch_execute("SELECT pg_drop_replication_slot('away')").await.unwrap();
        hurry(&session).await;
    };
    let (done, ()) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true));
    session.close().await;
    server.stop().await.unwrap();
}

/// Waits until the first batch is done.
pub async fn is_begun(session: &Session) {
    let filled = "SELECT coalesce(sum(rows_filled), 0)::bigint FROM lockkeeper.backfills";
    while session.query_one(filled, &[]).await.map_or(0, |row| row.get::<_, i64>(0)) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
