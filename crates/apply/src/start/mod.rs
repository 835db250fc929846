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
mod tests;
