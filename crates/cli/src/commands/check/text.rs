//! The answer for people.

use std::fmt::Write as _;

use model::AssessedChange;

use super::Answer;
use crate::answer::{self, heading};

pub(super) fn text(answer: &Answer<'_>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(answer, &mut out);
    out
}

fn write(answer: &Answer<'_>, out: &mut String) -> std::fmt::Result {
    let Answer { assessment, ambiguities, notes, .. } = answer;
    for note in notes {
        writeln!(out, "note: {note}")?;
    }
    if assessment.changes.is_empty() {
        return writeln!(
            out,
            "No difference: both schemas have fingerprint {}.",
            assessment.from.fingerprint.short()
        );
    }
    writeln!(
        out,
        "A plain push would make {}: {}, risk {} ({:.0} of 100).",
        counted(assessment.changes.len()),
        answer::category(assessment.category),
        answer::level(assessment.risk.level),
        assessment.risk.score
    )?;
    for change in &assessment.changes {
        write_change(change, out)?;
    }
    if !ambiguities.is_empty() {
        writeln!(out, "\n{}", heading("Renamed, or dropped and added?"))?;
        for ambiguity in *ambiguities {
            let reasons = ambiguity.reasons.join(", ");
            writeln!(
                out,
                "  {} to {} ({reasons}): say {}, or --drop {}",
                ambiguity.dropped, ambiguity.added, ambiguity.option, ambiguity.dropped
            )?;
        }
    }
    if !assessment.red_flags.is_empty() {
        writeln!(out, "\n{}", heading("Red flags"))?;
        for flag in &assessment.red_flags {
            writeln!(out, "  {} {}: {}\n    {}", flag.rule, flag.object, flag.message, flag.help)?;
        }
    }
    writeln!(out, "\n{}", heading("Checklist"))?;
    for item in &assessment.checklist {
        writeln!(out, "  {} {}: {}", answer::mark(item.status), item.item, item.evidence)?;
    }
    writeln!(out, "\nNext: lockkeeper plan -o DIR makes the same change without downtime.")
}

fn write_change(change: &AssessedChange, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "\n{} {}: {}, risk {} ({:.0})",
        heading(change.operation.name()),
        change.object,
        answer::category(change.category),
        answer::level(change.risk.level),
        change.risk.score
    )?;
    for sql in &change.sql {
        writeln!(out, "    {};", sql.as_str().replace('\n', "\n    "))?;
    }
    let locks: Vec<String> =
        change.effect.locks.iter().map(|lock| format!("{} on {}", lock.mode, lock.relation)).collect();
    if !locks.is_empty() {
        writeln!(out, "  locks: {}", locks.join(", "))?;
    }
    let names = |names: &[model::Name]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !change.effect.rewrites.is_empty() {
        writeln!(out, "  rewrites: {}", names(&change.effect.rewrites))?;
    }
    if !change.effect.scans.is_empty() {
        writeln!(out, "  scans: {}", names(&change.effect.scans))?;
    }
    if change.effect.data_loss {
        writeln!(out, "  {}", answer::paint(answer::colour(anstyle::AnsiColor::Red, true), "loses data"))?;
    }
    for finding in &change.findings {
        writeln!(out, "  {} {}: {}", answer::category(finding.category), finding.rule, finding.message)?;
    }
    for reason in &change.risk.reasons {
        writeln!(out, "  · {reason}")?;
    }
    Ok(())
}

fn counted(changes: usize) -> String {
    if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") }
}
