//! What a run begins with, by journals and schemas made up.

use super::*;
use crate::fixture::plan;
use PhaseName::{Cleanup, Expand, Switch};
use StepState::{Doing, Done, Pending};
use jiff::Timestamp;
use model::RunOutcome;

/// A database's journal and schema, to be asked how a run of `plan` begins.
struct World {
    plan: Plan,
    runs: Vec<RunRow>,
    steps: Vec<StepState>,
    live: Fingerprint,
}

fn print(word: &str) -> Fingerprint {
    Fingerprint::of_bytes(word.as_bytes())
}

impl World {
    fn new(steps: &[StepState], live: &str) -> Self {
        let plan = plan(&[Expand, Switch, Cleanup]);
        Self { plan, runs: Vec::new(), steps: steps.to_vec(), live: print(live) }
    }

    /// With one more, newest run; `live` is the schema it left.
    fn after(
        mut self,
        plan: Option<&str>,
        direction: Direction,
        outcome: RunOutcome,
        live: Option<&str>,
    ) -> Self {
        let run = RunRow {
            run: format!("run-{}", self.runs.len()),
            plan: plan.map_or_else(|| self.plan.hash().as_str().to_owned(), str::to_owned),
            direction,
            goal: 2,
            outcome,
            environment: "unknown".to_owned(),
            rehearsal: false,
            server_version: 150_000,
            from_schema: self.plan.from.clone(),
            to_schema: self.plan.to.clone(),
            live_schema: live.map(print),
            fault: None,
            work_pid: 1,
            resumed: 0,
            stands: true,
            started_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
            finished_at: None,
            waits: None,
            waits_since: None,
        };
        self.runs.insert(0, run);
        self
    }

    fn known<'a>(&'a self, hash: &'a Fingerprint) -> Known<'a> {
        Known { plan: &self.plan, hash, runs: &self.runs, steps: &self.steps, live: &self.live }
    }

    fn forward(&self) -> Result<Start, &'static str> {
        self.known(&self.plan.hash()).forward(2).map_err(|fault| fault.kind)
    }

    fn back(&self, goal: usize) -> Result<Start, &'static str> {
        self.known(&self.plan.hash()).back(goal).map_err(|fault| fault.kind)
    }
}

fn go_on(supersedes: Option<&str>) -> Result<Start, &'static str> {
    Ok(Start::Continue { supersedes: supersedes.map(str::to_owned) })
}

fn is_nothing(start: &Result<Start, &'static str>) -> bool {
    matches!(start, Ok(Start::Nothing { .. }))
}

use Direction::{Back, Forward};
use RunOutcome::{Aborted, Failed, Paused, Running};

#[test]
fn a_new_plan_needs_the_schema_it_was_made_for() {
    let none = [Pending, Pending, Pending];
    assert_eq!(World::new(&none, "from").forward(), Ok(Start::Fresh));
    assert!(is_nothing(&World::new(&none, "to").forward()));
    assert_eq!(World::new(&none, "else").forward(), Err("plan.drifted"));
    assert!(is_nothing(&World::new(&none, "from").back(0)));
}

#[test]
fn an_unfinished_run_goes_on_or_is_turned_around() {
    let half = [Done, Doing, Pending];
    let crashed = World::new(&half, "half").after(None, Forward, Running, None);
    assert_eq!(crashed.forward(), Ok(Start::Resume { run: "run-0".to_owned() }));
    assert_eq!(crashed.back(0), go_on(Some("run-0")));
    let failed = World::new(&half, "half").after(None, Back, Failed, Some("half"));
    assert_eq!(failed.back(0), Ok(Start::Resume { run: "run-0".to_owned() }));
    assert_eq!(failed.forward(), go_on(Some("run-0")));
    let drifted = World::new(&half, "else").after(None, Forward, Paused, Some("half"));
    assert_eq!(drifted.forward(), Err("plan.drifted"));
    assert_eq!(drifted.back(0), Err("plan.drifted"));
}

#[test]
fn a_run_that_failed_at_once_is_closed_by_its_rollback() {
    let none = [Pending, Pending, Pending];
    let failed = World::new(&none, "from").after(None, Forward, Failed, Some("from"));
    assert_eq!(failed.back(0), go_on(Some("run-0")));
    let closed = failed.after(None, Back, RunOutcome::Done, Some("from"));
    assert!(is_nothing(&closed.back(0)));
}

#[test]
fn another_plans_unfinished_run_is_in_the_way() {
    let none = [Pending, Pending, Pending];
    for outcome in [Running, Paused, Failed] {
        let world = World::new(&none, "from").after(Some("other"), Forward, outcome, None);
        assert_eq!(world.forward(), Err("apply.unfinished"));
        assert_eq!(world.back(0), Err("apply.unfinished"));
    }
    let world = World::new(&none, "from").after(Some("other"), Forward, Aborted, None);
    assert_eq!(world.forward(), Ok(Start::Fresh));
}

#[test]
fn what_is_done_is_done() {
    let done = [Done, Done, Pending];
    let world = World::new(&done, "to").after(None, Forward, RunOutcome::Done, Some("to"));
    assert!(is_nothing(&world.forward()));
    assert_eq!(world.back(0), go_on(None));
    let part =
        World::new(&[Done, Pending, Pending], "half").after(None, Back, RunOutcome::Done, Some("half"));
    assert_eq!(part.forward(), go_on(None));
    assert!(is_nothing(&part.back(1)));
}

#[test]
fn a_schema_that_another_plan_took_back_is_changed_again() {
    let done = [Done, Done, Pending];
    let world = World::new(&done, "from").after(None, Forward, RunOutcome::Done, Some("to"));
    let world = world.after(Some("other"), Forward, RunOutcome::Done, Some("from"));
    assert_eq!(world.forward(), Ok(Start::Fresh));
    assert_eq!(world.back(0), Err("apply.superseded"));
}

#[test]
fn cleanup_may_follow_after_other_plans_and_ends_the_way_back() {
    let done = [Done, Done, Pending];
    let world = World::new(&done, "more").after(None, Forward, RunOutcome::Done, Some("to"));
    let world = world.after(Some("other"), Forward, RunOutcome::Done, Some("more"));
    let hash = world.plan.hash();
    assert_eq!(world.known(&hash).forward(3).unwrap(), Start::Continue { supersedes: None });
    let cleaned = World::new(&[Done, Done, Doing], "to").after(None, Forward, Failed, Some("to"));
    assert_eq!(cleaned.back(0), Err("apply.cleaned"));
}
