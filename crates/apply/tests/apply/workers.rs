//! Two workers on one table.

use std::time::Duration;

use apply::{ApplyOptions, StopFlag, apply, rollback};
use model::{Direction, RunOutcome, Silent};

use crate::doom::{Doom, assert_clean, run_doomed_with};
use crate::notes::Notes;
use crate::plans::{CASES, Deparse, fingerprint, rows};
use crate::quick;
use crate::wishes::{begun, hurry, slow_backfill};

fn two() -> ApplyOptions<'static> {
    ApplyOptions { workers: 2, ..quick() }
}

const FILLED: &str =
    "SELECT string_agg(worker || ': ' || (rows_filled > 0), ', ' ORDER BY worker) || ', ' || sum(rows_filled)
    FROM lockkeeper.backfills";

/// Both fill, each row is filled once, and writes meanwhile are no trouble.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_fill_every_row_once() {
    let (database, plan) = CASES[1].prepare(15, 30_000).await;
    let before = rows(&database).await;
    let notes = Notes::default();
    let done = apply(database.target(), &plan, &Deparse, &mut two(), &notes).await.unwrap();
    assert_eq!(done.arrived, Some(true));
    assert_eq!(done.steps[1].rows_filled, 30_000, "{}", notes.all());
    assert_eq!(database.ask(FILLED).await.as_deref(), Some("1: true, 2: true, 30000"));
    let status = apply::status(database.target()).await.unwrap();
    assert_eq!((status.backfills[0].workers, status.backfills[0].rows_filled), (2, 30_000));
    assert_eq!(fingerprint(&database).await, plan.to);
    assert_eq!(rows(&database).await, before);
    assert_clean(&database).await;
}

/// A stop is heeded by both, and one goes on alone where two were.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_stop_and_one_goes_on() {
    let (database, plan) = slow_backfill(10_000).await;
    let session = database.connect().await;
    let stop = StopFlag::new();
    let mut options = ApplyOptions { stop: stop.clone(), ..two() };
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        stop.raise();
    };
    let (stopped, ()) = tokio::join!(run, interfere);
    assert_eq!(stopped.unwrap().receipt.outcome, RunOutcome::Paused);
    assert_clean(&database).await;
    hurry(&session).await;
    session.close().await;
    let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(done.arrived, Some(true));
    let filled = database.ask("SELECT sum(rows_filled) FROM lockkeeper.backfills").await;
    assert_eq!(filled.as_deref(), Some("10000"), "rows were filled twice");
    assert_clean(&database).await;
}

/// The client dies at any time: the next run, with two workers or one, ends what is left and goes on; or goes back.
#[test]
fn two_workers_that_die_leave_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (template, plan) = runtime.block_on(CASES[1].prepare(15, 30_000));
    let before = runtime.block_on(rows(&template));
    for (at, ms) in (0..8).map(|n| (n, 60 + n * 41)) {
        let database = runtime.block_on(template.copy());
        let doom = Doom::After(Duration::from_millis(ms));
        // It may have come to its end before.
        let _ = run_doomed_with(database.target(), &plan, Direction::Forward, doom, two());
        let when = format!("killed after {ms} ms");
        runtime.block_on(async {
            let mut options = if at % 2 == 0 { two() } else { quick() };
            if at % 3 == 2 {
                let back = rollback(database.target(), &plan, None, &Deparse, &mut options, &Silent).await;
                back.unwrap_or_else(|fault| panic!("{when}: {fault}"));
                assert_eq!(fingerprint(&database).await, plan.from, "{when}");
            } else {
                let done = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await;
                done.unwrap_or_else(|fault| panic!("{when}: {fault}"));
                assert_eq!(fingerprint(&database).await, plan.to, "{when}");
            }
            assert_eq!(rows(&database).await, before, "{when}");
            assert_clean(&database).await;
        });
    }
}

/// A worker whose backend is ended takes nothing with it: the run connects again and goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_ended_is_started_again() {
    let (database, plan) = slow_backfill(10_000).await;
    let session = database.connect().await;
    let mut options = two();
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper run-% second'";
        assert_eq!(database.ask(end).await.as_deref(), Some("1"));
        hurry(&session).await;
    };
    let (done, ()) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true));
    assert_eq!(fingerprint(&database).await, plan.to);
    session.close().await;
    assert_clean(&database).await;
}
