//! From observations to an answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use model::{bytes_text, rows_text};

use super::times::{Time, bytes_per_row, lock_hold, of_changes, points, table_meant, whole};
use super::{Foretold, PredictQuery};
use crate::statistics::{Ends, Observation, Paces, Present, TIMES_MAX};
use crate::timing::{Forecaster, Point, Size, TableKey, TimeModel};

/// The runs an answer names.
const RUNS_NAMED: usize = 10;

/// Tells from observations in the order of time, as of a moment.
pub(crate) fn foretell(
    observations: &[Observation],
    (ends, paces): (&Ends, &Paces),
    query: &PredictQuery,
    at: Timestamp,
) -> Foretold {
    let mut fitting: Vec<&Observation> = observations.iter().filter(|one| is_asked_for(one, query)).collect();
    let last = fitting.last().map(|last| last.activity.recipe.clone());
    let Some(recipe) = query.recipe.clone().or(last) else {
        return Foretold::unknown(None, format!("no {} has run to its end yet", query.operation));
    };
    fitting.retain(|one| one.activity.recipe == recipe);
    let mut times = match query.phase {
        Some(_) => fitting.into_iter().map(Time::of_step).collect(),
        None => of_changes(&fitting),
    };
    times.drain(..times.len().saturating_sub(TIMES_MAX));
    if times.is_empty() {
        let basis = format!("no {} by {recipe} has run to its end yet", query.operation);
        return Foretold::unknown(Some(recipe), basis);
    }
    Asked::of(query, &times, at).answer(&times, (ends, paces), recipe)
}

fn is_asked_for(one: &Observation, query: &PredictQuery) -> bool {
    let activity = &one.activity;
    one.is_done()
        && activity.operation == query.operation
        && activity.direction == query.direction
        && query.phase.is_none_or(|phase| activity.phase == phase)
        && query.lock.is_none_or(|lock| activity.lock == Some(lock))
}

/// A query with what history adds to it.
struct Asked {
    table: Option<Arc<TableKey>>,
    rows: Option<f64>,
    bytes: Option<f64>,
    present: Present,
}

impl Asked {
    fn of(query: &PredictQuery, times: &[Time<'_>], at: Timestamp) -> Self {
        let name = query.table.as_ref();
        let seen = name.and_then(|name| table_meant(times, name, query.database.as_deref()));
        let rows = query.rows.or_else(|| seen.and_then(Time::rows));
        let wide =
            || seen.and_then(|seen| Some(seen.bytes()? / seen.rows()?)).or_else(|| bytes_per_row(times));
        let bytes = query.total_bytes.or_else(|| match query.rows {
            None => seen.and_then(Time::bytes),
            Some(rows) => Some(rows * wide()?),
        });
        let (server_major, database) = (query.server_major, query.database.clone());
        let present = Present { at, server_major, database, rows };
        Self { table: seen.and_then(Time::table).cloned(), rows, bytes, present }
    }

    fn answer(&self, times: &[Time<'_>], (ends, paces): (&Ends, &Paces), recipe: String) -> Foretold {
        let size = Size::new(self.table.clone(), self.rows, self.bytes);
        let pace_then = |time: &Time<'_>| paces.before_step(time.observation(), None);
        let ms_points = points(times, ends, &self.present, &pace_then, whole);
        let hold_points = points(times, ends, &self.present, &pace_then, lock_hold);
        let pace = paces.before(self.present.at, self.present.database.as_deref(), None);
        let tell = |points: &[Point]| Forecaster::for_size(points, &size, self.present.at)?.tell(&size, pace);
        let ms = tell(&ms_points);
        let runs: BTreeSet<&Arc<str>> = times.iter().map(Time::run).collect();
        let newest = times.iter().rev().map(|time| time.run().to_string());
        let mut named: Vec<String> = Vec::new();
        newest.for_each(|run| {
            if named.len() < RUNS_NAMED && !named.contains(&run) {
                named.push(run)
            }
        });
        let hold = tell(&hold_points).map(|(_, hold)| hold);
        Foretold {
            ms: ms.map(|(_, ms)| ms),
            // Told by itself, but no lock is held for longer than its step takes.
            lock_hold_ms: hold.map(|hold| ms.map_or(hold, |(_, ms)| hold.at_most(&ms))),
            n: times.len(),
            basis: self.basis(&ms_points, runs.len(), ms.map(|(model, _)| model), pace),
            recipe: Some(recipe),
            model: ms.map(|(model, _)| model),
            runs: named,
        }
    }

    /// `12 earlier runs, 3 on this table of 5.0 M rows; told by its size in bytes`.
    fn basis(&self, points: &[Point], runs: usize, model: Option<TimeModel>, pace: f64) -> String {
        let own = points.iter().filter(|point| is_own(point, self.table.as_ref())).count();
        let plural = if runs == 1 { "" } else { "s" };
        let mut basis = format!("{runs} earlier run{plural}, {own} on this table");
        match (self.rows, self.bytes) {
            (Some(rows), _) => basis.push_str(&format!(" of {} rows", rows_text(rows))),
            (None, Some(bytes)) => basis.push_str(&format!(" of {}", bytes_text(bytes))),
            (None, None) => basis.push_str(", its size unknown"),
        }
        if let Some(model) = model {
            basis.push_str(&format!("; told by {model}"));
        }
        if pace != 0.0 {
            let than_usual = if pace > 0.0 { "longer" } else { "shorter" };
            let factor = pace.abs().exp();
            basis.push_str(&format!("; the latest steps took {factor:.1} times {than_usual} than usual"));
        }
        basis
    }
}

fn is_own(point: &Point, table: Option<&Arc<TableKey>>) -> bool {
    table.is_some() && point.size.table.as_ref() == table
}
