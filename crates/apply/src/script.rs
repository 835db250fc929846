//! What a dry run shows.

use model::{Action, Direction, Sql, Step};

use crate::backfill::{self, Filling};
use crate::machine::StepState;
use crate::report::ScriptStep;
use crate::run::Way;
use crate::{transaction, work};

impl Way<'_> {
    /// What a run to this goal would send.
    pub(crate) fn script(&self, states: &[StepState], goal: usize) -> Vec<ScriptStep> {
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
        let sends = messages(step, self.direction);
        ScriptStep { step: step.id.clone(), title: step.title.clone(), sends }
    }
}

/// The messages that carry a step out, in order, without journal rows.
fn messages(step: &Step, direction: Direction) -> Vec<Sql> {
    match work::action(step, direction) {
        Action::Transaction { sql } => vec![transaction::script(step, direction, sql)],
        Action::Concurrent { sql, .. } => vec![sql.clone()],
        Action::Backfill(backfill) => backfill::script(&Filling::Rows(backfill)),
        Action::Copy(copying) => backfill::script(&Filling::Copy(copying)),
        Action::Nothing { .. } => Vec::new(),
    }
}
