//! What it takes to carry one step out, in one direction.

use std::time::Duration;

use model::{Action, Direction, Plan, Progress, Step};

use crate::failure::Failure;
use crate::journal::Entries;
use crate::machine::{Kind, Shape, StepState};
use crate::options::StopFlag;
use crate::pulse::Pulse;
use crate::session::{Sessions, send};
use crate::stall::StallMeter;

/// The surroundings of a step that is being carried out.
pub(crate) struct Work<'a> {
    pub(crate) sessions: &'a Sessions,
    pub(crate) plan: &'a Plan,
    pub(crate) run: &'a str,
    pub(crate) direction: Direction,
    pub(crate) entries: &'a Entries,
    pub(crate) ordinal: usize,
    pub(crate) step: &'a Step,
    pub(crate) stop: &'a StopFlag,
    pub(crate) progress: &'a dyn Progress,
    /// How long the step may try to get its locks, unless the journal says otherwise.
    pub(crate) lock_patience: Duration,
    /// How many sessions may fill a table at once, unless the journal says otherwise.
    pub(crate) workers: u32,
    /// What was heard before the try.
    pub(crate) pulse: &'a Pulse,
    pub(crate) meter: Option<&'a StallMeter>,
    /// The worst canary before the first step, in ms.
    pub(crate) baseline_ms: f64,
}

/// How an attempt to carry a step out went, where it did not fail.
#[derive(Debug)]
pub(crate) enum Tried {
    /// It was carried out.
    Done,
    /// A lock was not to be had; `exhausted` names who was in the way, when patience has run out.
    LockTimeout {
        /// Why no more tries are wanted.
        exhausted: Option<model::Fault>,
    },
    /// It stopped because a stop was wanted.
    Stopped,
}

impl Work<'_> {
    /// How the step stands when it has been carried out.
    pub(crate) fn finished(&self) -> StepState {
        match self.direction {
            Direction::Forward => StepState::Done,
            Direction::Back => StepState::Pending,
        }
    }

    /// How long the step may wait for locks and for old transactions, by what was heard last.
    pub(crate) fn patience(&self, pulse: &Pulse) -> Duration {
        pulse.number("lock_patience_ms").map_or(self.lock_patience, |ms| Duration::from_secs_f64(ms / 1e3))
    }

    /// How many sessions may fill a table at once, by what was heard before.
    pub(crate) fn workers(&self) -> u32 {
        self.pulse.number("workers").map_or(self.workers, |workers| workers as u32)
    }

    /// Tells the journal, where `status` finds it, why the run waits; none when it goes on.
    pub(crate) async fn waits(&self, why: Option<&str>) -> Result<(), Failure> {
        send(&self.sessions.runner, &self.entries.waits(why)).await.map(drop)
    }

    /// The backends of this run.
    pub(crate) fn own(&self) -> [i32; 2] {
        [self.sessions.runner.server().backend_pid, self.sessions.work.server().backend_pid]
    }
}

/// What is carried out in this direction.
pub(crate) fn action(step: &Step, direction: Direction) -> &Action {
    match direction {
        Direction::Forward => &step.action,
        Direction::Back => &step.undo,
    }
}

/// What the machine needs to know of a plan's steps.
pub(crate) fn shapes(plan: &Plan) -> Vec<Shape> {
    plan.steps.iter().map(shape).collect()
}

fn shape(step: &Step) -> Shape {
    Shape { forward: kind(&step.action), back: kind(&step.undo), leftover: leftovers(step).next().is_some() }
}

fn kind(action: &Action) -> Kind {
    match action {
        Action::Transaction { .. } => Kind::Transaction,
        Action::Concurrent { .. } => Kind::Concurrent,
        Action::Backfill(_) | Action::Copy(_) => Kind::Backfill,
        Action::Nothing { .. } => Kind::Nothing,
    }
}

/// What failed attempts of a step, in either direction, can leave.
pub(crate) fn leftovers(step: &Step) -> impl Iterator<Item = &model::Leftover> {
    [&step.action, &step.undo].into_iter().filter_map(|action| match action {
        Action::Concurrent { leftover, .. } => leftover.as_ref(),
        _ => None,
    })
}
