//! Rehearsing plans with memory, and the evidence that stays in the plan's folder.

use std::path::Path;

use model::{Fault, Progress};
use rehearse::{Options, Piece, Place, Rehearsal};
use remember::RehearsalRecord;

use crate::carry::warn;
use crate::context::Context;
use crate::{evidence, planfolder};

/// Rehearses a plan on a database that nobody else uses, remembers it, and leaves the evidence in the
/// plan's folder.
///
/// # Errors
/// Those of loading the plan and of [`rehearse::rehearse`]; `plan.folder` when the evidence cannot be written.
pub async fn rehearse(
    context: &Context,
    folder: &Path,
    place: Place<'_>,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Rehearsal, Fault> {
    let loaded = planfolder::load(folder)?;
    let piece = Piece { plan: &loaded.plan, from: &loaded.from, to: &loaded.to };
    let rehearsal = rehearse::rehearse(piece, place, options, progress).await?;
    let memory = context.memory()?;
    for receipt in &rehearsal.steps {
        warn(&memory.record_step(receipt));
    }
    warn(&memory.record_rehearsal(&record(&rehearsal)));
    evidence::write(folder, &rehearsal, confidence(&rehearsal))?;
    Ok(rehearsal)
}

fn record(rehearsal: &Rehearsal) -> RehearsalRecord {
    let phases = rehearsal.phases.iter().map(|phase| remember::RehearsedPhase {
        phase: phase.name,
        forward_ms: phase.forward_ms,
        back_ms: Some(phase.back_ms),
        undone: Some(phase.schema_restored && phase.rows_restored),
    });
    let rows = rehearsal.steps.iter().filter_map(|step| step.rows);
    RehearsalRecord {
        run: rehearsal.steps.first().map(|step| step.run.clone()).unwrap_or_default(),
        plan: rehearsal.plan.clone(),
        server_version: rehearsal.server_version,
        rows: rows.fold(None, |most: Option<f64>, rows| Some(most.map_or(rows, |most| most.max(rows)))),
        phases: phases.collect(),
        data_equal: Some(rehearsal.phases.iter().all(|phase| phase.rows_restored)),
        confidence: Some(confidence(rehearsal)),
        rehearsed_at: rehearsal.rehearsed_at,
    }
}

/// Each way back that was proved, and the way forward, is one success or failure; what was tried on empty
/// tables proves nothing.
pub fn confidence(rehearsal: &Rehearsal) -> f64 {
    let (successes, failures) = rehearsal.trials();
    remember::confidence(successes, failures)
}
