//! Learned thresholds: the rows at which a lock is held longer than the budget allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::activity::Activity;
use super::models::TIMES_MAX;
use super::observation::{Observation, newest_runs};
use super::validity::{Ends, Present};
use crate::TableName;
use crate::predict::times::{Time, lock_hold, points};
use crate::timing::{Forecaster, Size, TableKey};

/// How far beyond the largest table that was measured a threshold is still told.
const REACH: f64 = 10.0;

/// Halvings of the search, in logarithms: finer than any estimate of rows.
const HALVINGS: u32 = 30;

/// The rows at which the predicted 90th percentile of the lock hold passes the budget.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    /// The work.
    pub activity: Activity,
    /// The table.
    pub table: TableName,
    /// The rows; none where it stays within the budget up to `told_up_to_rows`.
    pub rows: Option<f64>,
    /// The budget, in ms.
    pub budget_ms: f64,
    /// Ten times the rows of the largest table that was measured: beyond, nothing is told.
    pub told_up_to_rows: f64,
    /// The measured times it rests on.
    pub n: usize,
    /// Those on this table.
    pub n_table: usize,
    /// The newest runs it rests on, the newest first.
    pub rests_on: Vec<String>,
}

/// The thresholds of every activity that blocks somebody, on every table it ran on.
pub(super) fn thresholds(
    observations: &[Observation],
    ends: &Ends,
    budget_ms: f64,
    at: Timestamp,
) -> Vec<Threshold> {
    let mut groups: BTreeMap<&Activity, Vec<Time<'_>>> = BTreeMap::new();
    let blocks = |one: &&Observation| one.activity.lock.is_some_and(|lock| lock.blocks_writes());
    for one in observations.iter().filter(|one| one.is_done()).filter(blocks) {
        groups.entry(&one.activity).or_default().push(Time::of_step(one));
    }
    let of_group =
        |(activity, times): (&Activity, Vec<Time<'_>>)| of_activity(activity, &times, ends, budget_ms, at);
    groups.into_iter().flat_map(of_group).collect()
}

fn of_activity(
    activity: &Activity,
    times: &[Time<'_>],
    ends: &Ends,
    budget_ms: f64,
    at: Timestamp,
) -> Vec<Threshold> {
    let times = &times[times.len().saturating_sub(TIMES_MAX)..];
    let present = Present { at, server_major: None, database: None, rows: None };
    let points = points(times, ends, &present, &|_| 0.0, lock_hold);
    let Some(forecaster) = Forecaster::by_size(&points) else { return Vec::new() };
    let told_up_to_rows = REACH * times.iter().filter_map(Time::rows).fold(0.0, f64::max);
    let mut tables: BTreeMap<&Arc<TableKey>, &Time<'_>> = BTreeMap::new();
    tables.extend(times.iter().filter_map(|time| Some((time.table()?, time))));
    let of_table = |(table, last): (&Arc<TableKey>, &Time<'_>)| {
        let width = last.bytes()? / last.rows()?;
        let p90 = |rows: f64| {
            let size = Size::new(Some(table.clone()), Some(rows), Some(rows * width));
            forecaster.tell(&size, 0.0).map_or(0.0, |(_, hold)| hold.p90)
        };
        Some(Threshold {
            activity: activity.clone(),
            table: table.table.clone(),
            rows: passing(p90, budget_ms, told_up_to_rows),
            budget_ms,
            told_up_to_rows,
            n: times.len(),
            n_table: times.iter().filter(|time| time.table() == Some(table)).count(),
            rests_on: newest_runs(times.iter().map(Time::observation)),
        })
    };
    tables.into_iter().filter_map(of_table).collect()
}

/// The rows from 1 up to a limit at which a growing time passes the budget.
fn passing(time_at: impl Fn(f64) -> f64, budget_ms: f64, up_to: f64) -> Option<f64> {
    if time_at(up_to) <= budget_ms {
        return None;
    }
    let (mut low, mut high) = (0.0, up_to.ln());
    for _ in 0..HALVINGS {
        let middle: f64 = f64::midpoint(low, high);
        if time_at(middle.exp()) <= budget_ms { low = middle } else { high = middle }
    }
    Some(high.exp().ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_where_a_time_passes_the_budget() {
        assert_eq!(passing(|rows| rows / 1_000.0, 100.0, 1e7).map(f64::round), Some(100_001.0));
        assert_eq!(passing(|_| 6.0, 100.0, 1e7), None);
        assert_eq!(passing(|_| 600.0, 100.0, 1e7), Some(2.0));
    }
}
