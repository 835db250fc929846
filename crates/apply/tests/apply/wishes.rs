//! Pause, resume, abort, settings and signals, while a run is at work; and what a backfill meets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use apply::{ApplyOptions, StopFlag, apply, rollback};
use connect::{Session, Target, connect};
use model::{Action, Plan, RunOutcome, Silent, Sql, Step};
use testkit::TestDatabase;

use crate::doom::assert_clean;
use crate::plans::{CASES, Deparse, fingerprint, rows};
use crate::quick;

/// The token plan with batches of a page or two that take their time until [`hurry`].
pub async fn slow_backfill(rows: u32) -> (TestDatabase, Plan) {
    let (database, plan) = CASES[1].prepare(15, rows).await;
    let session = database.connect().await;
    let plan = slow(&session, plan).await;
    session.close().await;
    (database, plan)
}

/// The token plan with small batches in which each row takes three milliseconds until [`hurry`].
pub async fn slow(session: &Session, mut plan: Plan) -> Plan {
    let pace = "CREATE SCHEMA testing; CREATE TABLE testing.pace (seconds float8); INSERT INTO testing.pace VALUES (0.003)";
    session.batch_execute(pace).await.unwrap();
    if let Action::Backfill(backfill) = &mut plan.steps[1].action {
        backfill.batch_target_ms = 1;
        backfill.batch_rows = 50;
        // It depends on the row: what does not is called once for the whole batch.
        backfill.set = Sql::verbatim(
            "token = (SELECT gen_random_uuid() FROM pg_sleep((SELECT seconds FROM testing.pace) + 0 * id))",
        );
    }
    plan
}

/// Rows take no longer than they need from now on.
pub async fn hurry(session: &Session) {
    session.batch_execute("UPDATE testing.pace SET seconds = 0").await.unwrap();
}

/// Waits until `status` says that the run waits, or goes slowly, for this reason.
pub async fn waits(target: &Target, why: &str) {
    let mut said = None;
    for _ in 0..1_200 {
        said = apply::status(target).await.unwrap().waits.map(|waits| waits.why);
        if said.as_ref().is_some_and(|said| said.contains(why)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not wait for {why}, but {said:?}");
}

pub async fn filled(database: &TestDatabase) -> u64 {
    let question = "SELECT coalesce(sum(rows_filled), 0) FROM lockkeeper.backfills";
    if database.ask("SELECT to_regclass('lockkeeper.backfills') IS NOT NULL").await.as_deref() != Some("t") {
        return 0;
    }
    database.ask(question).await.map_or(0, |rows| rows.parse().unwrap())
}

pub async fn begun(database: &TestDatabase) {
    for _ in 0..1_000 {
        if filled(database).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the backfill does not begin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pause_and_resume_in_a_backfill() {
    let (database, plan) = slow_backfill(3_000).await;
    let session = database.connect().await;
    assert_eq!(apply::pause(database.target()).await.unwrap_err().kind, "apply.idle");
    let mut options = quick();
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        apply::set(database.target(), "batch_target_ms", "2").await.unwrap();
        apply::pause(database.target()).await.unwrap();
        waits(database.target(), "paused").await;
        let paused = filled(&database).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(filled(&database).await, paused, "it goes on while it is paused");
        assert!(paused < 3_000);
        assert_eq!(apply::status(database.target()).await.unwrap().request.as_deref(), Some("pause"));
        apply::resume_request(database.target()).await.unwrap();
        hurry(&session).await;
    };
    let (done, ()) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true));
    let settings = "SELECT count(*) FROM lockkeeper.settings WHERE name = 'batch_target_ms'";
    assert_eq!(database.ask(settings).await.as_deref(), Some("0"), "a setting lasts as long as its run");
    let late = apply::set(database.target(), "batch_target_ms", "2").await;
    assert_eq!(late.unwrap_err().kind, "apply.idle");
    session.close().await;
    assert_eq!(filled(&database).await, 3_000);
    assert_clean(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_stops_at_a_safe_point_and_the_rest_follows() {
    let (database, plan) = slow_backfill(3_000).await;
    let session = database.connect().await;
    let stop = StopFlag::new();
    let mut options = ApplyOptions { stop: stop.clone(), ..quick() };
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        stop.raise();
    };
    let (stopped, ()) = tokio::join!(run, interfere);
    let stopped = stopped.unwrap();
    assert_eq!(stopped.receipt.outcome, RunOutcome::Paused);
    assert!(stopped.message.contains("run the same command again"), "{}", stopped.message);
    let before = filled(&database).await;
    assert!(before > 0 && before < 3_000, "{before}");
    hurry(&session).await;
    session.close().await;
    assert_clean(&database).await;
    let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert!(done.resumed);
    assert_eq!(done.arrived, Some(true));
    assert_eq!(filled(&database).await, 3_000, "rows were filled twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aborted_backfill_is_rolled_back() {
    let (database, plan) = slow_backfill(3_000).await;
    let before = rows(&database).await;
    let mut options = quick();
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        apply::abort(database.target()).await.unwrap();
    };
    let (aborted, ()) = tokio::join!(run, interfere);
    assert_eq!(aborted.unwrap().receipt.outcome, RunOutcome::Aborted);
    assert_eq!(apply::status(database.target()).await.unwrap().request, None);
    let back = rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(back.arrived, Some(true));
    assert_eq!(rows(&database).await, before);
    assert_eq!(fingerprint(&database).await, plan.from);
}

/// A signal while `CREATE INDEX CONCURRENTLY` waits: it is cancelled, and leaves no invalid index.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_in_an_index_build() {
    let (database, plan) = CASES[0].prepare(15, 100).await;
    let old = database.connect().await;
    old.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class").await.unwrap();
    let stop = StopFlag::new();
    let mut options = ApplyOptions { stop: stop.clone(), ..quick() };
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        let question = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        for _ in 0..500 {
            if database.ask(question).await.as_deref() == Some("1") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.raise();
    };
    let (stopped, ()) = tokio::join!(run, interfere);
    assert_eq!(stopped.unwrap().receipt.outcome, RunOutcome::Paused);
    assert_clean(&database).await;
    old.batch_execute("COMMIT").await.unwrap();
    let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(done.arrived, Some(true));
}

/// Applications insert, update, delete and move rows meanwhile; every row is filled in the end, none is
/// lost, and no statement of theirs fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backfill_under_writes_misses_nothing() {
    let (database, plan) = CASES[1].prepare(15, 60_000).await;
    let over = Arc::new(AtomicBool::new(false));
    let inserted = Arc::new(AtomicU64::new(0));
    let mut writers = Vec::new();
    for writer in 0..3 {
        let (target, over, inserted) = (database.target().clone(), Arc::clone(&over), Arc::clone(&inserted));
        writers.push(tokio::spawn(async move {
            let session = connect(&target, "writer").await.unwrap();
            let mut at = writer;
            while !over.load(Ordering::SeqCst) {
                at = (at + 977) % 60_000;
                let update = format!("UPDATE public.funds SET name = name || 'x' WHERE id = {at}");
                session.simple_query(&update).await.unwrap();
                session.simple_query("INSERT INTO public.funds (name) VALUES ('new')").await.unwrap();
                inserted.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }));
    }
    // A row that somebody keeps locked for a while is left for the next pass.
    let locker = database.connect().await;
    locker.batch_execute("BEGIN; SELECT FROM public.funds WHERE id = 100 FOR UPDATE").await.unwrap();
    let mut options = ApplyOptions { stall: true, baseline_ms: 100, ..quick() };
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let unlock = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        locker.batch_execute("COMMIT").await.unwrap();
    };
    let (done, ()) = tokio::join!(run, unlock);
    let done = done.unwrap();
    over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(done.receipt.outcome, RunOutcome::Done);
    assert_eq!(fingerprint(&database).await, plan.to);
    let total = 60_000 + inserted.load(Ordering::SeqCst);
    assert_eq!(database.ask("SELECT count(*) FROM public.funds").await, Some(total.to_string()));
    assert_eq!(
        database.ask("SELECT count(*) FROM public.funds WHERE token IS NULL").await.as_deref(),
        Some("0")
    );
    let receipt = &done.steps[1];
    assert!(receipt.batches > 1 && receipt.rows_filled > 50_000, "{receipt:?}");
}

