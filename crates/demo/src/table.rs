//! Puts what was measured into the report's tables.

use std::collections::BTreeMap;

use model::{Assessment, Effect, LockMode, PhaseName, Plan, RunOutcome, Step, StepOutcome, StepReceipt};
use traffic::{Rate, TrafficReport};

use crate::migration::{Acts, Timed};
use crate::report::*;

/// Every step as it was predicted and as it went.
pub(crate) fn steps(plan: &Plan, receipts: &[StepReceipt]) -> Vec<StepReport> {
    let of_step = |step: &Step| {
        let own: Vec<&StepReceipt> = receipts.iter().filter(|receipt| receipt.step == step.id).collect();
        let sum = |value: fn(&StepReceipt) -> f64| tenth(own.iter().map(|receipt| value(receipt)).sum());
        StepReport {
            id: step.id.clone(),
            phase: step.phase,
            title: step.title.clone(),
            lock: strongest(&step.effect),
            blocks: step.blocks_reads || step.blocks_writes,
            predicted_ms: step.predicted.ms,
            ms: sum(|receipt| receipt.execution_ms),
            predicted_lock_hold_ms: step.predicted.lock_hold_ms,
            lock_hold_ms: tenth(own.iter().map(|receipt| receipt.lock_hold_ms).fold(0.0, f64::max)),
            lock_wait_ms: sum(|receipt| receipt.lock_wait_ms),
            lock_tries: own.iter().map(|receipt| receipt.lock_tries).sum(),
        }
    };
    plan.steps.iter().map(of_step).collect()
}

/// A lock that a reader or writer could notice.
fn strongest(effect: &Effect) -> Option<String> {
    let strongest = effect.strongest().filter(|lock| lock.mode > LockMode::RowExclusiveLock);
    strongest.map(|lock| lock.mode.sql().to_owned())
}

/// The phases that have steps, in order.
pub(crate) fn phases(steps: &[StepReport]) -> Vec<PhaseReport> {
    let of_phase = |name: PhaseName| {
        let own: Vec<&StepReport> = steps.iter().filter(|step| step.phase == name).collect();
        let blocking = own.iter().filter(|step| step.blocks);
        (!own.is_empty()).then(|| PhaseReport {
            name,
            ms: tenth(own.iter().map(|step| step.ms).sum()),
            lock_hold_ms: blocking.map(|step| step.lock_hold_ms).fold(0.0, f64::max),
            lock_wait_ms: own.iter().map(|step| step.lock_wait_ms).fold(0.0, f64::max),
        })
    };
    PhaseName::ALL.into_iter().filter_map(of_phase).collect()
}

/// Whether the run that was killed went on from where it was: every step of the plan is done, and none
/// that was behind the kill was done a second time.
pub(crate) fn was_resumed(plan: &Plan, acts: &Acts) -> bool {
    let killed_at = plan.steps.iter().position(|step| step.id == acts.killed.step);
    let Some(killed_at) = killed_at else { return false };
    let done = |id: &str| {
        let receipts = &acts.resume.run.steps;
        receipts.iter().any(|receipt| receipt.step == id && receipt.outcome == StepOutcome::Done)
    };
    let repeated = plan.steps[..killed_at].iter().any(|step| done(&step.id));
    let arrived = [RunOutcome::Done, RunOutcome::Paused].contains(&acts.resume.run.outcome);
    arrived && !repeated
}

/// One run in a few numbers.
pub(crate) fn run(timed: &Timed) -> RunReport {
    let count = |outcome| timed.run.steps.iter().filter(|receipt| receipt.outcome == outcome).count();
    RunReport {
        ms: timed.ms,
        outcome: timed.run.outcome,
        steps_done: count(StepOutcome::Done),
        steps_already_done: count(StepOutcome::AlreadyDone),
    }
}

/// The changes as a direct push makes them.
pub(crate) fn changes(assessment: &Assessment) -> Vec<ChangeReport> {
    let of_change = |change: &model::AssessedChange| ChangeReport {
        operation: change.operation,
        object: change.object.clone(),
        category: change.category,
        risk: change.risk.score,
        level: change.risk.level,
    };
    assessment.changes.iter().map(of_change).collect()
}

/// What a direct push does.
pub(crate) fn push(assessment: &Assessment, measured: Option<Statements>) -> PushReport {
    PushReport {
        category: assessment.category,
        risk: assessment.risk.score,
        level: assessment.risk.level,
        red_flags: assessment.red_flags.iter().map(|flag| flag.message.clone()).collect(),
        measured,
    }
}

/// The plan in a few words.
pub(crate) fn plan(plan: &Plan, folder: Option<String>) -> PlanReport {
    PlanReport {
        hash: plan.hash().to_string(),
        steps: plan.steps.len(),
        risk: plan.risk_after.score,
        level: plan.risk_after.level,
        notes: plan.notes.clone(),
        folder,
    }
}

/// What the application felt before and during the migration.
pub(crate) fn application(rate: Rate, before: &TrafficReport, during: &[TrafficReport]) -> ApplicationReport {
    let reports: Vec<&TrafficReport> = std::iter::once(before).chain(during).collect();
    let windows = reports.iter().flat_map(|report| &report.windows);
    let mut writes = BTreeMap::new();
    for (table, counts) in reports.iter().flat_map(|report| &report.acknowledged) {
        *writes.entry(table.clone()).or_default() += counts.inserted + counts.updated + counts.deleted;
    }
    ApplicationReport {
        rate,
        windows: windows.map(WindowSummary::of).collect(),
        failures: reports.iter().flat_map(|report| report.total.failed.clone()).collect(),
        writes,
    }
}
