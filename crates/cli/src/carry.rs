//! Carrying plans out: rehearse, apply and rollback with memory, as the commands and the demo share them.

use std::path::Path;

use apply::{ApplyOptions, RunFault, RunReport};
use connect::Target;
use model::{Direction, Fault, PhaseName, Plan, Progress};
use rehearse::LiveSchema;
use remember::{Memory, PredictionRecord, Recorded, TableName};

use crate::context::Context;
use crate::gates::Passed;
use crate::planfolder;

/// How far a plan is to be carried.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The last phase to do, or the last that stays on the way back.
    pub phase: Option<PhaseName>,
    /// The environment by its name; `unknown` where none is given.
    pub environment: Option<String>,
    /// What let the plan through.
    pub passed: Passed,
    /// Send nothing.
    pub dry_run: bool,
    /// How long a step may wait for its locks, in ms; none: as long as runs wait that nobody told.
    pub lock_patience_ms: Option<u64>,
    /// How many sessions fill a table at once; none: one.
    pub workers: Option<u32>,
}

/// Applies a plan, with its predictions written down before and its receipts after.
///
/// # Errors
/// Those of loading the plan and of [`apply::apply`].
pub async fn apply(
    context: &Context,
    folder: &Path,
    target: &Target,
    reach: &Reach,
    progress: &dyn Progress,
) -> Result<RunReport, Fault> {
    let plan = planfolder::load(folder)?.plan;
    let memory = context.memory()?;
    context.embed_in_background();
    let mut options = options(context, reach, &memory);
    options.until = reach.phase;
    let run = apply::apply(target, &plan, &LiveSchema, &mut options, progress).await;
    drop(options);
    let report = remembered(&memory, &plan, run)?;
    retain(context, &memory);
    Ok(report)
}

/// Takes a plan back, remembered like an apply.
///
/// # Errors
/// Those of loading the plan and of [`apply::rollback`].
pub async fn rollback(
    context: &Context,
    folder: &Path,
    target: &Target,
    reach: &Reach,
    progress: &dyn Progress,
) -> Result<RunReport, Fault> {
    let plan = planfolder::load(folder)?.plan;
    let memory = context.memory()?;
    let mut options = options(context, reach, &memory);
    let run = apply::rollback(target, &plan, reach.phase, &LiveSchema, &mut options, progress).await;
    drop(options);
    remembered(&memory, &plan, run)
}

fn options<'a>(context: &Context, reach: &Reach, memory: &'a Memory) -> ApplyOptions<'a> {
    let approval = reach.passed.approval.as_ref();
    let approved_by = approval.and_then(|approval| {
        let name = approval.name.as_deref()?;
        Some(format!("{name}, {}", approval.date.as_deref().unwrap_or("no date")))
    });
    let usual = ApplyOptions::default();
    ApplyOptions {
        lock_patience_ms: reach.lock_patience_ms.unwrap_or(usual.lock_patience_ms),
        workers: reach.workers.unwrap_or(usual.workers),
        approve: approval.map(|approval| approval.hash.clone()),
        approved_by,
        unrehearsed: reach.passed.unrehearsed.clone(),
        environment: reach.environment.clone().unwrap_or_else(|| "unknown".to_owned()),
        dry_run: reach.dry_run,
        stop: context.stop.clone(),
        on_receipt: Box::new(move |receipt| warn(&memory.record_step(receipt))),
        ..usual
    }
}

/// A run that failed is remembered as far as it came.
fn remembered(memory: &Memory, plan: &Plan, run: Result<RunReport, RunFault>) -> Result<RunReport, Fault> {
    let report = match &run {
        Ok(report) => Some(report),
        Err(failed) => failed.report.as_deref(),
    };
    if let Some(report) = report {
        remember(memory, plan, report);
    }
    Ok(run?)
}

/// The run itself, and what was predicted of its steps. The predictions are those of the plan, made before
/// the run; they are scored against the receipts of the same run.
fn remember(memory: &Memory, plan: &Plan, report: &RunReport) {
    if report.steps.is_empty() && report.script.is_empty() && report.receipt.finished_at.is_none() {
        return;
    }
    warn(&memory.record_run(&report.receipt));
    if report.receipt.direction == Direction::Back {
        return;
    }
    for receipt in &report.steps {
        let Some(step) = plan.steps.get(receipt.ordinal as usize) else { continue };
        warn(&memory.record_prediction(&PredictionRecord {
            run: receipt.run.clone(),
            ordinal: receipt.ordinal,
            operation: receipt.operation,
            recipe: receipt.recipe.clone(),
            table: receipt.table.as_ref().map(TableName::from),
            rows: receipt.rows,
            total_bytes: receipt.total_bytes,
            predicted: step.predicted.clone(),
            predicted_at: report.receipt.started_at,
        }));
    }
}

/// Forgets what is older than the settings want kept.
fn retain(context: &Context, memory: &Memory) {
    let Some(days) = context.config.memory.retention_days else { return };
    if let Err(fault) = memory.retain_days(days) {
        anstream::eprintln!("warning: what is older than {days} days could not be forgotten: {fault}");
    }
}

/// A memory that fails never fails a migration; it is said.
pub fn warn(recorded: &Recorded) {
    if let Some(warning) = recorded.warning() {
        anstream::eprintln!("warning: {warning}");
    }
}
