//! Feels what an application feels: two sessions that read and write the table in question all the
//! time, without reading or changing a row, and note how long they had to wait.
//!
//! A read is `SELECT … LIMIT 0`; a write is `LOCK TABLE … IN ROW EXCLUSIVE MODE`, the lock of an
//! `UPDATE`. Neither stands in the way of an application's statement, waiting or running.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use connect::{Session, Target, connect};
use model::{Fault, Name, Sql, sql};
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::session::{application_name, ms_since, send};

/// How often each canary is sent.
const EVERY: Duration = Duration::from_millis(10);

/// The longest a canary waits; then that is the stall it felt, at least.
const LOCK_TIMEOUT_MS: u32 = 2_000;

/// How long ago counts as now for the throttle.
const RECENT: Duration = Duration::from_secs(1);

/// The worst a read and a write had to wait, in ms; none where it was not felt.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Stalls {
    /// For a read.
    pub read_ms: Option<f64>,
    /// For a write.
    pub write_ms: Option<f64>,
}

impl Stalls {
    /// What remains above a baseline.
    pub(crate) fn above(self, baseline: Self) -> Self {
        let above = |worst: Option<f64>, base: Option<f64>| Some((worst? - base.unwrap_or(0.0)).max(0.0));
        Self {
            read_ms: above(self.read_ms, baseline.read_ms),
            write_ms: above(self.write_ms, baseline.write_ms),
        }
    }
}

/// The two canaries of a run.
pub(crate) struct StallMeter {
    read: Canary,
    write: Canary,
}

struct Canary {
    feeling: Arc<Mutex<Feeling>>,
    task: JoinHandle<()>,
}

/// What a canary is asked to do and what it felt.
#[derive(Default)]
struct Feeling {
    statement: Option<Sql>,
    in_flight: Option<Instant>,
    worst_ms: Option<f64>,
    recent: Option<(Instant, f64)>,
    refused: Option<String>,
    is_over: bool,
}

impl StallMeter {
    /// Opens the two sessions; they rest until a table is to be watched.
    pub(crate) async fn start(target: &Target, run: &str) -> Result<Self, Fault> {
        Ok(Self { read: Canary::start(target, run).await?, write: Canary::start(target, run).await? })
    }

    /// Watches this table from now on, or none.
    pub(crate) fn watch(&self, table: Option<&Name>) {
        self.read.ask(table.map(|table| sql!("SELECT 1 FROM ONLY {} LIMIT 0", table)));
        // Two statements in one message are one transaction, which LOCK TABLE needs.
        self.write.ask(table.map(|table| sql!("LOCK TABLE ONLY {} IN ROW EXCLUSIVE MODE; SELECT 1", table)));
    }

    /// The worst since the table began to be watched, including what is being felt at this moment.
    pub(crate) async fn take(&self) -> Stalls {
        let asked = Instant::now();
        Stalls { read_ms: self.read.take(asked).await, write_ms: self.write.take(asked).await }
    }

    /// The worst of the last second, in ms.
    pub(crate) fn recent_ms(&self) -> f64 {
        self.read.recent_ms().max(self.write.recent_ms())
    }

    /// Why nothing is felt, where the server refuses a canary.
    pub(crate) fn refused(&self) -> Option<String> {
        let of = |canary: &Canary| canary.lock().refused.clone();
        of(&self.read).or_else(|| of(&self.write))
    }

    /// Ends both sessions and waits until they are closed.
    pub(crate) async fn stop(self) {
        for canary in [self.read, self.write] {
            canary.lock().is_over = true;
            // A canary that panicked has ended as well.
            let _ = canary.task.await;
        }
    }
}

