//! Locks that others hold: how long we try, what the application feels, who is named.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use apply::{ApplyOptions, apply};
use connect::{Session, Target, connect};
use model::{Plan, Silent};
use shadow::{Shadow, ShadowOptions};

use crate::doom::assert_clean;
use crate::notes::Notes;
use crate::plans::{CASES, Deparse, FUNDS, of, plan};
use crate::quick;
use crate::wishes::waits;

/// Reads the table all the time and tells the longest a read took, in ms.
async fn read_until(target: Target, over: Arc<AtomicBool>) -> f64 {
    let session = connect(&target, "reader").await.unwrap();
    let mut worst = 0.0_f64;
    while !over.load(Ordering::SeqCst) {
        let started = Instant::now();
        session.simple_query("SELECT 1 FROM public.funds WHERE id = 7").await.unwrap();
        worst = worst.max(started.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    worst
}

/// Opens transactions that read the table and stay open for `each`, so many in a row.
async fn read_long(session: &Session, each: Duration, times: u32) {
    for _ in 0..times {
        session.batch_execute("BEGIN; SELECT count(*) FROM public.funds").await.unwrap();
        tokio::time::sleep(each).await;
        session.batch_execute("COMMIT").await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Behind one long reader nobody else waits; between short ones the lock is got.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_do_not_feel_it() {
    for (each, times) in [(Duration::from_secs(3), 1), (Duration::from_millis(60), 30)] {
        let (database, plan) = CASES[0].prepare(15, 1_000).await;
        let over = Arc::new(AtomicBool::new(false));
        let baseline = tokio::spawn(read_until(database.target().clone(), Arc::clone(&over)));
        tokio::time::sleep(Duration::from_millis(500)).await;
        over.store(true, Ordering::SeqCst);
        let baseline = baseline.await.unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn(read_until(database.target().clone(), Arc::clone(&over)));
        let long = database.connect().await;
        let mut options = quick();
        let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
        let (done, ()) = tokio::join!(run, read_long(&long, each, times));
        over.store(true, Ordering::SeqCst);
        let stall = reader.await.unwrap() - baseline;
        assert_eq!(done.unwrap().arrived, Some(true));
        // Generous, because this machine may be busy: without lock_timeout it would be as long as the long reader.
        let bound = each.as_secs_f64() * 1e3 * 0.75;
        assert!(times > 1 || stall < bound, "a reader waited {stall} ms more than usual");
        assert_clean(&database).await;
    }
}

#[tokio::test]
async fn who_is_in_the_way_is_named_without_values() {
    let (database, plan) = CASES[0].prepare(15, 100).await;
    let holder = connect(database.target(), "billing").await.unwrap();
    holder.batch_execute("BEGIN; UPDATE public.funds SET name = 'top secret' WHERE id = 42").await.unwrap();
    let pid = holder.server().backend_pid;
    let mut options = ApplyOptions { lock_patience_ms: 400, ..quick() };
    let failed = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap_err();
    let fault = failed.fault;
    assert_eq!(fault.kind, "apply.lock_timeout");
    // What was measured until then is told as well.
    let report = failed.report.unwrap();
    assert_eq!(report.receipt.outcome, model::RunOutcome::Failed);
    assert_eq!(report.steps.last().unwrap().outcome, model::StepOutcome::LockTimeout);
    let told = fault.to_string();
    for part in [
        &format!("pid {pid}"),
        "billing",
        "idle in transaction",
        "UPDATE public.funds SET name = ? WHERE id = ?",
    ] {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
    assert!(!told.contains("secret"), "{told}");
    holder.batch_execute("ROLLBACK").await.unwrap();
    let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert!(done.resumed);
    assert_eq!(done.arrived, Some(true));
    assert_clean(&database).await;
}

/// A concurrent statement that waits longer than patience lasts is cancelled, and leaves nothing.
#[tokio::test]
async fn an_index_build_behind_an_old_transaction_gives_up_cleanly() {
    let (database, plan) = CASES[0].prepare(15, 100).await;
    let mut options = ApplyOptions { lock_patience_ms: 700, ..quick() };
    let old = connect(database.target(), "report").await.unwrap();
    old.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class").await.unwrap();
    let fault = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "apply.lock_timeout", "{fault}");
    assert!(fault.to_string().contains("report"), "{fault}");
    assert_clean(&database).await;
    old.batch_execute("COMMIT").await.unwrap();
    let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(done.arrived, Some(true));
}

const INVALID: &str = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";

/// The plan with an index build, applied up to it.
async fn before_the_index(rows: u32) -> (testkit::TestDatabase, Plan) {
    let (database, plan) = CASES[0].prepare(15, rows).await;
    let mut options = quick();
    let stop = options.stop.clone();
    let build = plan.steps.iter().position(|step| matches!(step.action, model::Action::Concurrent { .. }));
    options.on_moment = Box::new(move |moment| {
        let verified = matches!(moment, apply::Moment::After(apply::machine::Command::Verify(at), _) if Some(at + 1) == build);
        if verified {
            stop.raise();
        }
    });
    apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    (database, plan)
}

/// A session that wrote and was left open: an index build would stand behind it for as long as it lives. It
/// is waited for outside, named with its age, and the run ends when its patience does, with nothing left.
#[tokio::test]
async fn an_open_writer_is_named_before_an_index_build_begins() {
    let (database, plan) = before_the_index(100).await;
    let writer = connect(database.target(), "left open").await.unwrap();
    writer.batch_execute("BEGIN; UPDATE public.funds SET name = 'top secret' WHERE id = 7").await.unwrap();
    let pid = writer.server().backend_pid;
    // One that has only just begun is the application's daily bread.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let notes = Notes::default();
    let mut options = ApplyOptions { lock_patience_ms: 60_000, ..quick() };
    let run = apply(database.target(), &plan, &Deparse, &mut options, &notes);
    let shorten = async {
        waits(database.target(), "left open").await;
        assert_eq!(database.ask(INVALID).await.as_deref(), Some("0"), "it began behind an open writer");
        apply::set(database.target(), "lock_patience_ms", "2000").await.unwrap();
    };
    let (failed, ()) = tokio::join!(run, shorten);
    let fault = failed.unwrap_err().fault;
    assert_eq!(fault.kind, "apply.lock_timeout", "{fault}");
    for told in [fault.to_string(), notes.all()] {
        for part in [&format!("pid {pid}"), "left open", "idle in transaction", "UPDATE public.funds"] {
            assert!(told.contains(part), "{part:?} is not in {told}");
        }
        assert!(!told.contains("secret"), "{told}");
    }
    assert!(notes.all().contains("has waited "), "{}", notes.all());
    assert_clean(&database).await;
    writer.batch_execute("COMMIT").await.unwrap();
    apply::set(database.target(), "lock_patience_ms", "20000").await.unwrap();
    let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert!(done.resumed);
    assert_eq!(done.arrived, Some(true));
}

/// An index build that waits at its end, and a writer that came meanwhile and stays: not even the invalid index
/// can be removed. The run ends all the same, says so, and the next one removes it first.
#[tokio::test]
async fn an_invalid_index_that_cannot_be_removed_yet_is_removed_by_the_next_run() {
    let (database, plan) = before_the_index(100).await;
    let old = connect(database.target(), "report").await.unwrap();
    old.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class").await.unwrap();
    let writer = connect(database.target(), "left open").await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let notes = Notes::default();
    let mut options = ApplyOptions { lock_patience_ms: 2_500, ..quick() };
    let run = apply(database.target(), &plan, &Deparse, &mut options, &notes);
    let write = async {
        while database.ask(INVALID).await.as_deref() == Some("0") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        writer.batch_execute("BEGIN; UPDATE public.funds SET name = name WHERE id = 7").await.unwrap();
    };
    let (failed, ()) = tokio::join!(run, write);
    assert_eq!(failed.unwrap_err().fault.kind, "apply.lock_timeout");
    let told = notes.all();
    for part in ["open already: pid", "report", "cannot be removed now", "left open"] {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
    assert_eq!(database.ask(INVALID).await.as_deref(), Some("1"));
    for session in [old, writer] {
        session.batch_execute("ROLLBACK").await.unwrap();
    }
    let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(done.arrived, Some(true));
    assert_clean(&database).await;
}

/// A server where autovacuum comes at once and takes its time.
async fn server_with_slow_autovacuum() -> Shadow {
    let mut options = ShadowOptions::of(15);
    for (name, value) in [
        ("autovacuum_naptime", "1s"),
        ("autovacuum_vacuum_cost_delay", "100ms"),
        ("autovacuum_vacuum_cost_limit", "1"),
    ] {
        options.settings.push((name.to_owned(), value.to_owned()));
    }
    Shadow::start(&options, &Silent).await.unwrap()
}

/// Makes the table and waits until autovacuum works on it. Gives the plan.
async fn vacuumed(target: &Target, wanted: &Target) -> Plan {
    let session = connect(wanted, "test").await.unwrap();
    session.batch_execute(FUNDS).await.unwrap();
    session.batch_execute(CASES[0].wanted).await.unwrap();
    let to = of(&session).await;
    session.close().await;
    let session = connect(target, "test").await.unwrap();
    session.batch_execute(&FUNDS.replace("2000", "30000")).await.unwrap();
    session.batch_execute("ALTER TABLE public.funds SET (autovacuum_vacuum_threshold = 1); DELETE FROM public.funds WHERE id % 2 = 0").await.unwrap();
    for _ in 0..300 {
        let found = session
            .query("SELECT FROM pg_stat_progress_vacuum WHERE relid = 'public.funds'::regclass", &[])
            .await;
        if !found.unwrap().is_empty() {
            let from = of(&session).await;
            session.close().await;
            return plan(15, from, to, (CASES[0].steps)());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("autovacuum does not come");
}

/// Autovacuum, which would keep a 50 ms lock_timeout from its lock for ever, makes way: for a superuser, and
/// for a role that may not change deadlock_timeout.
#[tokio::test]
async fn autovacuum_does_not_starve_us() {
    for superuser in [true, false] {
        let server = server_with_slow_autovacuum().await;
        let database = server.create_database(None).await.unwrap();
        let wanted = server.create_database(None).await.unwrap();
        let plan = vacuumed(&database.target, &wanted.target).await;
        let target = if superuser {
            database.target.clone()
        } else {
            let session = connect(&database.target, "test").await.unwrap();
            let grants = "CREATE ROLE keeper LOGIN; ALTER TABLE public.funds OWNER TO keeper;
                GRANT CREATE ON SCHEMA public TO keeper";
            session.batch_execute(grants).await.unwrap();
            let grant = format!("GRANT CREATE ON DATABASE {} TO keeper", database.name);
            session.batch_execute(&grant).await.unwrap();
            session.close().await;
            database.target.with_user("keeper", None)
        };
        let done = apply(&target, &plan, &Deparse, &mut quick(), &Silent).await;
        let done = done.unwrap_or_else(|fault| panic!("superuser {superuser}: {fault}"));
        assert_eq!(done.arrived, Some(true));
        // It would have worked on the table for minutes, and had not come to its end.
        let session = connect(&database.target, "test").await.unwrap();
        let ended = "SELECT autovacuum_count FROM pg_stat_user_tables WHERE relname = 'funds'";
        assert_eq!(session.query_one(ended, &[]).await.unwrap().get::<_, i64>(0), 0);
        session.close().await;
        server.stop().await.unwrap();
    }
}
