//! `lockkeeper status`, `pause`, `resume` and `abort`

use std::fmt::Write as _;

use apply::{Runner, Status};
use model::Fault;
use serde::Serialize;

use super::Ending;
use crate::answer;
use crate::args::DatabaseArgs;
use crate::context::Context;

pub(super) async fn status(context: &Context, args: &DatabaseArgs) -> Result<Ending, Fault> {
    let target = context.database(args.database.as_deref())?;
    let status = ::apply::status(&target).await?;
    answer::give(context.format, &status, status_text)?;
    Ok(Ending::Clean)
}

fn status_text(status: &Status) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(status, &mut out);
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
        writeln!(out, "  backfill of {}: {} rows in {} batches", fill.table, fill.rows_filled, fill.batches)?;
    }
    match (&status.runner, &status.request) {
        (Some(runner), _) => writeln!(out, "\nAt work: {}", who(runner))?,
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

pub(super) async fn resume(context: &Context, args: &DatabaseArgs) -> Result<Ending, Fault> {
    let runner = ::apply::resume_request(&context.database(args.database.as_deref())?).await?;
    answer::give(context.format, &runner, |runner| format!("{} may go on.\n", who(runner)))?;
    Ok(Ending::Clean)
}

pub(super) async fn abort(context: &Context, args: &DatabaseArgs) -> Result<Ending, Fault> {
    let said = ::apply::abort(&context.database(args.database.as_deref())?).await?;
    answer::give(context.format, &said, |said| format!("{said}\n"))?;
    Ok(Ending::Clean)
}
