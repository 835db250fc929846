//! Carrying plans out: rehearse, apply and rollback with memory, as the commands and the demo share them.

use std::path::Path;

use apply::{ApplyOptions, RunReport};
use connect::Target;
use model::{Direction, Fault, Fingerprint, PhaseName, Plan, Progress};
use rehearse::{LiveSchema, Rehearsal};
use remember::{Memory, PredictionRecord, Recorded, RehearsalRecord, TableName};

use crate::context::Context;
use crate::planfolder;

/// How far a plan is to be carried.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The last phase to do, or the last that stays on the way back.
    pub phase: Option<PhaseName>,
    /// The hash that was approved.
    pub approve: Option<Fingerprint>,
    /// Send nothing.
    pub dry_run: bool,
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
    let mut options = options(context, target, reach, &memory);
    options.until = reach.phase;
    let report = apply::apply(target, &plan, &LiveSchema, &mut options, progress).await?;
    drop(options);
    remember(&memory, &plan, &report);
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
    let mut options = options(context, target, reach, &memory);
    let report = apply::rollback(target, &plan, reach.phase, &LiveSchema, &mut options, progress).await?;
    drop(options);
    remember(&memory, &plan, &report);
    Ok(report)
}

fn options<'a>(context: &Context, target: &Target, reach: &Reach, memory: &'a Memory) -> ApplyOptions<'a> {
    let (environment, approval_required) = context.environment(target);
    ApplyOptions {
        approve: reach.approve.clone(),
        approval_required,
        environment,
        dry_run: reach.dry_run,
        stop: context.stop.clone(),
        on_receipt: Box::new(move |receipt| warn(&memory.record_step(receipt))),
        ..ApplyOptions::default()
    }
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
fn warn(recorded: &Recorded) {
    if let Some(warning) = recorded.warning() {
        anstream::eprintln!("warning: {warning}");
    }
}

/// Rehearses a plan on a database that nobody else uses, and remembers it.
///
/// # Errors
/// Those of loading the plan and of [`rehearse::rehearse`].
pub async fn rehearse(
    context: &Context,
    folder: &Path,
    copy: &Target,
    progress: &dyn Progress,
) -> Result<Rehearsal, Fault> {
    let loaded = planfolder::load(folder)?;
    let rehearsal = rehearse::rehearse(&loaded.plan, &loaded.from, copy, &context.stop, progress).await?;
    let memory = context.memory()?;
    for receipt in &rehearsal.steps {
        warn(&memory.record_step(receipt));
    }
    warn(&memory.record_rehearsal(&record(&rehearsal)));
    Ok(rehearsal)
}

fn record(rehearsal: &Rehearsal) -> RehearsalRecord {
    let phases = rehearsal.phases.iter().map(|phase| remember::RehearsedPhase {
        phase: phase.name,
        forward_ms: phase.forward_ms,
        back_ms: Some(phase.back_ms),
        undone: Some(phase.schema_restored && phase.rows_restored),
    });
    let rows = rehearsal
        .steps
        .iter()
        .filter_map(|step| step.rows)
        .fold(None, |most: Option<f64>, rows| Some(most.map_or(rows, |most| most.max(rows))));
    RehearsalRecord {
        run: rehearsal.steps.first().map(|step| step.run.clone()).unwrap_or_default(),
        plan: rehearsal.plan.clone(),
        server_version: rehearsal.server_version,
        rows,
        phases: phases.collect(),
        data_equal: Some(rehearsal.phases.iter().all(|phase| phase.rows_restored)),
        confidence: Some(confidence(rehearsal)),
        rehearsed_at: jiff::Timestamp::now(),
    }
}

/// Each way back that was proved, and the way forward, is one success or failure.
pub fn confidence(rehearsal: &Rehearsal) -> f64 {
    let proved = rehearsal.phases.iter().map(|phase| phase.schema_restored && phase.rows_restored);
    let outcomes: Vec<bool> = proved.chain(std::iter::once(rehearsal.arrived)).collect();
    let successes = outcomes.iter().filter(|success| **success).count();
    remember::confidence(successes as u64, (outcomes.len() - successes) as u64)
}
