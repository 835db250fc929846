//! The memory as the planner asks it: how long did such steps take?

use std::cell::RefCell;

use model::{Direction, Fault, Prediction};
use plan::{Predictor, StepShape};
use remember::{Memory, PredictQuery};

use crate::context::Context;

/// Fewer runs than this say less of a step than the measured rates do.
const RUNS_MIN: usize = 3;

/// Predicts from the project's memory. A memory that cannot be read predicts nothing, and is said to.
pub struct Foresight {
    memory: Memory,
    failed: RefCell<Option<Fault>>,
}

impl Foresight {
    /// Over the project's memory.
    ///
    /// # Errors
    /// When the tenant's name cannot be one.
    pub fn open(context: &Context) -> Result<Self, Fault> {
        Ok(Self { memory: context.memory()?, failed: RefCell::new(None) })
    }

    /// Why the memory could not be asked, where it could not.
    pub fn warning(&self) -> Option<String> {
        self.failed.borrow().as_ref().map(|fault| format!("the memory could not be asked: {fault}"))
    }
}

impl Predictor for Foresight {
    #[expect(clippy::cast_precision_loss, reason = "a size for a logarithm")]
    fn predict(&self, step: &StepShape<'_>) -> Option<Prediction> {
        if self.failed.borrow().is_some() || step.rows.is_none() {
            return None;
        }
        let query = PredictQuery {
            recipe: Some(step.recipe.to_owned()),
            phase: Some(step.phase),
            lock: step.lock,
            direction: Direction::Forward,
            table: step.table.map(remember::TableName::from),
            rows: step.rows,
            total_bytes: step.total_bytes.map(|bytes| bytes as f64),
            ..PredictQuery::new(step.operation)
        };
        match self.memory.predict(&query) {
            Ok(foretold) if foretold.n >= RUNS_MIN => foretold.prediction(),
            Ok(_) => None,
            Err(fault) => {
                *self.failed.borrow_mut() = Some(fault);
                None
            }
        }
    }
}