/// Without a default that covers new rows, the plan is at fault; it ends and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_that_never_ends_says_so() {
    let (database, mut plan) = CASES[1].prepare(15, 200).await;
    let uncovered = |step: &mut Step| {
        if let Action::Backfill(backfill) = &mut step.action {
            backfill.set = Sql::verbatim("token = NULL");
        }
    };
    uncovered(&mut plan.steps[1]);
    let fault = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "apply.probe");
    assert!(fault.to_string().contains("fill-column"), "{fault}");
    rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(fingerprint(&database).await, plan.from);
}

/// A partitioned table is filled partition by partition.
#[tokio::test]
async fn a_partitioned_table_is_filled() {
    for major in testkit::majors() {
        let made = "CREATE TABLE public.funds (id bigint NOT NULL, name text, created_at timestamptz) PARTITION BY RANGE (id);
            CREATE TABLE public.funds_1 PARTITION OF public.funds FOR VALUES FROM (0) TO (1000);
            CREATE TABLE public.funds_2 PARTITION OF public.funds FOR VALUES FROM (1000) TO (3000) PARTITION BY RANGE (id);
            CREATE TABLE public.\"Funds 2a\" PARTITION OF public.funds_2 DEFAULT;
            INSERT INTO public.funds SELECT n, 'fund ' || n, now() FROM generate_series(0, 2999) AS n";
        let database = testkit::database(major).await;
        database.run(made).await;
        let from = fingerprint(&database).await;
        let wanted = testkit::database(major).await;
        wanted.run(made).await;
        wanted.run(CASES[1].wanted).await;
        let plan = crate::plans::plan(major, from, fingerprint(&wanted).await, (CASES[1].steps)());
        let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
        assert_eq!(done.steps[1].rows_filled, 3_000);
        assert_eq!(
            database.ask("SELECT count(*) FROM public.funds WHERE token IS NULL").await.as_deref(),
            Some("0")
        );
        rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
    }
}
