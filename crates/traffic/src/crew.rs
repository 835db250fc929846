//! The application's sessions, and the clock that sends statements to them.

use std::sync::Arc;
use std::time::Duration;

use connect::Target;
use model::Fault;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::draw::{Draw, draw};
use crate::line::{Fit, Line, Outcome};
use crate::queue::Job;
use crate::recorder::Felt;
use crate::schedule::Schedule;
use crate::shared::Shared;
use crate::{Kind, Rate, Statement};

/// Sessions for reads. Reads and writes have pools of their own: where they shared one, writers that
/// wait for a lock would use it up, and reads would seem to stall that the server would have answered.
const READ_SESSIONS: usize = 20;

/// Sessions for writes.
const WRITE_SESSIONS: usize = 12;

/// How long statements may go on after the last one has arrived.
const DRAIN_PATIENCE: Duration = Duration::from_secs(30);

/// How long a session that could not be opened waits before it tries again.
const REOPEN_PAUSE: Duration = Duration::from_millis(20);

/// What the owner of a traffic asks of its crew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Go on.
    Run,
    /// Send nothing new, and wait for the answers to what was sent.
    Drain,
    /// End at once.
    Abandon,
}

/// Sessions that wait for statements.
pub(crate) struct Crew {
    shared: Arc<Shared>,
    sessions: JoinSet<()>,
    cut: watch::Sender<bool>,
}

impl Crew {
    /// Opens all sessions, with all statements prepared. Code that is deployed later may have statements of a
    /// kind that this one has not.
    pub(crate) async fn open(target: &Target, shared: Arc<Shared>, fit: Fit) -> Result<Self, Fault> {
        let workload = shared.workload();
        let mut crew = Self { shared, sessions: JoinSet::new(), cut: watch::Sender::new(false) };
        for (kind, count) in [(Kind::Read, READ_SESSIONS), (Kind::Write, WRITE_SESSIONS)] {
            let statements: Vec<&Statement> = workload.of_kind(kind).collect();
            for _ in 0..count {
                let line = Line::open(target, &statements, fit).await?;
                crew.sessions.spawn(serve(line, kind, Arc::clone(&crew.shared), crew.cut.subscribe()));
            }
        }
        Ok(crew)
    }

    /// Sends statements at their times until it is wished otherwise.
    pub(crate) async fn run(mut self, rate: Rate, mut wish: watch::Receiver<Wish>) {
        let began = Instant::now();
        self.shared.state().began = Some(began);
        let seed = self.shared.workload().seed;
        tokio::select! {
            () = self.send(began, Schedule::new(rate, seed)) => {}
            // An owner that is gone wishes nothing any more.
            _ = wish.wait_for(|wish| *wish != Wish::Run) => {}
        }
        self.shared.state().ended = Some(Instant::now());
        for kind in Kind::ALL {
            self.shared.queue(kind).close();
        }
        tokio::select! {
            () = self.drain() => {}
            _ = wish.wait_for(|wish| *wish == Wish::Abandon) => {}
        }
    }

    async fn send(&self, began: Instant, mut schedule: Schedule) {
        while let Some(next) = schedule.peek() {
            tokio::time::sleep_until(began + next).await;
            let now = began.elapsed();
            self.shared.state().late(next, now);
            let workload = self.shared.workload();
            while let Some(arrival) = schedule.next_by(now) {
                let (intended, choice) = (began + arrival.at, arrival.choice);
                let job = Job { intended, kind: arrival.kind, choice, workload: Arc::clone(&workload) };
                if !self.shared.queue(arrival.kind).push(job.clone()) {
                    unsent(&self.shared, &job, "too many statements wait for a session");
                }
            }
        }
        std::future::pending().await
    }

    /// Waits for the answers; what was never sent, or not answered in time, has failed.
    async fn drain(&mut self) {
        let answered = async { while self.sessions.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN_PATIENCE, answered).await.is_ok() {
            return;
        }
        for job in Kind::ALL.into_iter().flat_map(|kind| self.shared.queue(kind).abandon()) {
            unsent(&self.shared, &job, "no session came free before the traffic ended");
        }
        self.cut.send_replace(true);
        while self.sessions.join_next().await.is_some() {}
    }
}

/// Answers one statement after the other in one session.
async fn serve(mut line: Line, kind: Kind, shared: Arc<Shared>, mut cut: watch::Receiver<bool>) {
    while let Some(job) = shared.queue(kind).pop().await {
        let Some(draw) = draw(&shared, &job) else {
            unsent(&shared, &job, "there is no row for the statement to name");
            continue;
        };
        let statement = &job.workload.statements[draw.at];
        let (outcome, retried) = tokio::select! {
            answer = line.run(statement, &draw.values) => answer,
            _ = cut.wait_for(|cut| *cut) => {
                let message = "no answer before the traffic ended".to_owned();
                (Outcome::Unanswered { message }, false)
            }
        };
        let no_session = matches!(outcome, Outcome::Unsent { .. });
        finish(&shared, &job, draw, &outcome, retried);
        if no_session {
            tokio::time::sleep(REOPEN_PAUSE).await;
        }
    }
}

fn finish(shared: &Shared, job: &Job, draw: Draw, outcome: &Outcome, retried: bool) {
    let took = job.intended.elapsed();
    let statement = &job.workload.statements[draw.at];
    let mut state = shared.state();
    let at = state.since_began(job.intended);
    state.record(&Felt { statement, at, took, outcome, retried });
    state.book(statement, draw.row, outcome);
}

/// Takes down a statement that failed because it was not sent.
fn unsent(shared: &Shared, job: &Job, why: &str) {
    let Some(statement) = job.workload.of_kind(job.kind).next() else { return };
    let outcome = Outcome::Unsent { message: why.to_owned() };
    let took = job.intended.elapsed();
    let mut state = shared.state();
    let at = state.since_began(job.intended);
    state.record(&Felt { statement, at, took, outcome: &outcome, retried: false });
}
