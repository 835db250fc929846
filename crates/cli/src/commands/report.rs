//! A run's report as text.

use std::fmt::Write as _;

use apply::RunReport;
use model::{StepOutcome, ms_text};

pub(super) fn text(report: &RunReport) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &RunReport, out: &mut String) -> std::fmt::Result {
    for step in &report.script {
        writeln!(out, "-- {}: {}", step.step, step.title)?;
        for sql in &step.sends {
            writeln!(out, "{sql};")?;
        }
    }
    for step in report.steps.iter().filter(|step| step.outcome != StepOutcome::LockTimeout) {
        let outcome = match step.outcome {
            StepOutcome::Done => "done",
            StepOutcome::AlreadyDone => "was done",
            // Cancelled because somebody wanted out.
            StepOutcome::Failed if step.sqlstate.as_deref() == Some("57014") => "stopped",
            StepOutcome::Failed => "failed",
            StepOutcome::LockTimeout => "waits",
        };
        let rows = if step.rows_filled > 0 { format!(", {} rows", step.rows_filled) } else { String::new() };
        writeln!(
            out,
            "  {:8} {:48} {:>9}  (locks held {}, waited {}{rows})",
            outcome,
            step.step,
            ms_text(step.execution_ms),
            ms_text(step.lock_hold_ms),
            ms_text(step.lock_wait_ms)
        )?;
    }
    let stall = |ms: Option<f64>| ms.map_or("not measured".to_owned(), ms_text);
    if !report.steps.is_empty() {
        writeln!(
            out,
            "In {}. Longest blocking lock held {}, waited for {}; worst stall of a read {}, of a write {}.",
            ms_text(report.total_ms),
            ms_text(report.lock_hold_ms_max),
            ms_text(report.lock_wait_ms_max),
            stall(report.stall.read_ms),
            stall(report.stall.write_ms)
        )?;
    }
    writeln!(out, "{}", report.message)
}
