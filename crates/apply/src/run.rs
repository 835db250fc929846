//! `apply` and `rollback`: everything before the first step and after the last.

use std::time::Instant;

use connect::{Session, Target, connect};
use jiff::Timestamp;
use model::{Direction, Fault, Fingerprint, PLAN_FORMAT, PhaseName, Plan, Progress, RunOutcome, RunReceipt};

use crate::failure::Failure;
use crate::goal::{self, Limit};
use crate::journal::{self, RunRow};
use crate::machine::{End, StepState, Why};
use crate::options::{ApplyOptions, Guard};
use crate::report::{RunReport, ScriptStep, Tally};
use crate::session::ms_since;
use crate::shell::{Errand, Shell, outcome};
use crate::stall::Stalls;
use crate::start::{Known, Start};
use crate::work;
use crate::{busy, control, privilege, session};

/// Carries a plan out, or goes on with it, up to `until`, the first closed gate, or its end before
/// cleanup. What was done stays done whatever happens; the same call goes on from there.
///
/// # Errors
/// Gates (exit 1): `plan.drifted`, `plan.server_major`, `plan.approval`, `apply.unfinished`. Otherwise those of
/// connecting and `apply.busy`, `apply.privilege`, `apply.standby`, `apply.lock_timeout`, `apply.refused`,
/// `apply.probe`, `apply.verification`, `apply.connection`, `apply.orphan`, `apply.journal`, `plan.format`.
pub async fn apply(
    target: &Target,
    plan: &Plan,
    guard: &dyn Guard,
    options: &mut ApplyOptions<'_>,
    progress: &dyn Progress,
) -> Result<RunReport, Fault> {
    let way = Way { target, plan, guard, progress, direction: Direction::Forward, to: options.until };
    way.go(options).await
}

/// Takes back what a plan did, down to the end of phase `to`, or all of it. It is journaled and can be
/// resumed like `apply`, and `apply` goes forward again from wherever it stopped.
///
/// # Errors
/// As [`apply`], and the gates `apply.cleaned` after cleanup and `apply.superseded` after another plan.
pub async fn rollback(
    target: &Target,
    plan: &Plan,
    to: Option<PhaseName>,
    guard: &dyn Guard,
    options: &mut ApplyOptions<'_>,
    progress: &dyn Progress,
) -> Result<RunReport, Fault> {
    let way = Way { target, plan, guard, progress, direction: Direction::Back, to };
    way.go(options).await
}

/// A plan and the way to go.
struct Way<'a> {
    target: &'a Target,
    plan: &'a Plan,
    guard: &'a dyn Guard,
    progress: &'a dyn Progress,
    direction: Direction,
    to: Option<PhaseName>,
}

/// What was found before anything was done.
struct Found {
    hash: Fingerprint,
    live: Fingerprint,
    runs: Vec<RunRow>,
    steps: Vec<StepState>,
}

