//! What kind of work a step is: steps of one activity are compared with each other.

use std::fmt;

use model::{Direction, LockMode, Operation, PhaseName, StepReceipt};
use serde::{Deserialize, Serialize};

/// What kind of work a step is. Two steps of one recipe differ by phase and by the lock they need:
/// VALIDATE CONSTRAINT and SET NOT NULL both validate, and one of them reads every row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Activity {
    /// The operation the step is part of.
    pub operation: Operation,
    /// The recipe it comes from.
    pub recipe: String,
    /// Its phase.
    pub phase: PhaseName,
    /// Forward or back.
    pub direction: Direction,
    /// The strongest lock it takes; none where it takes none.
    pub lock: Option<LockMode>,
}

impl Activity {
    /// The activity of a step that ran.
    pub fn of(step: &StepReceipt) -> Self {
        Self {
            operation: step.operation,
            recipe: step.recipe.clone(),
            phase: step.phase,
            direction: step.direction,
            lock: step.locks.iter().map(|lock| lock.mode).max(),
        }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let undo = if self.direction == Direction::Back { "rollback of " } else { "" };
        write!(f, "{undo}{} by {}, phase {}", self.operation, self.recipe, self.phase)?;
        match self.lock {
            Some(lock) => write!(f, ", {}", lock.sql()),
            None => Ok(()),
        }
    }
}
