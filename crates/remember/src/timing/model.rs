//! The time models there are. Which one is used is decided by backtest, never by taste.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::fit::Line;
use super::growth::Growth;
use super::point::{Point, Size, TableKey};

/// How much the run before counts beside the latest, in what is learned of one table.
const TABLE_MEMORY: f64 = 0.6;

/// How many runs it takes until a table is believed to be half as different as it looks.
const TABLE_DOUBT: f64 = 0.3;

/// How much the step before counts beside the latest, in how slow the machine is of late.
const DRIFT_MEMORY: f64 = 0.75;

/// How many steps it takes until the machine is believed to be half as slow as it looks.
const DRIFT_DOUBT: f64 = 2.0;

/// A way to tell a time from earlier times. The first two are the baselines to beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeModel {
    /// As long as the last run on this table.
    LastRun,
    /// The median of ms per row, times rows.
    MsPerRow,
    /// A power of the table's bytes.
    LogBytes,
    /// A power of its rows and a power of its bytes.
    LogRowsAndBytes,
    /// The last run on this table, scaled by how much it has grown.
    LastRunScaled,
    /// Powers of rows and bytes, shifted by how this table differs.
    TableAndSize,
    /// Powers of rows and bytes, shifted by how the latest steps differ.
    LatestAndSize,
}

impl TimeModel {
    /// Every model; those first that did best over all activities of Lockkeeper's own runs.
    pub const ALL: [Self; 7] = [
        Self::LogRowsAndBytes,
        Self::LogBytes,
        Self::TableAndSize,
        Self::LatestAndSize,
        Self::LastRunScaled,
        Self::LastRun,
        Self::MsPerRow,
    ];

    /// The model in words, as a basis names it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::LastRun => "the last run on this table",
            Self::MsPerRow => "ms per row",
            Self::LogBytes => "its size in bytes",
            Self::LogRowsAndBytes => "its rows and bytes",
            Self::LastRunScaled => "the last run on this table, scaled by its growth",
            Self::TableAndSize => "its rows and bytes, and earlier runs on this table",
            Self::LatestAndSize => "its rows and bytes, and the latest steps",
        }
    }

    /// Whether it tells different times for different sizes.
    pub(crate) const fn goes_by_size(self) -> bool {
        !matches!(self, Self::LastRun)
    }

    /// The same on a machine of this pace. What a model has seen of it already is not counted twice.
    pub(crate) fn predict_at(self, history: &[&Point], size: &Size, pace: f64) -> Option<f64> {
        let told = self.predict(history, size)?;
        let paced = if pace == 0.0 { None } else { usual(history, size).map(|usual| usual + pace) };
        Some(match paced {
            Some(paced) if pace > 0.0 => told.max(paced),
            Some(paced) => told.min(paced),
            None => told,
        })
    }

    /// The logarithm of the time at a size, told from a history in the order of time; none where the
    /// history does not allow this model.
    pub(crate) fn predict(self, history: &[&Point], size: &Size) -> Option<f64> {
        match self {
            Self::LastRun => Some(last_of(history, size)?.log_ms),
            Self::MsPerRow => ms_per_row(history, size),
            Self::LogBytes => Some(bytes_line(history)?.at([size.log_bytes?])),
            Self::LogRowsAndBytes => usual(history, size),
            Self::LastRunScaled => last_run_scaled(history, size),
            Self::TableAndSize => table_and_size(history, size),
            Self::LatestAndSize => latest_and_size(history, size),
        }
    }
}

/// The logarithm of the time that rows and bytes alone tell; none where the history does not allow it.
pub(crate) fn usual(history: &[&Point], size: &Size) -> Option<f64> {
    Some(size_line(history)?.at(rows_and_bytes(size)?))
}

impl fmt::Display for TimeModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// The latest point of the table that is asked for, that invalidation left anything of.
fn last_of<'a>(history: &[&'a Point], size: &Size) -> Option<&'a Point> {
    let table = size.table.as_ref()?;
    history.iter().rev().find(|point| is_of(point, table) && point.weight > 0.0).copied()
}

fn is_of(point: &Point, table: &Arc<TableKey>) -> bool {
    point.size.table.as_ref() == Some(table)
}

fn ms_per_row(history: &[&Point], size: &Size) -> Option<f64> {
    let per_row = history.iter().filter_map(|point| Some(point.log_ms - point.size.log_rows?));
    Some(median(per_row.collect())? + size.log_rows?)
}

fn bytes_line(history: &[&Point]) -> Option<Line<1>> {
    let sample = |point: &&Point| Some(([point.size.log_bytes?], point.log_ms, point.weight));
    Line::fit(&history.iter().filter_map(sample).collect::<Vec<_>>(), Growth::of(history).belief())
}

fn size_line(history: &[&Point]) -> Option<Line<2>> {
    let sample = |point: &&Point| Some((rows_and_bytes(&point.size)?, point.log_ms, point.weight));
    Line::fit(&history.iter().filter_map(sample).collect::<Vec<_>>(), Growth::of(history).belief())
}

fn rows_and_bytes(size: &Size) -> Option<[f64; 2]> {
    Some([size.log_rows?, size.log_bytes?])
}

fn last_run_scaled(history: &[&Point], size: &Size) -> Option<f64> {
    let last = last_of(history, size)?;
    let line = size_line(history)?;
    let growth = line.at(rows_and_bytes(size)?) - line.at(rows_and_bytes(&last.size)?);
    Some(last.log_ms + growth)
}

fn table_and_size(history: &[&Point], size: &Size) -> Option<f64> {
    let line = size_line(history)?;
    let residual =
        |point: &&Point| Some((point.log_ms - line.at(rows_and_bytes(&point.size)?), point.weight));
    let own = |point: &&&Point| size.table.as_ref().is_some_and(|table| is_of(point, table));
    let table = faded_mean(history.iter().rev().filter(own).filter_map(residual), TABLE_MEMORY, TABLE_DOUBT);
    Some(line.at(rows_and_bytes(size)?) + table)
}

fn latest_and_size(history: &[&Point], size: &Size) -> Option<f64> {
    let line = size_line(history)?;
    let residual =
        |point: &&Point| Some((point.log_ms - line.at(rows_and_bytes(&point.size)?), point.weight));
    let drift = faded_mean(history.iter().rev().filter_map(residual), DRIFT_MEMORY, DRIFT_DOUBT);
    Some(line.at(rows_and_bytes(size)?) + drift)
}

/// The mean of values with weights, the first counting most, drawn towards 0 by doubt.
fn faded_mean(values: impl Iterator<Item = (f64, f64)>, memory: f64, doubt: f64) -> f64 {
    let (mut sum, mut total, mut fade) = (0.0, 0.0, 1.0);
    for (value, weight) in values {
        sum += fade * weight * value;
        total += fade * weight;
        fade *= memory;
    }
    sum / (total + doubt)
}

/// The middle value; none of no values.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}
