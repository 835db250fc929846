//! What a dry run shows.

use model::Direction;

use crate::machine::StepState;
use crate::report::ScriptStep;
use crate::run::Way;
use crate::work;

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
        let sends = work::script(step, self.direction);
        ScriptStep { step: step.id.clone(), title: step.title.clone(), sends }
    }
}
