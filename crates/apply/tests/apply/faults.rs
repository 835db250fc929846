//! What networks, servers and other sessions do to a run.

use std::process::{Command, Stdio};
use std::time::Duration;

use apply::machine::Command as Machine;
use apply::{ApplyOptions, Moment, apply, rollback};
use connect::Target;
use model::{Plan, RunOutcome, Silent, StepOutcome};
use shadow::{Shadow, ShadowOptions};

use crate::doom::assert_clean;
use crate::plans::{CASES, Case, Deparse, rows};
use crate::proxy::AnswerThief;
use crate::quick;

/// The variable by which the test binary knows that it is to be a client that will be killed.
const CHILD: &str = "LOCKKEEPER_TEST_CHILD";

/// Not a test by itself: the client of the tests below, in a process of its own. It kills itself in the
/// middle of the step whose number it is given.
#[tokio::test]
async fn child() {
    let Ok(order) = std::env::var(CHILD) else { return };
    let Order { url, case, plan, step, delay_ms } = serde_json::from_str(&order).unwrap();
    let target = Target::parse(&url).unwrap();
    assert!(CASES.iter().any(|known| known.name == case));
    let delay = Duration::from_millis(delay_ms);
    let watch = move |moment: Moment<'_>| match moment {
        Moment::Before(Machine::Execute(at)) if at == step => {
            std::thread::spawn(move || {
                std::thread::sleep(delay);
                nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::Signal::SIGKILL).unwrap();
            });
        }
        // The step was faster than the signal, which is on its way.
        Moment::After(Machine::Execute(at), _) if at == step => std::thread::sleep(Duration::from_secs(60)),
        _ => {}
    };
    let mut options = ApplyOptions { on_moment: Box::new(watch), ..quick() };
    apply(&target, &plan, &Deparse, &mut options, &Silent).await.unwrap();
}

/// What a child is to do.
#[derive(serde::Serialize, serde::Deserialize)]
struct Order {
    url: String,
    case: String,
    plan: Plan,
    step: usize,
    delay_ms: u64,
}

