//! Ends a run's client at a moment of a test's choosing, as abruptly as SIGKILL does, and the checks
//! that everything is whole afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use apply::{ApplyOptions, Moment, RunFault, RunReport, apply, rollback};
use connect::{Target, connect};
use model::{Direction, Plan, Silent};
use testkit::TestDatabase;

use crate::plans::Deparse;
use crate::quick;

/// When a client dies.
#[derive(Debug, Clone, Copy)]
pub enum Doom {
    /// At the n-th transition, from 0; commands and their answers count as one each.
    Transition(usize),
    /// So long after it began.
    After(Duration),
    /// When the server is seen to do something: a query that answers true.
    Seen(&'static str),
}

/// What the panic of a doomed client says.
struct Killed;

/// Carries a plan out in one direction with a client that dies. Gives the result where it came to its
/// end before. The runtime is dropped without another poll, so the sockets close as a killed process's do.
pub fn run_doomed(
    target: &Target,
    plan: &Plan,
    direction: Direction,
    doom: Doom,
) -> Option<Result<RunReport, RunFault>> {
    run_doomed_with(target, plan, direction, doom, quick())
}

/// The same with options of its own.
pub fn run_doomed_with(
    target: &Target,
    plan: &Plan,
    direction: Direction,
    doom: Doom,
    options: ApplyOptions<'_>,
) -> Option<Result<RunReport, RunFault>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut seen = 0;
    let watch = move |_: Moment<'_>| {
        if matches!(doom, Doom::Transition(last) if seen == last) {
            resume_unwind(Box::new(Killed));
        }
        seen += 1;
    };
    let mut options = ApplyOptions { on_moment: Box::new(watch), ..options };
    let patience = match doom {
        Doom::Transition(_) | Doom::Seen(_) => Duration::from_secs(120),
        Doom::After(time) => time,
    };
    let life = async {
        let run = async {
            match direction {
                Direction::Forward => apply(target, plan, &Deparse, &mut options, &Silent).await,
                Direction::Back => rollback(target, plan, None, &Deparse, &mut options, &Silent).await,
            }
        };
        tokio::select! {
            end = tokio::time::timeout(patience, run) => end.ok(),
            () = seen_by(target, doom) => None,
        }
    };
    match catch_unwind(AssertUnwindSafe(|| runtime.block_on(life))) {
        Ok(end) => end,
        Err(panic) if panic.is::<Killed>() => None,
        Err(panic) => resume_unwind(panic),
    }
}

/// Waits until the server is seen to do what it is waited for; for ever where nothing is.
async fn seen_by(target: &Target, doom: Doom) {
    let Doom::Seen(question) = doom else { return std::future::pending().await };
    let session = connect(target, "lockkeeper test").await.unwrap();
    while !session.query_one(question, &[]).await.unwrap().get::<_, bool>(0) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Nothing of a run is left: no session, no run lock, no invalid index, no lockkeeper lock.
pub async fn assert_clean(database: &TestDatabase) {
    // A session that was just closed takes a moment to go.
    for left in 0..100 {
        let sessions = "SELECT string_agg(application_name || ' ' || state, ', ') FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'lockkeeper run-%'";
        let Some(found) = database.ask(sessions).await else { break };
        assert!(left < 99, "sessions stay: {found}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(apply::status(database.target()).await.unwrap().runner.is_none(), "the run lock stays");
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(database.ask(invalid).await.as_deref(), Some("0"), "an invalid index stays");
}
