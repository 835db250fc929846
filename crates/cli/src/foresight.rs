//! The memory as assessment and planning ask it: how long did such steps take, and what went wrong?

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use assess::{Experience, Hold, Trouble};
use model::{Change, Direction, Fault, Name, Prediction, TableStatistics};
use plan::{Predictor, StepShape};
use remember::{ExperienceQuery, Memory, PredictQuery, TableName};

use crate::context::Context;
use crate::stages::Compared;

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

/// What the memory knows of changes that are pushed as they are, by the change's place, and why it could not
/// be asked where it could not.
///
/// # Errors
/// When the tenant's name cannot be one.
pub fn experience(
    context: &Context,
    compared: &Compared,
) -> Result<(BTreeMap<usize, Experience>, Vec<String>), Fault> {
    let memory = context.memory()?;
    let budget_ms = context.stall_budget_ms().into();
    let mut known = BTreeMap::new();
    for (at, change) in compared.changes.iter().enumerate() {
        let statistics = compared.statistics.as_ref();
        let table = change.table().and_then(|table| Some((statistics?.table(&table)?, table)));
        let Some((statistics, table)) = table else { continue };
        match experience_of(&memory, change, &table, statistics, budget_ms) {
            Ok(experience) if experience == Experience::default() => {}
            Ok(experience) => _ = known.insert(at, experience),
            Err(fault) => return Ok((known, vec![format!("the memory could not be asked: {fault}")])),
        }
    }
    Ok((known, Vec::new()))
}

#[expect(clippy::cast_precision_loss, reason = "a size for a logarithm")]
fn experience_of(
    memory: &Memory,
    change: &Change,
    table: &Name,
    statistics: &TableStatistics,
    budget_ms: f64,
) -> Result<Experience, Fault> {
    let (rows, total_bytes) = (Some(statistics.rows_or_guess()), Some(statistics.total_bytes as f64));
    let recipe = "direct".to_owned();
    let query = PredictQuery {
        recipe: Some(recipe.clone()),
        table: Some(TableName::from(table)),
        rows,
        total_bytes,
        ..PredictQuery::new(change.operation())
    };
    let foretold = memory.predict(&query)?;
    let hold = foretold.lock_hold_ms.map(|hold| Hold { p90_ms: hold.p90, runs: foretold.n });
    let (operation, table) = (change.operation(), TableName::from(table));
    let hints =
        memory.troubles(&ExperienceQuery { operation, recipe, table, rows, total_bytes, budget_ms })?;
    let trouble = |hint: remember::Hint| Trouble { points: hint.points, reason: hint.reason };
    Ok(Experience { hold, troubles: hints.into_iter().map(trouble).collect() })
}

/// What the memory has to say to a plan's reader about the tables it works on: when they are free, from how
/// many rows on a lock is held too long, what their rows broke before.
///
/// # Errors
/// When the tenant's name cannot be one, or the memory cannot be read.
pub fn advice(context: &Context, changes: &[Change]) -> Result<Vec<String>, Fault> {
    let tables: BTreeSet<Name> = changes.iter().filter_map(Change::table).collect();
    let operations: BTreeSet<_> = changes.iter().map(Change::operation).collect();
    let memory = context.memory()?;
    let mut advice = Vec::new();
    for table in &tables {
        advice.extend(memory.advice(
            &TableName::from(table),
            &operations,
            context.stall_budget_ms().into(),
        )?);
    }
    Ok(advice)
}
