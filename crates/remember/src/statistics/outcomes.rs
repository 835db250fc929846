//! How often strategies went well, and what constraints stopped them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::observation::{Observation, newest_runs};
use crate::describe::sqlstate_words;
use crate::{Outcome, TableName, confidence};

/// How often steps of a strategy went well. Rehearsals are not counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategyCount {
    /// The operation.
    pub operation: String,
    /// The recipe.
    pub recipe: String,
    /// Attempts that did their work.
    pub successes: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// Attempts that did not get their lock in time.
    pub lock_timeouts: u64,
    /// The runs these were part of.
    pub runs: usize,
    /// 0 to 100, from successes and failures.
    pub confidence: f64,
    /// The newest runs it rests on, the newest first.
    pub rests_on: Vec<String>,
}

/// Counts by operation and recipe.
pub(super) fn strategies(observations: &[Observation]) -> Vec<StrategyCount> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Observation>> = BTreeMap::new();
    for one in observations.iter().filter(|one| !one.is_rehearsal()) {
        let key = (one.activity.operation.name(), one.activity.recipe.as_str());
        groups.entry(key).or_default().push(one);
    }
    groups.into_iter().map(|((operation, recipe), attempts)| strategy(operation, recipe, &attempts)).collect()
}

fn strategy(operation: &str, recipe: &str, attempts: &[&Observation]) -> StrategyCount {
    let count =
        |outcome| attempts.iter().filter(|one| Outcome::from(one.step.outcome) == outcome).count() as u64;
    let (successes, failures) = (count(Outcome::Done), count(Outcome::Failed));
    StrategyCount {
        operation: operation.to_owned(),
        recipe: recipe.to_owned(),
        successes,
        failures,
        lock_timeouts: count(Outcome::LockTimeout),
        runs: attempts.iter().map(|one| &one.run).collect::<BTreeSet<_>>().len(),
        confidence: confidence(successes, failures),
        rests_on: newest_runs(attempts.iter().copied()),
    }
}

/// How often data broke a constraint on a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConstraintFailures {
    /// The table.
    pub table: TableName,
    /// The SQLSTATE, of class 23.
    pub sqlstate: String,
    /// What it means.
    pub meaning: Option<&'static str>,
    /// The operations that met it.
    pub operations: Vec<String>,
    /// How often.
    pub n: usize,
    /// The last time.
    pub last_at: Timestamp,
    /// The runs.
    pub runs: Vec<String>,
}

/// Integrity constraint violations (SQLSTATE class 23) by table, rehearsals included: the data is the same.
pub(super) fn constraint_failures(observations: &[Observation]) -> Vec<ConstraintFailures> {
    let mut groups: BTreeMap<(TableName, &str), Vec<&Observation>> = BTreeMap::new();
    for one in observations {
        let state = one.step.sqlstate.as_deref().filter(|state| state.starts_with("23"));
        let (Some(state), Some(table)) = (state, &one.table) else { continue };
        groups.entry((table.table.clone(), state)).or_default().push(one);
    }
    let failures = groups.into_iter().filter_map(|((table, sqlstate), attempts)| {
        Some(ConstraintFailures {
            table,
            sqlstate: sqlstate.to_owned(),
            meaning: sqlstate_words(sqlstate),
            operations: distinct(attempts.iter().map(|one| one.activity.operation.name())),
            n: attempts.len(),
            last_at: attempts.last()?.step.started_at,
            runs: distinct(attempts.iter().map(|one| one.run.as_ref())),
        })
    });
    failures.collect()
}

fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}
