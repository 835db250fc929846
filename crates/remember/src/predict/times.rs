//! What a prediction learns from: the times of steps, or of changes as sums of their steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::statistics::{Ends, Observation, Present};
use crate::timing::{Point, Size, TableKey, median};

/// What one step, or all steps of one change, took.
#[derive(Debug, Clone)]
pub(crate) struct Time<'a> {
    /// The step, or the first step of the change.
    first: &'a Observation,
    /// The whole of it, in ms.
    ms: f64,
    /// The longest that locks were held at once, in ms.
    lock_hold_ms: f64,
}

impl<'a> Time<'a> {
    /// One step's.
    pub(crate) fn of_step(step: &'a Observation) -> Self {
        Self { first: step, ms: step.step.execution_ms, lock_hold_ms: step.step.lock_hold_ms }
    }

    /// The run.
    pub(crate) fn run(&self) -> &Arc<str> {
        &self.first.run
    }

    /// The step, or the first step of the change.
    pub(crate) fn observation(&self) -> &'a Observation {
        self.first
    }

    /// The table with its database.
    pub(crate) fn table(&self) -> Option<&Arc<TableKey>> {
        self.first.table.as_ref()
    }

    /// The table's rows before.
    pub(crate) fn rows(&self) -> Option<f64> {
        self.first.step.rows.filter(|rows| *rows > 0.0)
    }

    /// The table's bytes before.
    #[expect(clippy::cast_precision_loss, reason = "sizes of tables stay far below 2^52 bytes")]
    pub(crate) fn bytes(&self) -> Option<f64> {
        self.first.step.total_bytes.filter(|bytes| *bytes > 0).map(|bytes| bytes as f64)
    }

    fn at(&self) -> Timestamp {
        self.first.step.started_at
    }
}

/// The times of whole changes: of runs that came to their end, all steps on one table together.
pub(crate) fn of_changes<'a>(steps: &[&'a Observation]) -> Vec<Time<'a>> {
    let mut changes: BTreeMap<(&str, Option<&Arc<TableKey>>), Time<'a>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.run_is_done()) {
        let time = Time::of_step(step);
        changes
            .entry((&step.run, step.table.as_ref()))
            .and_modify(|change| {
                change.ms += time.ms;
                change.lock_hold_ms = change.lock_hold_ms.max(time.lock_hold_ms);
            })
            .or_insert(time);
    }
    let mut changes: Vec<_> = changes.into_values().collect();
    changes.sort_by_key(Time::at);
    changes
}

/// The table that a name means: the one of the latest time that fits, where there is one.
pub(crate) fn table_meant<'a>(
    times: &'a [Time<'_>],
    name: &crate::TableName,
    database: Option<&str>,
) -> Option<&'a Time<'a>> {
    times.iter().rev().find(|time| {
        let Some(key) = time.table() else { return false };
        let elsewhere = matches!((&key.database, database), (Some(mine), Some(asked)) if mine != asked);
        key.table.matches(name) && !elsewhere
    })
}

/// The median of bytes per row; none where no time knows both.
pub(crate) fn bytes_per_row(times: &[Time<'_>]) -> Option<f64> {
    median(times.iter().filter_map(|time| Some(time.bytes()? / time.rows()?)).collect())
}

/// Times as points for a model: what is measured is taken by `measure`, the pace of the machine before it by
/// `pace`.
pub(crate) fn points(
    times: &[Time<'_>],
    ends: &Ends,
    present: &Present,
    pace: &dyn Fn(&Time<'_>) -> f64,
    measure: fn(&Time<'_>) -> f64,
) -> Vec<Point> {
    let point = |time: &Time<'_>| {
        let standing = ends.standing(time.first, present);
        let table = time.table().filter(|_| standing.speaks_for_table).cloned();
        Point {
            log_ms: Point::log_of(measure(time)),
            size: Size::new(table, time.rows(), time.bytes()),
            at: time.at(),
            weight: standing.weight,
            pace: pace(time),
        }
    };
    times.iter().map(point).collect()
}

/// The whole time.
pub(crate) fn whole(time: &Time<'_>) -> f64 {
    time.ms
}

/// The time locks were held.
pub(crate) fn lock_hold(time: &Time<'_>) -> f64 {
    time.lock_hold_ms
}
