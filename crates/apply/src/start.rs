//! What a run has to begin with, decided from the journal and the live schema alone.

use model::{Direction, Fault, Fingerprint, PhaseName, Plan};

use crate::journal::RunRow;
use crate::machine::StepState;

/// What is known before anything is done.
pub(crate) struct Known<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) hash: &'a Fingerprint,
    /// The journal's runs, newest first.
    pub(crate) runs: &'a [RunRow],
    /// How each step of the plan stands.
    pub(crate) steps: &'a [StepState],
    /// The fingerprint of the live schema.
    pub(crate) live: &'a Fingerprint,
}

/// How a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// A new run from the plan's first step; the journal forgets how its steps stood before.
    Fresh,
    /// A new run from where the journal says the plan stands. It takes the place of an unfinished one
    /// that went the other way, if there is one.
    Continue {
        /// That other run.
        supersedes: Option<String>,
    },
    /// An unfinished run goes on.
    Resume {
        /// Its id.
        run: String,
    },
    /// There is nothing to do, for this reason.
    Nothing {
        /// Why.
        why: String,
    },
}

impl Known<'_> {
    /// How `apply` begins.
    pub(crate) fn forward(&self, goal: usize) -> Result<Start, Fault> {
        if let Some(start) = self.unfinished(Direction::Forward)? {
            return Ok(start);
        }
        let done = self.steps.iter().take_while(|state| **state == StepState::Done).count();
        let begun = self.steps.iter().any(|state| *state != StepState::Pending);
        let recorded = self.runs.first().and_then(|run| run.live_schema.as_ref());
        let as_left = begun && recorded == Some(self.live);
        let go_on = || match done >= goal {
            true => nothing("every step up to there is done already"),
            false => Start::Continue { supersedes: None },
        };
        if as_left && self.runs.first().is_some_and(|run| self.is_mine(run)) {
            return Ok(go_on());
        }
        match () {
            () if self.plan.starts_from(self.live) && self.plan.from != self.plan.to => Ok(Start::Fresh),
            () if *self.live == self.plan.to && (begun || self.plan.from != self.plan.to) => {
                Ok(nothing("the database has the wanted schema already"))
            }
            () if *self.live == self.plan.from => Ok(Start::Fresh),
            // Another plan was run since; what is left of this one is independent of it.
            () if as_left => Ok(go_on()),
            () => Err(self.drifted(if begun { recorded } else { Some(&self.plan.from) })),
        }
    }

    /// How `rollback` begins. `goal` steps stay done.
    pub(crate) fn back(&self, goal: usize) -> Result<Start, Fault> {
        if self.steps.iter().skip(goal).all(|state| *state == StepState::Pending) {
            self.refuse_other_plan()?;
            // A run that failed before its first step was done is in the way of other plans until it is closed.
            let is_whole = self.steps.iter().all(|state| *state == StepState::Pending);
            return Ok(match self.mine_unfinished() {
                Some(run) if is_whole && run.direction == Direction::Forward => {
                    Start::Continue { supersedes: Some(run.run.clone()) }
                }
                _ => nothing("no step after there is done"),
            });
        }
        self.refuse_after_cleanup()?;
        if let Some(start) = self.unfinished(Direction::Back)? {
            return Ok(start);
        }
        self.refuse_after_other_plan()?;
        match self.runs.first().and_then(|run| run.live_schema.as_ref()) {
            Some(recorded) if recorded != self.live => Err(self.drifted(Some(recorded))),
            _ => Ok(Start::Continue { supersedes: None }),
        }
    }

    /// Resumes or supersedes an unfinished run of this plan; refuses one of another plan.
    fn unfinished(&self, direction: Direction) -> Result<Option<Start>, Fault> {
        self.refuse_other_plan()?;
        let Some(run) = self.mine_unfinished() else { return Ok(None) };
        if let Some(recorded) = &run.live_schema
            && recorded != self.live
        {
            return Err(self.drifted(Some(recorded)));
        }
        if run.direction == direction {
            return Ok(Some(Start::Resume { run: run.run.clone() }));
        }
        Ok(Some(Start::Continue { supersedes: Some(run.run.clone()) }))
    }

    /// This plan's newest run, where it is unfinished.
    fn mine_unfinished(&self) -> Option<&RunRow> {
        self.runs.iter().find(|run| self.is_mine(run)).filter(|run| run.is_unfinished())
    }

    fn is_mine(&self, run: &RunRow) -> bool {
        run.plan == self.hash.as_str()
    }

    fn refuse_other_plan(&self) -> Result<(), Fault> {
        let other = self.runs.iter().find(|run| run.is_unfinished() && !self.is_mine(run));
        let Some(run) = other else { return Ok(()) };
        let plan: String = run.plan.chars().take(12).collect();
        Err(Fault::gate("apply.unfinished", format!("run {} of another plan ({plan}) is unfinished in this database", run.run))
            .help("finish it with `lockkeeper apply` or `lockkeeper rollback` and its plan, or give it up with `lockkeeper abort`"))
    }

    fn refuse_after_other_plan(&self) -> Result<(), Fault> {
        let since = self.runs.iter().take_while(|run| !self.is_mine(run)).find(|run| run.stands);
        let Some(run) = since else { return Ok(()) };
        let plan: String = run.plan.chars().take(12).collect();
        Err(Fault::gate(
            "apply.superseded",
            format!("another plan ({plan}) was run after this one (run {})", run.run),
        )
        .help("roll that plan back first, or plan the way back as a change of its own"))
    }

    fn refuse_after_cleanup(&self) -> Result<(), Fault> {
        let cleaned = self
            .plan
            .steps
            .iter()
            .zip(self.steps)
            .find(|(step, state)| step.phase == PhaseName::Cleanup && **state != StepState::Pending);
        let Some((step, _)) = cleaned else { return Ok(()) };
        Err(Fault::gate(
            "apply.cleaned",
            "this plan cannot be rolled back any more: what it had kept is removed",
        )
        .at(format!("step {}", step.id))
        .help("restore from a backup, or plan the way back as a change of its own"))
    }

    fn drifted(&self, expected: Option<&Fingerprint>) -> Fault {
        let expected = expected.map_or("unknown", Fingerprint::short);
        let what = format!(
            "the live schema ({}) is not the one expected ({expected}): it has drifted",
            self.live.short()
        );
        Fault::gate("plan.drifted", what).help(
            "see what differs with `lockkeeper diff`; then make a new plan, or take the foreign change back",
        )
    }
}

fn nothing(why: &str) -> Start {
    Start::Nothing { why: why.to_owned() }
}

#[cfg(test)]
mod tests {
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
}
