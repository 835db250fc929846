//! What the ledger counts up to, for people.

use std::fmt::{Result, Write as _};

use model::{ms_text, rows_text};
use remember::{ActivityTimes, Hindsight, LockHour, Measured, Scores, Statistics, Threshold};

use crate::answer::heading;

/// The statistics, a line for each thing that is known; what nothing is known of is left out.
pub(super) fn text(statistics: &Statistics) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(statistics, &mut out);
    out
}

fn write(statistics: &Statistics, out: &mut String) -> Result {
    let Some(since) = statistics.since else { return writeln!(out, "Nothing has run yet.") };
    writeln!(out, "Attempts of steps since {:.10}: {}", since.to_string(), statistics.steps)?;
    section(out, "Times: the whole step, how long its locks were held", &statistics.times, times)?;
    section(out, "Index builds", &statistics.index_builds, |out, rate| {
        let place = match (&rate.database, rate.rehearsal) {
            (_, true) => "on throwaway servers".to_owned(),
            (Some(database), false) => format!("on {database}"),
            (None, false) => "on a database that is not known".to_owned(),
        };
        let Measured { n, p10, p50, p90 } = rate.mb_per_s;
        let runs = last_run(&rate.rests_on);
        writeln!(out, "  {p50:.0} MB/s ({p10:.0} to {p90:.0}) {place}; builds {n}, runs {}{runs}", rate.runs)
    })?;
    section(out, "Locks by hour of day (UTC)", &statistics.lock_hours, lock_hour)?;
    section(out, "When tables are free", &statistics.lock_patterns, |out, pattern| {
        let runs = last_run(&pattern.rests_on);
        writeln!(out, "  {} (attempts {}{runs})", pattern.text, pattern.n)
    })?;
    section(out, "Constraints that rows broke", &statistics.constraint_failures, |out, failures| {
        let words = failures.meaning.map(|words| format!(", {words}")).unwrap_or_default();
        let times = if failures.n == 1 { "once".to_owned() } else { format!("{} times", failures.n) };
        let runs = last_run(&failures.runs[failures.runs.len().saturating_sub(1)..]);
        writeln!(out, "  {} {times}: {}{words}{runs}", failures.table, failures.sqlstate)
    })?;
    let known: Vec<&Threshold> = statistics.thresholds.iter().filter(|known| known.rows.is_some()).collect();
    section(out, "Rows from which on one lock in ten is held too long", &known, |out, known| {
        threshold(out, known)
    })?;
    section(out, "Strategies", &statistics.strategies, |out, strategy| {
        let (good, bad, late) = (strategy.successes, strategy.failures, strategy.lock_timeouts);
        let (operation, recipe) = (&strategy.operation, &strategy.recipe);
        writeln!(
            out,
            "  {operation} by {recipe}: {good} done, {bad} failed, {late} without their lock; confidence {:.0}{}",
            strategy.confidence,
            last_run(&strategy.rests_on)
        )
    })?;
    statistics.predictions.iter().try_for_each(|scores| predictions(out, scores))
}

fn section<T>(
    out: &mut String,
    title: &str,
    things: &[T],
    line: impl Fn(&mut String, &T) -> Result,
) -> Result {
    if things.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", heading(title))?;
    things.iter().try_for_each(|thing| line(out, thing))
}

fn times(out: &mut String, times: &ActivityTimes) -> Result {
    let ActivityTimes { activity, ms, lock_hold_ms, runs, known_table, .. } = times;
    writeln!(out, "  {activity}")?;
    let held =
        if lock_hold_ms.p90 > 0.0 { format!("; held {}", spread(lock_hold_ms)) } else { String::new() };
    let told = known_table.map(hindsight).unwrap_or_default();
    let last = last_run(&times.rests_on);
    writeln!(out, "    {}{held}; steps {}, runs {runs}{told}{last}", spread(ms), ms.n)
}

/// One table in one hour.
fn lock_hour(out: &mut String, hour: &LockHour) -> Result {
    let LockHour { table, hour_utc, attempts, timeouts, lock_wait_ms, .. } = hour;
    let late = if *timeouts == 0 { String::new() } else { format!(", {timeouts} without their lock") };
    let others = hour
        .longest_transaction_ms
        .map(|ages| format!("; longest other transaction {}", spread(&ages)))
        .unwrap_or_default();
    let last = last_run(&hour.rests_on);
    let waited = spread(lock_wait_ms);
    writeln!(out, "  {table} {hour_utc:02}:00: waited {waited}; attempts {attempts}{late}{others}{last}")
}

/// The newest run that something rests on; all of them are in the answer as JSON.
fn last_run(rests_on: &[String]) -> String {
    rests_on.first().map(|run| format!("; last run {run}")).unwrap_or_default()
}

fn spread(measured: &Measured) -> String {
    format!("{} ({} to {})", ms_text(measured.p50), ms_text(measured.p10), ms_text(measured.p90))
}

fn hindsight(hindsight: Hindsight) -> String {
    match hindsight.median_error_percent {
        Some(error) => format!("; told by {}, {error:.0} % off in the median", hindsight.model),
        None => String::new(),
    }
}

fn threshold(out: &mut String, threshold: &Threshold) -> Result {
    let Threshold { activity, table, budget_ms, n, n_table, .. } = threshold;
    let (rows, last) = (rows_text(threshold.rows.unwrap_or(f64::NAN)), last_run(&threshold.rests_on));
    let budget = ms_text(*budget_ms);
    writeln!(
        out,
        "  {table}: {rows} rows for {activity}, budget {budget} ({n} measured, {n_table} on this table{last})"
    )
}

fn predictions(out: &mut String, scores: &Scores) -> Result {
    let percent = |share: f64| 100.0 * share;
    writeln!(
        out,
        "\n{}\n  {} scored: {:.0} % off in the median, {:.0} % within a factor of two, {:.0} % within their interval (80 % \
         would be right)",
        heading("Predictions"),
        scores.n,
        scores.median_error_percent,
        percent(scores.within_2x),
        percent(scores.within_interval),
    )
}