impl Canary {
    async fn start(target: &Target, run: &str) -> Result<Self, Fault> {
        let name = application_name(run, " canary");
        let session = open(target, &name).await?;
        let feeling = Arc::new(Mutex::new(Feeling::default()));
        let task = tokio::spawn(feel(session, target.clone(), name, Arc::clone(&feeling)));
        Ok(Self { feeling, task })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Feeling> {
        lock(&self.feeling)
    }

    fn ask(&self, statement: Option<Sql>) {
        let mut feeling = self.lock();
        feeling.statement = statement;
        feeling.worst_ms = None;
        feeling.refused = None;
    }

    /// Waits for the sample that is in flight, so that a stall that began before `asked` is counted, and
    /// for the first one where the step was shorter than the time between two.
    async fn take(&self, asked: Instant) -> Option<f64> {
        let patience = Duration::from_millis(u64::from(LOCK_TIMEOUT_MS));
        while asked.elapsed() < patience && self.lock().has_more_to_tell(asked) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.lock().worst_ms
    }

    fn recent_ms(&self) -> f64 {
        let feeling = self.lock();
        let waiting = feeling.in_flight.map_or(0.0, ms_since);
        let past = feeling.recent.filter(|(when, _)| when.elapsed() < RECENT).map_or(0.0, |(_, ms)| ms);
        waiting.max(past)
    }
}

fn lock(feeling: &Mutex<Feeling>) -> std::sync::MutexGuard<'_, Feeling> {
    feeling.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn open(target: &Target, name: &str) -> Result<Session, Fault> {
    let session = connect(target, name).await?;
    let timeout = sql!("SET lock_timeout = {}", LOCK_TIMEOUT_MS);
    send(&session, &timeout).await.map_err(Failure::into_fault)?;
    Ok(session)
}

/// The canary's life.
async fn feel(session: Session, target: Target, name: String, feeling: Arc<Mutex<Feeling>>) {
    let mut session = Some(session);
    loop {
        let next = {
            let mut feeling = lock(&feeling);
            if feeling.is_over {
                break;
            }
            let statement = feeling.statement.clone().filter(|_| feeling.refused.is_none());
            feeling.in_flight = statement.as_ref().filter(|_| session.is_some()).map(|_| Instant::now());
            statement
        };
        let Some(statement) = next else {
            tokio::time::sleep(EVERY / 2).await;
            continue;
        };
        match &session {
            Some(open) => {
                let felt = sample(open, &statement).await;
                if !lock(&feeling).note(&statement, felt) {
                    session = None;
                }
            }
            // While the server is away there is nothing to feel.
            None => session = open(&target, &name).await.ok(),
        }
        lock(&feeling).in_flight = None;
        tokio::time::sleep(EVERY).await;
    }
    if let Some(session) = session {
        session.close().await;
    }
}

async fn sample(session: &Session, statement: &Sql) -> (f64, Result<(), Failure>) {
    let started = Instant::now();
    let answer = send(session, statement).await;
    (ms_since(started), answer.map(drop))
}

impl Feeling {
    fn has_more_to_tell(&self, asked: Instant) -> bool {
        let in_flight = self.in_flight.is_some_and(|started| started < asked);
        in_flight || (self.statement.is_some() && self.worst_ms.is_none() && self.refused.is_none())
    }

    /// Takes a sample, and says whether the session can go on.
    fn note(&mut self, statement: &Sql, (ms, answer): (f64, Result<(), Failure>)) -> bool {
        match answer {
            Ok(()) | Err(Failure::Lock { .. }) => {
                if self.statement.as_ref() == Some(statement) {
                    self.worst_ms = Some(self.worst_ms.unwrap_or(0.0).max(ms));
                    let keep = self.recent.filter(|(when, worst)| when.elapsed() < RECENT && *worst > ms);
                    self.recent = Some(keep.unwrap_or((Instant::now(), ms)));
                }
                true
            }
            Err(Failure::Lost(_)) => false,
            Err(failure) if failure.sqlstate() == Some("42P01") => {
                // The table is not there any more: nobody can wait for it.
                self.statement = None;
                true
            }
            Err(failure) => {
                self.refused = Some(failure.into_fault().to_string());
                true
            }
        }
    }
}
