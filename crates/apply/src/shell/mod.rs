//! The thin shell around the machine: carries its commands out and answers with events.

mod attempts;
mod connection;

use std::time::{Duration, Instant};

use connect::{Session, Target};
use model::{Direction, Fault, Fingerprint, Plan, Progress, RunOutcome, StepReceipt};

use crate::attempt::{Attempt, is_table};
use crate::failure::Failure;
use crate::goal;
use crate::journal::{self, Entries};
use crate::machine::{Command, Course, End, Event, Machine, Wish};
use crate::options::{ApplyOptions, Guard, Moment};
use crate::pulse::{self, Pulse};
use crate::report::Tally;
use crate::session::{Sessions, ask, send};
use crate::stall::{StallMeter, Stalls};
use crate::work::{self, Work};

/// What a run is made of, fixed before its first step.
pub(crate) struct Errand<'a> {
    pub(crate) target: &'a Target,
    pub(crate) plan: &'a Plan,
    pub(crate) hash: &'a Fingerprint,
    pub(crate) guard: &'a dyn Guard,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) run: String,
    pub(crate) direction: Direction,
    /// How many steps are done at the goal.
    pub(crate) goal: usize,
    /// Whether the run is in the journal already.
    pub(crate) is_resumed: bool,
    /// Whether the journal forgets how the plan's steps stood.
    pub(crate) forgets: bool,
    /// The unfinished run whose place it takes.
    pub(crate) supersedes: Option<String>,
}

/// A run that goes on in this process.
pub(crate) struct Shell<'a, 'o> {
    pub(crate) errand: Errand<'a>,
    pub(crate) options: &'a mut ApplyOptions<'o>,
    pub(crate) entries: Entries,
    /// The first runner session, with the run lock taken, until the machine asks to connect.
    first: Option<Session>,
    sessions: Option<Sessions>,
    /// The runner session before, by pid and start: after a lost connection it may outlive it.
    former: Option<(i32, Option<String>)>,
    /// Whether the run's row says that it runs.
    is_open: bool,
    meter: Option<StallMeter>,
    pub(crate) baseline: Stalls,
    pulse: Pulse,
    attempt: Option<Attempt>,
    /// The step whose probe has just seen its effect.
    pub(crate) seen: Option<usize>,
    /// Since when the time belongs to the step in question.
    mark: Instant,
    pub(crate) receipts: Vec<StepReceipt>,
    pub(crate) tally: Tally,
    /// Why the last command failed.
    pub(crate) fault: Option<Fault>,
    /// The live schema when the run ended.
    pub(crate) live: Option<Fingerprint>,
}

impl<'a, 'o> Shell<'a, 'o> {
    pub(crate) fn new(errand: Errand<'a>, options: &'a mut ApplyOptions<'o>, runner: Session) -> Self {
        let entries = Entries::new(errand.hash, &errand.run);
        Self {
            errand,
            options,
            entries,
            first: Some(runner),
            sessions: None,
            former: None,
            is_open: false,
            meter: None,
            baseline: Stalls::default(),
            pulse: Pulse::default(),
            attempt: None,
            seen: None,
            mark: Instant::now(),
            receipts: Vec::new(),
            tally: Tally::default(),
            fault: None,
            live: None,
        }
    }

    /// Runs the machine to its end and leaves no session behind.
    pub(crate) async fn run(&mut self) -> End {
        let course = Course {
            direction: self.errand.direction,
            shapes: work::shapes(self.errand.plan),
            goal: self.errand.goal,
            turns_around: self.errand.supersedes.is_some(),
        };
        let mut machine = Machine::new(course);
        let mut event = Event::Start;
        let end = loop {
            let command = machine.next(event, self.pulse.wish(&self.options.stop));
            if let Command::Finish(end) = command {
                break end;
            }
            (self.options.on_moment)(Moment::Before(command));
            event = match self.perform(command).await {
                Ok(event) => event,
                Err(failure) => self.failed(failure),
            };
            (self.options.on_moment)(Moment::After(command, &event));
        };
        self.close().await;
        end
    }

    fn failed(&mut self, failure: Failure) -> Event {
        if let Some(attempt) = &mut self.attempt {
            attempt.sqlstate = failure.sqlstate().map(str::to_owned);
        }
        let lost = matches!(failure, Failure::Lost(_));
        self.fault = Some(failure.into_fault());
        self.seen = None;
        if lost {
            self.sessions = None;
            return Event::Lost;
        }
        Event::Refused
    }

    async fn perform(&mut self, command: Command) -> Result<Event, Failure> {
        match command {
            Command::Connect => return Ok(self.connect().await),
            Command::EndOrphans => self.take_over().await?,
            Command::ReadSteps => return self.read_steps().await,
            Command::Probe(at) => return self.probe(at).await,
            Command::ClearLeftovers(at) => return self.clear_leftovers(at).await,
            Command::TidyUp(at) => self.tidy_up(at).await?,
            Command::Intend(at) => self.intend(at).await?,
            Command::Execute(at) => return self.execute(at).await,
            Command::BackOff(tries) => self.back_off(tries).await?,
            Command::Settle { ordinal, already } => self.settle(ordinal, already).await?,
            Command::Withdraw(at) => self.withdraw(at).await?,
            Command::Verify(at) => return self.verify(at).await,
            Command::Idle => self.idle().await?,
            Command::Record(end) => self.record(end).await?,
            Command::Finish(_) => {}
        }
        Ok(Event::Ok)
    }

