//! The commands that concern one step.

use std::time::Duration;

use model::{Action, Direction, Sql, StepOutcome};

use crate::attempt::Attempt;
use crate::backfill::Filling;
use crate::concurrent::Sent;
use crate::failure::Failure;
use crate::locks;
use crate::machine::{Event, StepState};
use crate::pulse::{UnlessStopped, watched};
use crate::session::{ask_long, send};
use crate::shell::Shell;
use crate::work::{self, Tried, Work};
use crate::{backfill, concurrent, transaction};

/// How long removing what a given-up attempt left may wait for others.
const TIDY_PATIENCE: Duration = Duration::from_secs(2);

impl Shell<'_, '_> {
    pub(crate) async fn probe(&mut self, at: usize) -> Result<Event, Failure> {
        let event = self.ask(at, &self.errand.plan.steps[at].probe).await?;
        self.seen = (event == Event::Answer(true)).then_some(at);
        if event == Event::Stopped {
            self.listen().await?;
        }
        Ok(event)
    }

    /// Asks the verification, and keeps its answer for the receipt.
    pub(crate) async fn verify(&mut self, at: usize) -> Result<Event, Failure> {
        let step = &self.errand.plan.steps[at];
        // The same question was answered after the step was carried out; it may read a whole table.
        let event = if self.seen.take() == Some(at) && step.verification == step.probe {
            Event::Answer(true)
        } else {
            self.ask(at, &step.verification).await?
        };
        if let (Some(attempt), Event::Answer(good)) = (self.kept(), &event)
            && attempt.ordinal == at
        {
            attempt.outcome.get_or_insert(StepOutcome::Done);
            attempt.verified = Some(*good);
        }
        self.listen().await?;
        Ok(event)
    }

    /// A question that may take long, cut short when the user wants out.
    async fn ask(&self, at: usize, question: &Sql) -> Result<Event, Failure> {
        let sessions = self.sessions()?;
        let mut look = UnlessStopped::new(&self.options.stop);
        let asked = ask_long(&sessions.work, question);
        match watched(&sessions.runner, &sessions.work, look.stop, asked, &mut look).await {
            Ok(answer) => Ok(Event::Answer(answer)),
            Err(Failure::Cancelled) if look.wanted_out => Ok(Event::Stopped),
            Err(failure) => Err(failure.at(&format!("step {}", self.errand.plan.steps[at].id))),
        }
    }

    /// Removes what failed attempts left, if it is there.
    pub(crate) async fn clear_leftovers(&mut self, at: usize) -> Result<Event, Failure> {
        match self.remove_leftovers(at, None).await? {
            Sent::Done => Ok(Event::Ok),
            Sent::GivenUp(fault) => Err(Failure::refused(fault)),
            Sent::Stopped => {
                self.listen().await?;
                Ok(Event::Stopped)
            }
        }
    }

    /// Removes what the attempt that is given up left. Where others are in the way of that too, it stays until
    /// the step is done, or undone, by a later run.
    pub(crate) async fn tidy_up(&mut self, at: usize) -> Result<(), Failure> {
        if let Sent::GivenUp(fault) = self.remove_leftovers(at, Some(TIDY_PATIENCE)).await? {
            let who = std::error::Error::source(&fault).map(ToString::to_string).unwrap_or_default();
            let step = &self.errand.plan.steps[at].id;
            self.errand.progress.note(&format!(
                "what step {step} left cannot be removed now ({who}): the same command, or rollback, removes it first"
            ));
        }
        Ok(())
    }

    async fn remove_leftovers(&self, at: usize, patience: Option<Duration>) -> Result<Sent, Failure> {
        let work = self.work(at)?;
        for leftover in work::leftovers(work.step) {
            if ask_long(&work.sessions.work, &leftover.probe).await? {
                work.progress.note("removing what an earlier attempt left");
                match concurrent::remove(&work, &leftover.remove, patience).await? {
                    Sent::Done => {}
                    other => return Ok(other),
                }
            }
        }
        Ok(Sent::Done)
    }

    pub(crate) async fn intend(&mut self, at: usize) -> Result<(), Failure> {
        let attempt = self.attempt(at).await?;
        self.keep(attempt);
        let state = match self.errand.direction {
            Direction::Forward => StepState::Doing,
            Direction::Back => StepState::Undoing,
        };
        let entry = self.entries.stands(at, &self.errand.plan.steps[at], state);
        send(&self.sessions()?.work, &entry).await.map(drop)
    }