impl Way<'_> {
    async fn go(&self, options: &mut ApplyOptions<'_>) -> Result<RunReport, Fault> {
        let started = Instant::now();
        let hash = self.plan.hash();
        self.check_plan(&hash, options)?;
        let runner = connect(self.target, "lockkeeper").await?;
        self.check_server(&runner)?;
        let found = self.look(&runner, hash, options.dry_run).await.map_err(Failure::into_fault)?;
        let known = Known {
            plan: self.plan,
            hash: &found.hash,
            runs: &found.runs,
            steps: &found.steps,
            live: &found.live,
        };
        let (goal, limit) = self.goal(&found.steps);
        let start = match self.direction {
            Direction::Forward => known.forward(goal)?,
            Direction::Back => known.back(goal)?,
        };
        if let Start::Nothing { why } = &start {
            let report = self.nothing(&found, &runner, options, why, &limit, started);
            runner.close().await;
            return Ok(report);
        }
        if options.dry_run {
            let mut report = self.nothing(
                &found,
                &runner,
                options,
                "nothing was sent: this was a dry run",
                &limit,
                started,
            );
            report.script = self.script(&found.steps, goal);
            runner.close().await;
            return Ok(report);
        }
        self.run(options, runner, &found, start, goal, &limit, started).await
    }

    fn check_plan(&self, hash: &Fingerprint, options: &ApplyOptions<'_>) -> Result<(), Fault> {
        if self.plan.format != PLAN_FORMAT {
            let what =
                format!("the plan has format {}, this program reads format {PLAN_FORMAT}", self.plan.format);
            return Err(Fault::new("plan.format", what).help("make the plan anew"));
        }
        if !self.plan.steps.is_sorted_by_key(|step| step.phase) {
            return Err(
                Fault::new("plan.format", "the plan's phases are out of order").help("make the plan anew")
            );
        }
        match &options.approve {
            Some(approved) if approved != hash => {
                let what = format!(
                    "another plan was approved ({}) than this one ({})",
                    approved.short(),
                    hash.short()
                );
                Err(Fault::gate("plan.approval", what)
                    .help("has the plan been changed since? review it, and approve its hash"))
            }
            None if options.approval_required && self.direction == Direction::Forward => Err(Fault::gate(
                "plan.approval",
                format!("environment {} needs an approval", options.environment),
            )
            .help(format!("review the plan, then pass --approve {hash}"))),
            _ => Ok(()),
        }
    }

    fn check_server(&self, runner: &Session) -> Result<(), Fault> {
        let major = runner.server().major;
        if major == self.plan.server_major {
            return Ok(());
        }
        let what =
            format!("the plan was made for PostgreSQL {}, the server is {major}", self.plan.server_major);
        Err(Fault::gate("plan.server_major", what)
            .at(self.target.to_string())
            .help("make the plan anew for this server"))
    }

    /// Takes the run lock and finds out how everything stands.
    async fn look(&self, runner: &Session, hash: Fingerprint, dry_run: bool) -> Result<Found, Failure> {
        busy::acquire(runner).await?;
        privilege::check(runner, self.plan).await?;
        let live = self.guard.fingerprint(runner).await.map_err(Failure::refused)?;
        if !dry_run {
            journal::ensure(runner).await?;
        }
        let count = self.plan.steps.len();
        if !journal::exists(runner).await? {
            return Ok(Found { hash, live, runs: Vec::new(), steps: vec![StepState::Pending; count] });
        }
        journal::check_version(runner).await?;
        let runs = journal::runs(runner).await?;
        let steps = journal::steps(runner, hash.as_str(), count).await?;
        Ok(Found { hash, live, runs, steps })
    }

    /// How many steps are done at the goal, and why no more.
    fn goal(&self, steps: &[StepState]) -> (usize, Limit) {
        let done = steps.iter().take_while(|state| **state == StepState::Done).count();
        match self.direction {
            Direction::Forward => goal::forward(self.plan, self.to, done),
            Direction::Back => (goal::back(self.plan, self.to), self.to.map_or(Limit::End, Limit::Until)),
        }
    }

    #[allow(clippy::too_many_arguments)]
    async fn run(
        &self,
        options: &mut ApplyOptions<'_>,
        runner: Session,
        found: &Found,
        start: Start,
        goal: usize,
        limit: &Limit,
        started: Instant,
    ) -> Result<RunReport, Fault> {
        // A request that was meant for an earlier process is not meant for this one.
        session::send(&runner, &control::forget_request()).await.map_err(Failure::into_fault)?;
        let database = database(&runner);
        let server_version = runner.server().version_num;
        let begun = found.steps.iter().any(|state| *state != StepState::Pending);
        let (run, is_resumed, supersedes) = match &start {
            Start::Resume { run } => (run.clone(), true, None),
            Start::Continue { supersedes } => (new_run(), false, supersedes.clone()),
            Start::Fresh | Start::Nothing { .. } => (new_run(), false, None),
        };
        let errand = Errand {
            target: self.target,
            plan: self.plan,
            hash: &found.hash,
            guard: self.guard,
            progress: self.progress,
            run,
            direction: self.direction,
            goal,
            is_resumed,
            forgets: start == Start::Fresh && begun,
            supersedes,
        };
        let started_at =
            found.runs.iter().find(|row| is_resumed && row.run == errand.run).map(|row| row.started_at);
        let started_at = started_at.unwrap_or_else(Timestamp::now);
        let mut shell = Shell::new(errand, options, runner);
        let end = shell.run().await;
        if let End::Failed(why) = end {
            return Err(self.fault(why, shell.fault.take()));
        }
        let outcome = outcome(end, &shell.errand);
        let arrived = self.arrived(end, goal, shell.live.as_ref());
        let message = self.message(end, outcome, limit);
        let receipt = RunReceipt {
            run: shell.errand.run.clone(),
            plan: found.hash.clone(),
            direction: self.direction,
            database,
            environment: shell.options.environment.clone(),
            server_version,
            from: if self.direction == Direction::Forward {
                self.plan.from.clone()
            } else {
                self.plan.to.clone()
            },
            to: if self.direction == Direction::Forward {
                self.plan.to.clone()
            } else {
                self.plan.from.clone()
            },
            outcome,
            started_at,
            finished_at: Some(Timestamp::now()),
            rehearsal: shell.options.rehearsal,
        };
        let baseline = shell.baseline;
        let Tally { phases, lock_hold_ms_max, lock_wait_ms_max, stall } = shell.tally;
        Ok(RunReport {
            receipt,
            steps: shell.receipts,
            phases,
            total_ms: ms_since(started),
            lock_hold_ms_max,
            lock_wait_ms_max,
            stall,
            baseline,
            resumed: is_resumed,
            arrived,
            message,
            script: Vec::new(),
        })
    }

    /// Whether the live schema is where this way leads; none where it was not gone to its end.
    fn arrived(&self, end: End, goal: usize, live: Option<&Fingerprint>) -> Option<bool> {
        let at_end = match self.direction {
            Direction::Forward => goal == self.plan.steps.len(),
            Direction::Back => goal == 0,
        };
        let wanted = if self.direction == Direction::Forward { &self.plan.to } else { &self.plan.from };
        (end == End::Reached && at_end).then(|| live == Some(wanted))
    }

    fn message(&self, end: End, outcome: RunOutcome, limit: &Limit) -> String {
        match (end, self.direction, limit) {
            (End::Paused, ..) => "stopped at a safe point; run the same command again to go on".to_owned(),
            (End::Aborted, ..) => {
                "given up; what was done stays: `lockkeeper rollback` takes it back".to_owned()
            }
            (_, Direction::Back, Limit::Until(phase)) => format!("rolled back to the end of phase {phase}"),
            (_, Direction::Back, _) => "rolled back".to_owned(),
            (.., Limit::Gate(gate)) => {
                format!("waits for: {}; then go on with --until {}", gate.waits_for, gate.before)
            }
            (.., Limit::Until(phase)) if outcome == RunOutcome::Paused => {
                format!("done up to phase {phase}; go on with a later --until, or roll back")
            }
            (.., Limit::Cleanup) => {
                "done; what it keeps is removed by --until cleanup, and until then it can be rolled back"
                    .to_owned()
            }
            _ => "done".to_owned(),
        }
    }

    fn nothing(
        &self,
        found: &Found,
        runner: &Session,
        options: &ApplyOptions<'_>,
        why: &str,
        limit: &Limit,
        started: Instant,
    ) -> RunReport {
        let now = Timestamp::now();
        let message = match limit {
            Limit::Gate(gate) => {
                format!("{why}; waits for: {}, then go on with --until {}", gate.waits_for, gate.before)
            }
            _ => why.to_owned(),
        };
        RunReport {
            receipt: RunReceipt {
                run: new_run(),
                plan: found.hash.clone(),
                direction: self.direction,
                database: database(runner),
                environment: options.environment.clone(),
                server_version: runner.server().version_num,
                from: found.live.clone(),
                to: found.live.clone(),
                outcome: RunOutcome::Done,
                started_at: now,
                finished_at: Some(now),
                rehearsal: options.rehearsal,
            },
            steps: Vec::new(),
            phases: Vec::new(),
            total_ms: ms_since(started),
            lock_hold_ms_max: 0.0,
            lock_wait_ms_max: 0.0,
            stall: Stalls::default(),
            baseline: Stalls::default(),
            resumed: false,
            arrived: None,
            message,
            script: Vec::new(),
        }
    }

    /// What a run to this goal would send.
    fn script(&self, states: &[StepState], goal: usize) -> Vec<ScriptStep> {
        let steps = self.plan.steps.iter().zip(states).enumerate();
        let left = steps.filter(|(at, (_, state))| match self.direction {
            Direction::Forward => *at < goal && **state != StepState::Done,
            Direction::Back => *at >= goal && **state != StepState::Pending,
        });
        let mut script: Vec<ScriptStep> = left.map(|(_, (step, _))| self.script_step(step)).collect();
        if self.direction == Direction::Back {
            script.reverse();
        }
        script
    }

    fn script_step(&self, step: &model::Step) -> ScriptStep {
        let sends = work::script(step, self.direction);
        ScriptStep { step: step.id.clone(), title: step.title.clone(), sends }
    }

    /// The fault for a run that cannot go on. The shell's own is the better one where it has one.
    fn fault(&self, why: Why, known: Option<Fault>) -> Fault {
        let at =
            |ordinal: usize| format!("step {}", self.plan.steps.get(ordinal).map_or("?", |step| &step.id));
        match why {
            Why::ProbeDisagrees(ordinal) => {
                Fault::new("apply.probe", "the step was carried out, but its probe does not see its effect")
                    .at(at(ordinal))
                    .help("what was done before stays; `lockkeeper rollback` takes it back")
            }
            Why::VerificationFailed(ordinal) => Fault::new(
                "apply.verification",
                "the step was carried out, but its verification says no",
            )
            .at(at(ordinal))
            .help("see what the verification asks in the plan; `lockkeeper rollback` takes the step back"),
            Why::Drifted(ordinal) => Fault::gate(
                "plan.drifted",
                "the step is journaled as done, but its effect is not in the database any more",
            )
            .at(at(ordinal))
            .help(
                "somebody changed the schema by hand: put it back, or roll back with `lockkeeper rollback`",
            ),
            Why::JournalBroken => Fault::new("apply.journal", "the journal's rows contradict each other")
                .at("schema lockkeeper, table steps")
                .help("has it been changed by hand?"),
            Why::Refused(_) | Why::LockTimeout(_) | Why::LostTooOften | Why::Unreachable => {
                known.unwrap_or_else(|| Fault::new("apply.failed", "the run failed"))
            }
        }
    }
}

/// The database by its identity, without host and user.
fn database(session: &Session) -> String {
    let server = session.server();
    let system = server.system_identifier.as_deref().unwrap_or("unknown");
    format!("{system}/{}", server.database)
}

/// A new run's id: when it began, and four digits of chance.
fn new_run() -> String {
    let now = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    format!("run-{now}-{:04x}", rand::random::<u16>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_send<T: Send>(_: &T) {}

    /// A run can be spawned on any runtime.
    #[test]
    fn a_run_is_send() {
        #[allow(dead_code)]
        fn check(target: &Target, plan: &Plan, guard: &dyn Guard, options: &mut ApplyOptions<'_>) {
            is_send(&apply(target, plan, guard, options, &model::Silent));
        }
    }
}