/// Starts the test binary as a client that kills itself in the middle of a step, and waits for its end.
async fn kill_in_step(target: &Target, case: &Case, plan: &Plan, step: usize) {
    let order = Order {
        url: target.url_with_password(),
        case: case.name.to_owned(),
        plan: plan.clone(),
        step,
        delay_ms: [0, 1, 3][step % 3],
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["faults::child", "--exact", "--nocapture"]);
    command.env(CHILD, serde_json::to_string(&order).unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = tokio::task::spawn_blocking(move || command.status().unwrap()).await.unwrap();
    use std::os::unix::process::ExitStatusExt as _;
    assert_eq!(status.signal(), Some(9), "the client was to be killed in step {step}");
}

#[tokio::test]
async fn sigkill_in_each_step() {
    for major in testkit::majors() {
        for case in &CASES {
            let steps = (case.steps)().len();
            for step in 0..steps {
                let (database, plan) = case.prepare(major, 5_000).await;
                let before = rows(&database).await;
                kill_in_step(database.target(), case, &plan, step).await;
                let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await;
                let done = done.unwrap_or_else(|fault| panic!("{} step {step}: {fault}", case.name));
                assert_eq!(done.arrived, Some(true), "{} step {step} on {major}", case.name);
                assert!(done.resumed);
                assert_eq!(rows(&database).await, before);
                assert_clean(&database).await;
            }
        }
    }
}

/// The client is gone, its `CREATE INDEX CONCURRENTLY` waits for an old transaction and would go on.
#[tokio::test]
async fn an_orphan_is_ended_and_its_invalid_index_removed() {
    let case = &CASES[0];
    let (database, plan) = case.prepare(15, 1_000).await;
    let old = database.connect().await;
    old.batch_execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ; UPDATE public.funds SET name = name WHERE id = 1",
    )
    .await
    .unwrap();
    let target = database.target().clone();
    let doomed = plan.clone();
    let life = tokio::task::spawn_blocking(move || {
        let doom = crate::doom::Doom::After(Duration::from_millis(500));
        crate::doom::run_doomed(&target, &doomed, model::Direction::Forward, doom)
    });
    // The first two steps need the table's strongest lock, which the old transaction keeps from them.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(life.await.unwrap().is_none());
    old.batch_execute("COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class")
        .await
        .unwrap();
    let target = database.target().clone();
    let doomed = plan.clone();
    let life = tokio::task::spawn_blocking(move || {
        let doom = crate::doom::Doom::Seen("SELECT count(*) > 0 FROM pg_index WHERE NOT indisvalid");
        crate::doom::run_doomed(&target, &doomed, model::Direction::Forward, doom)
    });
    assert!(life.await.unwrap().is_none(), "the index was to wait for the old transaction");
    let orphan = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%'
        AND application_name LIKE 'lockkeeper run-%'";
    let pid = database.ask(orphan).await.expect("the backend goes on without its client");
    assert_eq!(
        database.ask("SELECT count(*) FROM pg_index WHERE NOT indisvalid").await.as_deref(),
        Some("1")
    );
    let wait = async {
        let question = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");
        for left in 0..1_000 {
            if database.ask(&question).await.as_deref() == Some("0") {
                break;
            }
            assert!(left < 999, "the orphan is still there");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        old.batch_execute("COMMIT").await.unwrap();
    };
    let mut options = quick();
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let (done, ()) = tokio::join!(run, wait);
    assert_eq!(done.unwrap().arrived, Some(true));
    assert_clean(&database).await;
}

/// The server commits, the client never hears of it; at each step of both plans in turn.
#[tokio::test]
async fn an_answer_that_gets_lost_after_the_commit() {
    for (case, marker) in [
        (&CASES[0], "ADD COLUMN vintage_year"),
        (&CASES[0], "ADD CONSTRAINT vintage"),
        (&CASES[0], "CREATE INDEX CONCURRENTLY"),
        (&CASES[0], "VALIDATE CONSTRAINT"),
        (&CASES[1], "lockkeeper_rows"),
        (&CASES[1], "SET NOT NULL"),
        (&CASES[1], "DROP CONSTRAINT funds_token_not_null"),
    ] {
        let (database, plan) = case.prepare(15, 3_000).await;
        let before = rows(&database).await;
        let thief = AnswerThief::start(&database.server().socket_folder().unwrap(), marker, 1).await;
        let target = thief.target(database.name().as_str());
        let done = apply(&target, &plan, &Deparse, &mut quick(), &Silent).await;
        let done = done.unwrap_or_else(|fault| panic!("{marker}: {fault}"));
        assert_eq!(thief.left(), 0, "{marker} was never sent");
        assert_eq!(done.arrived, Some(true), "{marker}");
        assert_eq!(rows(&database).await, before, "{marker}");
        assert_clean(&database).await;
    }
}

/// The server is stopped at once and started again, while each step of both plans runs.
#[tokio::test]
async fn an_immediate_restart_in_each_step() {
    for case in &CASES {
        let server = Shadow::start(&ShadowOptions::of(15), &Silent).await.unwrap();
        let steps = (case.steps)().len();
        for step in 0..steps {
            let made = server.create_database(None).await.unwrap();
            let session = connect::connect(&made.target, "lockkeeper test").await.unwrap();
            session.batch_execute(crate::plans::FUNDS).await.unwrap();
            let from = crate::plans::of(&session).await;
            session.close().await;
            let wanted = server.create_database(None).await.unwrap();
            let session = connect::connect(&wanted.target, "lockkeeper test").await.unwrap();
            session.batch_execute(crate::plans::FUNDS).await.unwrap();
            session.batch_execute(case.wanted).await.unwrap();
            let to = crate::plans::of(&session).await;
            session.close().await;
            let plan = crate::plans::plan(15, from, to, (case.steps)());
            let (reached, mut hear) = tokio::sync::mpsc::unbounded_channel();
            let watch = move |moment: Moment<'_>| {
                if matches!(moment, Moment::Before(Machine::Execute(at)) if at == step) {
                    // Only the first try is answered with a restart.
                    let _ = reached.send(());
                }
            };
            let mut options = ApplyOptions { on_moment: Box::new(watch), ..quick() };
            let run = apply(&made.target, &plan, &Deparse, &mut options, &Silent);
            let restart = async {
                hear.recv().await;
                tokio::time::sleep(Duration::from_millis([0, 1, 2, 5][step % 4])).await;
                server.restart().await.unwrap();
            };
            let (done, ()) = tokio::join!(run, restart);
            let done = done.unwrap_or_else(|fault| panic!("{} step {step}: {fault}", case.name));
            assert_eq!(done.arrived, Some(true), "{} step {step}", case.name);
            let mut options = quick();
            let back = rollback(&made.target, &plan, None, &Deparse, &mut options, &Silent).await.unwrap();
            assert_eq!(back.arrived, Some(true), "{} step {step}", case.name);
            server.drop_database(&made).await.unwrap();
            server.drop_database(&wanted).await.unwrap();
        }
        server.stop().await.unwrap();
    }
}

/// Its own backend is terminated in the middle of a backfill and of an index build.
#[tokio::test]
async fn a_terminated_backend_is_replaced() {
    for (case, step) in [(&CASES[0], 2), (&CASES[1], 1)] {
        let mut is_terminated = false;
        // A run that was over before its backend could be ended shows nothing: it is made again.
        for _ in 0..20 {
            is_terminated = run_and_terminate(case, step).await;
            if is_terminated {
                break;
            }
        }
        assert!(is_terminated, "{}: no backend was there to be ended", case.name);
    }
}

/// Ends the backend of a run as it carries out a step. Gives whether there was one to be ended.
async fn run_and_terminate(case: &Case, step: usize) -> bool {
    let (database, plan) = case.prepare(15, 30_000).await;
    let (reached, mut hear) = tokio::sync::mpsc::unbounded_channel();
    let watch = move |moment: Moment<'_>| {
        if matches!(moment, Moment::Before(Machine::Execute(at)) if at == step) {
            let _ = reached.send(());
        }
    };
    let mut options = ApplyOptions { on_moment: Box::new(watch), ..quick() };
    let run = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let terminate = async {
        hear.recv().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        let question = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name ~ '^lockkeeper run-[0-9a-f-]+$'";
        database.ask(question).await
    };
    let (done, ended) = tokio::join!(run, terminate);
    let done = done.unwrap();
    assert_eq!(done.arrived, Some(true), "{}", case.name);
    let receipt = done.steps.iter().find(|receipt| receipt.ordinal == step as u32).unwrap();
    assert!(matches!(receipt.outcome, StepOutcome::Done | StepOutcome::AlreadyDone));
    assert_eq!(done.receipt.outcome, RunOutcome::Done);
    assert_clean(&database).await;
    ended.as_deref() == Some("1")
}