    /// The sessions; the machine asks for them before it asks for anything else.
    pub(crate) fn sessions(&self) -> Result<&Sessions, Failure> {
        self.sessions.as_ref().ok_or_else(|| {
            Failure::Lost(Fault::new("apply.connection", "there is no connection to the server"))
        })
    }

    async fn read_steps(&mut self) -> Result<Event, Failure> {
        self.listen().await?;
        let count = self.errand.plan.steps.len();
        let states = journal::steps(&self.sessions()?.runner, self.errand.hash.as_str(), count).await?;
        if self.options.stall && self.meter.is_none() {
            self.measure_baseline().await?;
        }
        self.mark = Instant::now();
        Ok(Event::Steps(states))
    }

    /// Hears what the user wants.
    pub(crate) async fn listen(&mut self) -> Result<(), Failure> {
        let sessions = self.sessions()?;
        self.pulse = Pulse::hear(&sessions.runner, &[sessions.work.server().backend_pid]).await?;
        Ok(())
    }

    /// Opens the canaries and measures what they feel while nothing is done.
    async fn measure_baseline(&mut self) -> Result<(), Failure> {
        let meter = StallMeter::start(self.errand.target, &self.errand.run).await.map_err(Failure::Lost)?;
        let mut watched = None;
        for table in self.errand.plan.steps.iter().filter_map(|step| step.table.as_ref()) {
            if ask(&self.sessions()?.runner, &is_table(table)).await? {
                watched = Some(table);
                break;
            }
        }
        if watched.is_some() {
            meter.watch(watched);
            tokio::time::sleep(Duration::from_millis(self.options.baseline_ms)).await;
            self.baseline = meter.take().await;
            if let Some(why) = meter.refused() {
                self.errand.progress.note(&format!("the stall is not measured: {why}"));
            }
            meter.watch(None);
        }
        self.meter = Some(meter);
        Ok(())
    }

    async fn idle(&mut self) -> Result<(), Failure> {
        self.finish_attempt().await?;
        self.errand.progress.note("paused; `lockkeeper resume` goes on");
        while self.pulse.wish(&self.options.stop) == Wish::Idle {
            tokio::time::sleep(pulse::EVERY).await;
            self.listen().await?;
        }
        self.mark = Instant::now();
        Ok(())
    }

    /// Writes how the run ended, with the schema it left.
    async fn record(&mut self, end: End) -> Result<(), Failure> {
        self.finish_attempt().await?;
        let runner = &self.sessions()?.runner;
        // A schema that cannot be read now is unknown; the probes tell on resume.
        let live = self.errand.guard.fingerprint(runner).await.ok();
        let fault = match end {
            End::Failed(_) => self.fault.as_ref().map_or(Some("apply.failed"), |fault| Some(fault.kind)),
            _ => None,
        };
        let close = self.entries.close(outcome(end, &self.errand), live.as_ref(), fault);
        send(runner, &close).await?;
        if matches!(outcome(end, &self.errand), RunOutcome::Done | RunOutcome::Aborted) {
            send(runner, &crate::control::forget_settings()).await?;
        }
        if end == End::Aborted {
            send(runner, &crate::control::forget_request()).await?;
        }
        self.live = live;
        Ok(())
    }

    async fn close(&mut self) {
        if self.attempt.take().is_some() {
            self.errand.progress.end("its outcome is not known yet");
        }
        if let Some(meter) = self.meter.take() {
            meter.stop().await;
        }
        if let Some(sessions) = self.sessions.take() {
            sessions.work.close().await;
            sessions.runner.close().await;
        }
    }

    /// What it takes to carry out this step, or to undo it.
    pub(crate) fn work(&self, at: usize) -> Result<Work<'_>, Failure> {
        Ok(Work {
            sessions: self.sessions()?,
            plan: self.errand.plan,
            run: &self.errand.run,
            direction: self.errand.direction,
            entries: &self.entries,
            ordinal: at,
            step: &self.errand.plan.steps[at],
            stop: &self.options.stop,
            progress: self.errand.progress,
            lock_patience: Duration::from_millis(self.options.lock_patience_ms),
            workers: self.options.workers,
            pulse: &self.pulse,
            meter: self.meter.as_ref(),
            baseline_ms: self.baseline.read_ms.unwrap_or(0.0).max(self.baseline.write_ms.unwrap_or(0.0)),
        })
    }
}

/// The outcome that the journal keeps. A plan has arrived when all but its cleanup is done.
pub(crate) fn outcome(end: End, errand: &Errand<'_>) -> RunOutcome {
    match end {
        End::Reached
            if errand.direction == Direction::Forward && errand.goal < goal::arrival(errand.plan) =>
        {
            RunOutcome::Paused
        }
        End::Reached => RunOutcome::Done,
        End::Paused => RunOutcome::Paused,
        End::Aborted => RunOutcome::Aborted,
        End::Failed(_) => RunOutcome::Failed,
    }
}