    /// Journals that a step whose undo was interrupted is undone.
    pub(crate) async fn withdraw(&mut self, at: usize) -> Result<(), Failure> {
        let entry = self.entries.stands(at, &self.errand.plan.steps[at], StepState::Pending);
        send(&self.sessions()?.work, &entry).await.map(drop)
    }

    /// Does the step, or undoes it, once.
    pub(crate) async fn execute(&mut self, at: usize) -> Result<Event, Failure> {
        let mut attempt = self.attempt(at).await?;
        self.seen = None;
        let tried = carry_out(&self.work(at)?, &mut attempt).await;
        let (event, fault) = conclude(&mut attempt, tried);
        self.keep(attempt);
        self.fault = fault.or_else(|| self.fault.take());
        match event {
            Ok(Event::Stopped) => {
                // The wish that stopped it decides how the run ends.
                self.listen().await?;
                Ok(Event::Stopped)
            }
            Ok(event) => Ok(event),
            Err(failure) => Err(failure.at(&format!("step {}", self.errand.plan.steps[at].id))),
        }
    }

    pub(crate) async fn back_off(&mut self, tries: u32) -> Result<(), Failure> {
        let ms = locks::backoff_ms(tries, rand::random());
        // A stop that is raised meanwhile ends the wait.
        let _ = tokio::time::timeout(Duration::from_secs_f64(ms / 1e3), self.options.stop.raised()).await;
        self.listen().await
    }

    /// Journals that the step is done, or undone.
    pub(crate) async fn settle(&mut self, at: usize, already: bool) -> Result<(), Failure> {
        let mut attempt = self.attempt(at).await?;
        if attempt.outcome.is_none() {
            attempt.ended(if already { StepOutcome::AlreadyDone } else { StepOutcome::Done });
        }
        let work = self.work(at)?;
        let mut entries = vec![self.entries.stands(at, work.step, work.finished())];
        if work.direction == Direction::Back
            && matches!(work.step.action, Action::Backfill(_) | Action::Copy(_))
        {
            entries.push(self.entries.forget_backfill(at));
        }
        entries.push(self.entries.attempt(&attempt.receipt(work.plan, work.run, work.direction)));
        let sent = send(&work.sessions.work, &Sql::join(entries, "; ")).await;
        self.keep(attempt);
        sent?;
        self.listen().await
    }
}

async fn carry_out(work: &Work<'_>, attempt: &mut Attempt) -> Result<Tried, Failure> {
    match work::action(work.step, work.direction) {
        Action::Transaction { sql } => transaction::try_once(work, attempt, sql).await,
        Action::Concurrent { sql, .. } => concurrent::try_once(work, attempt, sql).await,
        Action::Backfill(rows) => backfill::fill(work, attempt, Filling::Rows(rows)).await,
        Action::Copy(copying) => backfill::fill(work, attempt, Filling::Copy(copying)).await,
        Action::Nothing { .. } => Ok(Tried::Done),
    }
}

/// What an attempt's end means for its receipt and for the machine.
fn conclude(
    attempt: &mut Attempt,
    tried: Result<Tried, Failure>,
) -> (Result<Event, Failure>, Option<model::Fault>) {
    match tried {
        Ok(Tried::Done) => {
            attempt.sqlstate = None;
            attempt.ended(StepOutcome::Done);
            (Ok(Event::Ok), None)
        }
        Ok(Tried::LockTimeout { exhausted: None }) => (Ok(Event::LockTimeout { exhausted: false }), None),
        Ok(Tried::LockTimeout { exhausted: Some(fault) }) => {
            attempt.ended(StepOutcome::LockTimeout);
            (Ok(Event::LockTimeout { exhausted: true }), Some(fault))
        }
        Ok(Tried::Stopped) => {
            attempt.sqlstate = Some("57014".to_owned());
            attempt.ended(StepOutcome::Failed);
            (Ok(Event::Stopped), None)
        }
        Err(Failure::Lost(fault)) => (Err(Failure::Lost(fault)), None),
        Err(failure) => {
            attempt.ended(StepOutcome::Failed);
            (Err(failure), None)
        }
    }
}
