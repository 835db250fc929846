//! `lockkeeper check`

use std::fmt::Write as _;

use diff::Ambiguity;
use facts::report::Report;
use model::{AssessedChange, Assessment, Category, Fault, Finding};
use read::Source;
use serde::Serialize;

use super::Ending;
use crate::answer::{self, heading};
use crate::args::{CheckArgs, Format};
use crate::context::Context;
use crate::stages;

/// What `check` answers.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    assessment: &'a Assessment,
    ambiguities: &'a [Ambiguity],
    notes: &'a [String],
}

pub(super) async fn run(context: &Context, args: &CheckArgs) -> Result<Ending, Fault> {
    let (from, to) = (context.from(&args.compare)?, context.to(&args.compare)?);
    let renames = context.renames(&args.compare)?;
    let compared = stages::compare(context, &from, &to, &renames, &args.compare.drop).await?;
    let assessment = stages::assess(&compared, &context.critical(&args.critical)?);
    let answer =
        Answer { assessment: &assessment, ambiguities: &compared.ambiguities, notes: &compared.notes };
    match context.format {
        Format::Text | Format::Json => answer::give(context.format, &answer, text)?,
        Format::Sarif => anstream::println!("{}", lint::format::sarif(&report(&assessment, &to))),
        Format::Github => anstream::print!("{}", lint::format::github(&report(&assessment, &to))),
        Format::Markdown => anstream::print!("{}", lint::format::markdown(&report(&assessment, &to))),
    }
    let reached = !assessment.changes.is_empty() && args.fail_on.is_reached(assessment.category);
    Ok(Ending::of(!reached && compared.ambiguities.is_empty()))
}

/// Every change that is not safe, and what rules found, at the source of the wanted schema.
fn report(assessment: &Assessment, to: &Source) -> Report {
    let place = |finding: &Finding| Finding { file: to.to_string(), line: 1, column: 1, ..finding.clone() };
    let mut findings = Vec::new();
    for change in &assessment.changes {
        if change.category > Category::Safe {
            findings.push(place(&Finding {
                file: String::new(),
                line: 0,
                column: 0,
                rule: change.operation.name().to_lowercase().replace('_', "-"),
                category: change.category,
                message: format!(
                    "{} {}: {}, risk {} ({:.0})",
                    change.operation, change.object, change.category, change.risk.level, change.risk.score
                ),
                help: "lockkeeper plan makes the same change without downtime".to_owned(),
            }));
        }
        findings.extend(change.findings.iter().map(place));
    }
    Report { statements: Vec::new(), findings }
}

fn text(answer: &Answer<'_>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(answer, &mut out);
    out
}

fn write(answer: &Answer<'_>, out: &mut String) -> std::fmt::Result {
    let Answer { assessment, ambiguities, notes } = answer;
    for note in *notes {
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
