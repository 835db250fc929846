//! `apply` and `rollback`: everything before the first step and after the last.

use std::time::Instant;

use connect::{Session, Target, connect};
use jiff::Timestamp;
use model::{Direction, Fault, Fingerprint, PLAN_FORMAT, PhaseName, Plan, Progress, RunReceipt};

use crate::failure::Failure;
use crate::goal::{self, Limit};
use crate::journal::{self, RunRow};
use crate::machine::{End, StepState};
use crate::options::{ApplyOptions, Guard};
use crate::receipt::new_run;
use crate::report::{RunFault, RunReport, Tally};
use crate::shell::{Errand, Shell, outcome};
use crate::start::{Known, Start};
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
) -> Result<RunReport, RunFault> {
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
) -> Result<RunReport, RunFault> {
    let way = Way { target, plan, guard, progress, direction: Direction::Back, to };
    way.go(options).await
}

/// A plan and the way to go.
pub(crate) struct Way<'a> {
    target: &'a Target,
    pub(crate) plan: &'a Plan,
    guard: &'a dyn Guard,
    progress: &'a dyn Progress,
    pub(crate) direction: Direction,
    to: Option<PhaseName>,
}

/// What was found before anything was done.
pub(crate) struct Found {
    pub(crate) hash: Fingerprint,
    pub(crate) live: Fingerprint,
    runs: Vec<RunRow>,
    steps: Vec<StepState>,
}

/// What was decided before anything was done.
pub(crate) struct Decided {
    start: Start,
    goal: usize,
    pub(crate) limit: Limit,
    pub(crate) started: Instant,
}

impl Way<'_> {
    async fn go(&self, options: &mut ApplyOptions<'_>) -> Result<RunReport, RunFault> {
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
        let decided = Decided { start, goal, limit, started };
        let why = match &decided.start {
            Start::Nothing { why } => Some(why.as_str()),
            _ if options.dry_run => Some("nothing was sent: this was a dry run"),
            _ => None,
        };
        let Some(why) = why else { return self.run(options, runner, &found, decided).await };
        let mut report = self.nothing(&found, &runner, options, why, &decided);
        if options.dry_run && !matches!(decided.start, Start::Nothing { .. }) {
            report.script = self.script(&found.steps, goal);
        }
        runner.close().await;
        Ok(report)
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

    async fn run(
        &self,
        options: &mut ApplyOptions<'_>,
        runner: Session,
        found: &Found,
        decided: Decided,
    ) -> Result<RunReport, RunFault> {
        // A request that was meant for an earlier process is not meant for this one.
        session::send(&runner, &control::forget_request()).await.map_err(Failure::into_fault)?;
        let receipt = self.receipt(found, &runner, options);
        let errand = self.errand(found, &decided);
        let is_resumed = errand.is_resumed;
        if !is_resumed {
            session::send(&runner, &control::forget_settings()).await.map_err(Failure::into_fault)?;
        }
        let earlier = found.runs.iter().find(|row| is_resumed && row.run == errand.run);
        let started_at = earlier.map_or(receipt.started_at, |row| row.started_at);
        let run = errand.run.clone();
        let mut shell = Shell::new(errand, options, runner);
        let end = shell.run().await;
        let fault = match end {
            End::Failed(why) => Some(self.fault(why, shell.fault.take())),
            _ => None,
        };
        let outcome = outcome(end, &shell.errand);
        let finished_at = Some(Timestamp::now());
        let receipt = RunReceipt { run, outcome, started_at, finished_at, ..receipt };
        let Tally { phases, lock_hold_ms_max, lock_wait_ms_max, stall } = shell.tally;
        let message = match &fault {
            Some(fault) => fault.what.clone(),
            None => self.message(end, outcome, &decided.limit),
        };
        let report = RunReport {
            steps: shell.receipts,
            phases,
            lock_hold_ms_max,
            lock_wait_ms_max,
            stall,
            baseline: shell.baseline,
            resumed: is_resumed,
            arrived: self.arrived(end, decided.goal, shell.live.as_ref()),
            ..RunReport::empty(receipt, message, decided.started)
        };
        match fault {
            Some(fault) => Err(RunFault { fault, report: Some(Box::new(report)) }),
            None => Ok(report),
        }
    }

    fn errand<'e>(&'e self, found: &'e Found, decided: &Decided) -> Errand<'e> {
        let begun = found.steps.iter().any(|state| *state != StepState::Pending);
        let (run, is_resumed, supersedes) = match &decided.start {
            Start::Resume { run } => (run.clone(), true, None),
            Start::Continue { supersedes } => (new_run(), false, supersedes.clone()),
            Start::Fresh | Start::Nothing { .. } => (new_run(), false, None),
        };
        Errand {
            target: self.target,
            plan: self.plan,
            hash: &found.hash,
            guard: self.guard,
            progress: self.progress,
            run,
            direction: self.direction,
            goal: decided.goal,
            is_resumed,
            forgets: decided.start == Start::Fresh && begun,
            supersedes,
        }
    }
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
