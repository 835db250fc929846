//! `lockkeeper status`, `pause`, `resume` and `abort`

use std::fmt::Write as _;

use apply::{Runner, Status};
use model::{Fault, rows_text};
use serde::Serialize;

use super::Ending;
use crate::answer;
use crate::args::{DatabaseArgs, ResumeArgs};
use crate::context::Context;
use crate::environments::{self, Place};

pub(super) async fn status(context: &Context, args: &DatabaseArgs) -> Result<Ending, Fault> {
    let place = environments::place(context, args.database.as_deref()).await?;
    let status = ::apply::status(&place.target).await?;
    answer::give(context.format, &Answer { place: &place, status: &status }, status_text)?;
    Ok(Ending::Clean)
}

/// What `status` answers.
#[derive(Serialize)]
struct Answer<'a> {
    place: &'a Place,
    #[serde(flatten)]
    status: &'a Status,
}

fn status_text(answer: &Answer<'_>) -> String {
    let place = answer.place;
    let mut out = format!(
        "{} is {} ({}), identity {}.\n",
        place.target,
        place.environment,
        place.because,
        place.identity.as_deref().unwrap_or("unknown: the role may not ask")
    );
    // Writing to a String cannot fail.
    let _ = write(answer.status, &mut out);
    out
}

fn write(status: &Status, out: &mut String) -> std::fmt::Result {
    if status.runs.is_empty() {
        return writeln!(out, "No run was ever made here.");
    }
    for run in &status.runs {
        let (direction, outcome) = (word(&run.direction), word(&run.outcome));
        writeln!(
            out,
            "run {} of plan {:.12}: {direction}, {outcome}, since {}",
            run.run, run.plan, run.started_at
        )?;
        if let Some(fault) = &run.fault {
            writeln!(out, "  {fault}")?;
        }
    }
    writeln!(out)?;
    for step in &status.steps {
        writeln!(out, "  {:48} {}", step.step, word(&step.state))?;
    }
    for fill in &status.backfills {
        let of = fill.rows.map_or(String::new(), |rows| format!(" of about {}", rows_text(rows)));
        let by = if fill.workers > 1 { format!(" by {} workers", fill.workers) } else { String::new() };
        let (table, rows, batches) = (&fill.table, fill.rows_filled, fill.batches);
        writeln!(out, "  backfill of {table}: {rows}{of} rows in {batches} batches{by}")?;
    }
    if let Some(waits) = &status.waits {
        let since = waits.since.map_or(String::new(), |since| format!(", since {since}"));
        writeln!(out, "\n{}{since}", waits.why)?;
    }
    match (&status.runner, &status.request) {
        (Some(runner), Some(request)) => writeln!(out, "\nAsked to {request}: {}", who(runner))?,
        (Some(runner), None) => writeln!(out, "\nAt work: {}", who(runner))?,
        (None, Some(request)) => writeln!(out, "\nNobody is at work; asked for: {request}")?,
        (None, None) => writeln!(out, "\nNobody is at work.")?,
    }
    Ok(())
}

/// The word that JSON has for it.
fn word<T: Serialize>(of: &T) -> String {
    let json = serde_json::to_value(of).unwrap_or_default();
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

fn who(runner: &Runner) -> String {
    let unknown = || "unknown".to_owned();
    format!(
        "pid {} ({}), from {}, since {}",
        runner.pid,
        runner.application.clone().unwrap_or_else(unknown),
        runner.client.clone().unwrap_or_else(|| "this machine".to_owned()),
        runner.since.clone().unwrap_or_else(unknown)
    )
}

pub(super) async fn pause(context: &Context, args: &DatabaseArgs) -> Result<Ending, Fault> {
    let runner = ::apply::pause(&context.database(args.database.as_deref())?).await?;
    answer::give(context.format, &runner, |runner| {
        format!("Asked {} to stop at the next safe point.\n", who(runner))
    })?;
    Ok(Ending::Clean)
}

pub(super) async fn resume(context: &Context, args: &ResumeArgs) -> Result<Ending, Fault> {
    let target = context.database(args.database.database.as_deref())?;
    let number = |value: Option<u32>| value.map(|value| value.to_string());
    let settings = [
        ("lock_patience_ms", number(args.lock_patience_ms)),
        ("batch_target_ms", number(args.batch_ms)),
        ("replica_lag_max_ms", number(args.replica_lag_ms)),
        ("ignore_archive", args.ignore_archive.clone()),
        ("wal_backlog_max_mb", number(args.wal_backlog_mb)),
        ("workers", number(args.workers)),
    ];
    for (name, value) in settings.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        ::apply::set(&target, name, value).await?;
    }
    let runner = ::apply::resume_request(&target).await?;
    answer::give(context.format, &runner, |runner| format!("{} may go on.\n", who(runner)))?;
    Ok(Ending::Clean)
}

pub(super) async fn abort(context: &Context, args: &DatabaseArgs) -> Result<Ending, Fault> {
    let said = ::apply::abort(&context.database(args.database.as_deref())?).await?;
    answer::give(context.format, &said, |said| format!("{said}\n"))?;
    Ok(Ending::Clean)
}
