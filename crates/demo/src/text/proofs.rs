//! What was proved, as a part of the page.

use model::{count_text, ms_text};

use super::lines::wrapped;
use crate::GateReport;
use crate::report::*;

pub(super) fn proofs(report: &Report) -> String {
    let mut text = "What was proved\n".to_owned();
    let mut line = |holds: bool, what: String| {
        text.push_str(&wrapped(if holds { "  yes " } else { "  NO  " }, &what));
    };
    let rehearsal = &report.rehearsal;
    let confidence = rehearsal.result.confidence.map(|earned| format!(", confidence {earned:.0}"));
    line(
        rehearsal.result.arrived && rehearsal.result.rolled_back,
        format!("rehearsed forward and back in {}{}", ms_text(rehearsal.ms), confidence.unwrap_or_default()),
    );
    let killed = &report.killed;
    line(
        report.resumed,
        format!(
            "killed (signal {}) {} into \"{}\", resumed to the end in {}",
            killed.signal,
            ms_text(killed.into_step_ms),
            killed.title,
            ms_text(report.resume.ms)
        ),
    );
    line(
        report.rolled_back,
        format!("rolled back in {}, to the schema of the start", ms_text(report.rollback.ms)),
    );
    if let Some(gate) = &report.gate {
        line(gate.tries > 0, gate_text(gate));
    }
    for proof in &report.proofs {
        line(proof.holds, proof.what.clone());
    }
    line(report.differences.is_empty(), "the live schema equals the wanted one".to_owned());
    for (holds, what) in accounts(report) {
        line(holds, what);
    }
    for difference in &report.differences {
        text.push_str(&wrapped("      ", difference));
    }
    let (memory, receipts) = (&report.memory, count_text(report.memory.receipts));
    let remembered = format!("{receipts} receipts in {}: {}", memory.place.display(), memory.command);
    text.push_str(&wrapped("  ", &remembered));
    text
}

fn gate_text(gate: &GateReport) -> String {
    let said = gate.refused.as_ref().map(|refused| format!(" It did not open for old code: \"{refused}\"."));
    format!(
        "the gate before {} opened for new code, tried {} times.{}",
        gate.before,
        gate.tries,
        said.unwrap_or_default()
    )
}

/// The rows of every table, before and after.
fn accounts(report: &Report) -> Vec<(bool, String)> {
    let audit = &report.audit;
    let tables = audit.tables.values();
    let sum = |of: fn(&traffic::TableAudit) -> u64| count_text(tables.clone().map(of).sum());
    let rows = format!(
        "{} rows + {} inserted - {} deleted = {} expected, {} found, {} lost",
        sum(|table| table.rows_before),
        sum(|table| table.inserted),
        sum(|table| table.deleted),
        sum(|table| table.rows_expected),
        sum(|table| table.rows_found),
        count_text(report.rows_lost)
    );
    let values = format!(
        "{} rows hold the last value that was acknowledged, {} do not; no other row was altered",
        sum(|table| table.updated - table.values_lost.min(table.updated)),
        count_text(audit.values_lost)
    );
    let values_hold =
        audit.values_lost == 0 && audit.tables.values().all(|table| table.altered != Some(true));
    vec![
        (report.rows_lost == 0 && audit.tables.values().all(|table| table.rows_surplus == 0), rows),
        (values_hold, values),
    ]
}
