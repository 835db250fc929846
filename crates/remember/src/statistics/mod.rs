//! What the ledger says when it is counted. Statistics are never stored: they are what the ledger says.

mod activity;
mod hours;
mod measured;
mod models;
mod observation;
mod outcomes;
mod pace;
mod rates;
mod scores;
mod thresholds;
mod validity;

use jiff::Timestamp;
use model::{Fault, Operation};
use serde::Serialize;

use crate::{Memory, TableName};

pub use activity::Activity;
pub use hours::{LockHour, LockPattern};
pub use measured::Measured;
pub(crate) use models::TIMES_MAX;
pub use models::{ActivityTimes, Hindsight};
pub(crate) use observation::{Observation, observe};
pub use outcomes::{ConstraintFailures, StrategyCount};
pub(crate) use pace::Paces;
pub use rates::IndexBuildRate;
pub use scores::Scores;
pub use thresholds::Threshold;
pub(crate) use validity::{ENDS_OF_TABLES, Ends, Present, prefer_real};

/// What statistics are asked for.
#[derive(Debug, Clone)]
pub struct StatisticsQuery {
    /// Of this operation only.
    pub operation: Option<Operation>,
    /// Of this table only.
    pub table: Option<TableName>,
    /// The budget that learned thresholds go by, in ms.
    pub budget_ms: f64,
}

impl Default for StatisticsQuery {
    /// Everything, with the budget a stall has.
    fn default() -> Self {
        Self { operation: None, table: None, budget_ms: f64::from(model::STALL_BUDGET_MS) }
    }
}

/// What `memory stats` answers. Each part says how many measurements it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// Attempts of steps that were counted.
    pub steps: usize,
    /// When the first of them was.
    pub since: Option<Timestamp>,
    /// How long work takes, and which model tells it best.
    pub times: Vec<ActivityTimes>,
    /// How fast indexes are built.
    pub index_builds: Vec<IndexBuildRate>,
    /// How tables were to be locked, by hour of day.
    pub lock_hours: Vec<LockHour>,
    /// When tables are free, in words.
    pub lock_patterns: Vec<LockPattern>,
    /// What constraints stopped work on which table.
    pub constraint_failures: Vec<ConstraintFailures>,
    /// The rows at which a lock is held too long.
    pub thresholds: Vec<Threshold>,
    /// How often strategies went well.
    pub strategies: Vec<StrategyCount>,
    /// How predictions did; none where none could be scored.
    pub predictions: Option<Scores>,
}

impl Memory {
    /// Counts the ledger.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn stats(&self, query: &StatisticsQuery) -> Result<Statistics, Fault> {
        let operation = query.operation.map(|operation| operation.name().to_owned());
        let all = self.with_store(|store| observe(store, self.tenant(), operation.clone(), None))?;
        let ends = self.ends_of_tables()?;
        let wanted = |one: &Observation| match (&query.table, &one.table) {
            (None, _) => true,
            (Some(asked), Some(table)) => table.table.matches(asked),
            (Some(_), None) => false,
        };
        let observations: Vec<Observation> = all.into_iter().filter(wanted).collect();
        Ok(count(&observations, &ends, query.budget_ms, Timestamp::now()))
    }

    /// When tables were renamed or dropped.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn ends_of_tables(&self) -> Result<Ends, Fault> {
        let mut ends = Vec::new();
        for operation in ENDS_OF_TABLES {
            let operation = Some(operation.name().to_owned());
            ends.extend(self.with_store(|store| observe(store, self.tenant(), operation, None))?);
        }
        Ok(Ends::of(&ends))
    }
}

fn count(observations: &[Observation], ends: &Ends, budget_ms: f64, at: Timestamp) -> Statistics {
    let lock_hours = hours::lock_hours(observations);
    let real = prefer_real(observations.to_vec());
    Statistics {
        steps: observations.len(),
        since: observations.first().map(|one| one.step.started_at),
        times: models::activity_times(&real, ends, at),
        index_builds: rates::index_build_rates(observations),
        lock_patterns: hours::lock_patterns(&lock_hours),
        lock_hours,
        constraint_failures: outcomes::constraint_failures(observations),
        thresholds: thresholds::thresholds(&real, ends, budget_ms, at),
        strategies: outcomes::strategies(observations),
        predictions: scores::scores(observations),
    }
}
