//! What the ledger counts up to, for people.

use std::fmt::{Result, Write as _};

use model::{ms_text, rows_text};
use remember::{ActivityTimes, Hindsight, Measured, Scores, Statistics, Threshold};

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
    writeln!(out, "{} attempts of steps since {:.10}", statistics.steps, since.to_string())?;
    section(out, "Times: the whole step, how long its locks were held", &statistics.times, times)?;
    section(out, "Index builds", &statistics.index_builds, |out, rate| {
        let place = match (&rate.database, rate.rehearsal) {
            (_, true) => "on throwaway servers".to_owned(),
            (Some(database), false) => format!("on {database}"),
            (None, false) => "on a database that is not known".to_owned(),
        };
        let Measured { n, p10, p50, p90 } = rate.mb_per_s;
        writeln!(out, "  {p50:.0} MB/s ({p10:.0} to {p90:.0}) {place}, {n} builds")
    })?;
    section(out, "When tables are free", &statistics.lock_patterns, |out, pattern| {
        writeln!(out, "  {} ({} attempts)", pattern.text, pattern.n)
    })?;
    section(out, "Constraints that rows broke", &statistics.constraint_failures, |out, failures| {
        let words = failures.meaning.map(|words| format!(", {words}")).unwrap_or_default();
        writeln!(out, "  {} {} times: {}{words}", failures.table, failures.n, failures.sqlstate)
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
            "  {operation} by {recipe}: {good} done, {bad} failed, {late} without their lock; confidence {:.0}",
            strategy.confidence
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
    writeln!(out, "    {}{held}; {} steps of {runs} runs{told}", spread(ms), ms.n)
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
    let Threshold { activity, table, budget_ms, n, .. } = threshold;
    let rows = rows_text(threshold.rows.unwrap_or(f64::NAN));
    writeln!(out, "  {table}: {rows} rows for {activity}, budget {} ({n} measured)", ms_text(*budget_ms))
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
