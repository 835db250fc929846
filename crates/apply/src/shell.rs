//! The thin shell around the machine: carries its commands out and answers with events.

use std::time::{Duration, Instant};

use connect::{Session, Target, connect};
use model::{Direction, Fault, Fingerprint, Plan, Progress, RunOutcome, StepReceipt, sql};

use crate::attempt::{Attempt, is_table};
use crate::failure::Failure;
use crate::goal;
use crate::journal::{self, Entries, Opening};
use crate::machine::{Command, Course, End, Event, Machine, Wish};
use crate::options::{ApplyOptions, Guard, Moment};
use crate::pulse::{self, Pulse};
use crate::report::Tally;
use crate::session::{Sessions, ask, ms_since, send};
use crate::stall::{StallMeter, Stalls};
use crate::work::{self, Work};
use crate::{busy, orphan};

/// How often a lost server is called.
const CALL_EVERY: Duration = Duration::from_millis(100);

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

    async fn connect(&mut self) -> Event {
        let started = Instant::now();
        let patience = Duration::from_millis(self.options.reconnect_patience_ms);
        loop {
            match self.open_sessions().await {
                Ok(()) => return Event::Ok,
                Err(Failure::Lost(fault))
                    if started.elapsed() < patience && !self.options.stop.is_raised() =>
                {
                    self.fault = Some(fault);
                    tokio::time::sleep(CALL_EVERY).await;
                }
                Err(failure) => {
                    self.fault = Some(failure.into_fault());
                    return Event::Unreachable;
                }
            }
        }
    }

    async fn open_sessions(&mut self) -> Result<(), Failure> {
        let runner = match self.first.take() {
            Some(runner) => runner,
            None => {
                self.errand.progress.note("the connection was lost; connecting again");
                let runner = connect(self.errand.target, "lockkeeper").await.map_err(Failure::Lost)?;
                if let Some((pid, start)) = &self.former {
                    busy::end_former(&runner, *pid, start.as_deref()).await?;
                }
                busy::acquire(&runner).await?;
                runner
            }
        };
        self.former = Some((runner.server().backend_pid, runner.server().backend_start.clone()));
        let sessions = Sessions::open(self.errand.target, runner, &self.errand.run).await?;
        if self.options.rehearsal {
            // Steps that watch production for a while have nothing to watch in a rehearsal.
            send(&sessions.work, &sql!("SET lockkeeper.rehearsal = 'on'")).await?;
        }
        self.sessions = Some(sessions);
        Ok(())
    }

    /// Ends what earlier processes left and writes the run's row.
    async fn take_over(&mut self) -> Result<(), Failure> {
        let sessions = self.sessions()?;
        let runner_pid = sessions.runner.server().backend_pid;
        let own = [runner_pid, sessions.work.server().backend_pid];
        orphan::end(&sessions.runner, &own, self.errand.progress).await?;
        let mut entries = Vec::new();
        if !self.is_open {
            entries.extend(self.errand.supersedes.as_deref().map(|other| self.entries.supersede(other)));
            entries.extend(self.errand.forgets.then(|| self.entries.forget_steps()));
        }
        entries.push(if self.is_open || self.errand.is_resumed {
            self.entries.resume(self.errand.goal, runner_pid)
        } else {
            self.entries.open(&self.opening(sessions), runner_pid)
        });
        send(&sessions.work, &model::Sql::join(entries, "; ")).await?;
        self.is_open = true;
        Ok(())
    }

    fn opening(&self, sessions: &Sessions) -> Opening<'_> {
        let plan = self.errand.plan;
        let (from, to) = match self.errand.direction {
            Direction::Forward => (&plan.from, &plan.to),
            Direction::Back => (&plan.to, &plan.from),
        };
        Opening {
            direction: self.errand.direction,
            goal: self.errand.goal,
            environment: &self.options.environment,
            rehearsal: self.options.rehearsal,
            approval: self.options.approve.as_ref(),
            approved_by: self.options.approved_by.as_deref(),
            unrehearsed: self.options.unrehearsed.as_deref(),
            server_version: sessions.server().version_num,
            from,
            to,
        }
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
        self.pulse = Pulse::hear(&sessions.runner, sessions.work.server().backend_pid).await?;
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
            pulse: &self.pulse,
            meter: self.meter.as_ref(),
            baseline_ms: self.baseline.read_ms.unwrap_or(0.0).max(self.baseline.write_ms.unwrap_or(0.0)),
        })
    }

    /// The attempt at this step, begun if there is none yet.
    pub(crate) async fn attempt(&mut self, at: usize) -> Result<Attempt, Failure> {
        if let Some(attempt) = self.attempt.take_if(|attempt| attempt.ordinal == at) {
            return Ok(attempt);
        }
        self.finish_attempt().await?;
        let step = &self.errand.plan.steps[at];
        let runner = &self.sessions()?.runner;
        let number = 1 + journal::attempts_of(runner, &self.errand.run, at).await?;
        let attempt = Attempt::begin(runner, at, number, step.table.as_ref()).await?;
        let total = attempt.total(work::action(step, self.errand.direction));
        self.errand.progress.begin(&step.title, total);
        let table = match &step.table {
            Some(table) if ask(runner, &is_table(table)).await? => Some(table),
            _ => None,
        };
        if let Some(meter) = &self.meter {
            meter.watch(table);
        }
        Ok(attempt)
    }

    /// Keeps an attempt for what follows.
    pub(crate) fn keep(&mut self, attempt: Attempt) {
        self.attempt = Some(attempt);
    }

    /// The attempt that was kept, if any.
    pub(crate) fn kept(&mut self) -> Option<&mut Attempt> {
        self.attempt.as_mut()
    }

    /// Completes the receipt of the attempt that was kept, and passes it on.
    pub(crate) async fn finish_attempt(&mut self) -> Result<(), Failure> {
        let Some(mut attempt) = self.attempt.take() else { return Ok(()) };
        if let Some(meter) = &self.meter {
            attempt.stalls = meter.take().await.above(self.baseline);
            meter.watch(None);
        }
        let receipt = attempt.receipt(self.errand.plan, &self.errand.run, self.errand.direction);
        let written = match self.sessions() {
            Ok(sessions) => send(&sessions.runner, &self.entries.attempt(&receipt)).await.map(drop),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = written {
            self.attempt = Some(attempt);
            return Err(failure);
        }
        let step = &self.errand.plan.steps[attempt.ordinal];
        self.tally.add(&receipt, ms_since(self.mark), step.blocks_reads || step.blocks_writes);
        self.mark = Instant::now();
        self.errand.progress.end(&result_line(&receipt));
        (self.options.on_receipt)(&receipt);
        self.receipts.push(receipt);
        Ok(())
    }
}

/// `done in 12 ms` and the like.
fn result_line(receipt: &StepReceipt) -> String {
    let outcome = match receipt.outcome {
        model::StepOutcome::Done => "done",
        model::StepOutcome::AlreadyDone => "was done already",
        model::StepOutcome::Failed => "not done",
        model::StepOutcome::LockTimeout => "no lock",
    };
    format!("{outcome} in {}", model::ms_text(receipt.execution_ms))
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
