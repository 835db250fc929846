//! What the ledger has to say to somebody who is about to work on a table.

use std::collections::{BTreeMap, BTreeSet};

use model::{Fault, Operation, ms_text, rows_text};

use crate::statistics::{ConstraintFailures, Statistics, Threshold};
use crate::{Memory, StatisticsQuery, TableName};

impl Memory {
    /// Sentences about a table: when its long transactions end, from how many rows on the locks of these
    /// operations are held longer than the budget (in ms), which constraints its rows broke before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn advice(
        &self,
        table: &TableName,
        operations: &BTreeSet<Operation>,
        budget_ms: f64,
    ) -> Result<Vec<String>, Fault> {
        let query = StatisticsQuery { operation: None, table: Some(table.clone()), budget_ms };
        let Statistics { lock_patterns, thresholds, constraint_failures, .. } = self.stats(&query)?;
        let mut advice: Vec<String> = lock_patterns
            .iter()
            .map(|pattern| format!("{} (attempts: {})", pattern.text, pattern.n))
            .collect();
        let concerns = |threshold: &&Threshold| operations.contains(&threshold.activity.operation);
        advice.extend(soonest(thresholds.iter().filter(concerns)).filter_map(threshold_text));
        advice.extend(constraint_failures.iter().map(failures_text));
        Ok(advice)
    }
}

/// Of the thresholds of a recipe's steps, which differ by phase, direction and lock, the one that is met first: that
/// it is met at all is what somebody needs to know.
fn soonest<'a>(thresholds: impl Iterator<Item = &'a Threshold>) -> impl Iterator<Item = &'a Threshold> {
    let mut first: BTreeMap<(Operation, &str), &Threshold> = BTreeMap::new();
    for threshold in thresholds.filter(|threshold| threshold.rows.is_some()) {
        let kept =
            first.entry((threshold.activity.operation, &threshold.activity.recipe)).or_insert(threshold);
        if threshold.rows < kept.rows {
            *kept = threshold;
        }
    }
    first.into_values()
}

/// None where the lock stays within the budget as far as can be told.
fn threshold_text(threshold: &Threshold) -> Option<String> {
    let rows = rows_text(threshold.rows?);
    let Threshold { activity, table, budget_ms, n, .. } = threshold;
    let (operation, recipe) = (activity.operation, &activity.recipe);
    let budget = ms_text(*budget_ms);
    Some(format!(
        "from {rows} rows of {table} on, one lock in ten of {operation} by {recipe} is held for more than {budget} ({n} measured)"
    ))
}

fn failures_text(failures: &ConstraintFailures) -> String {
    let ConstraintFailures { table, sqlstate, meaning, n, .. } = failures;
    let words = meaning.map(|words| format!(", {words}")).unwrap_or_default();
    let times = if *n == 1 { "once".to_owned() } else { format!("{n} times") };
    format!("rows of {table} broke a constraint {times} before ({sqlstate}{words})")
}
