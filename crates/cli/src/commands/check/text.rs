//! The answer for people: what is most dangerous comes first, what is harmless is short.

use std::cmp::Reverse;
use std::fmt::Write as _;

use model::{AssessedChange, Assessment, Category, RedFlag};

use super::{Answer, figures};
use crate::answer::{self, heading};
use crate::config::Kind;
use crate::environments::Place;

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
        let fingerprint = assessment.from.fingerprint.short();
        return writeln!(out, "No difference: both schemas have fingerprint {fingerprint}.");
    }
    writeln!(
        out,
        "A plain push would make {}: {}, risk {} ({:.0} of 100).",
        counted(assessment.changes.len()),
        answer::category(assessment.category),
        answer::level(assessment.risk.level),
        assessment.risk.score
    )?;
    if let Some(place) = answer.place {
        writeln!(out, "{}", rules(place, answer.production))?;
    }
    write_flags(assessment, out)?;
    write_changes(assessment, out)?;
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
    writeln!(out, "\n{}", heading("Sizes and traffic"))?;
    write!(out, "{}", figures::text(answer.figures.as_ref()))?;
    writeln!(out, "\n{}", heading("Checklist"))?;
    for item in &assessment.checklist {
        writeln!(out, "  {} {}: {}", answer::mark(item.status), item.item, item.evidence)?;
    }
    writeln!(out, "\nNext: lockkeeper plan -o DIR makes the same change without downtime.")
}

/// What the environment takes, and what production would ask for.
fn rules(place: &Place, production: Option<&str>) -> String {
    let Place { environment, because, .. } = place;
    match (place.kind, production) {
        (Kind::Local, Some(production)) => format!(
            "{environment} ({because}): push freely. Production takes this as an approved and rehearsed plan alone; \
             lockkeeper check --env {production} tells what it meets there."
        ),
        (Kind::Local, None) => format!(
            "{environment} ({because}): push freely. Production takes this as an approved and rehearsed plan alone."
        ),
        (Kind::Staging, _) => format!("{environment} ({because}): {}.", takes(place)),
        (Kind::Production, _) => format!("{environment} ({because}): no push; it {}.", takes(place)),
    }
}

fn takes(place: &Place) -> &'static str {
    match (place.approval, place.rehearsal) {
        (true, true) => "takes an approved and rehearsed plan alone",
        (true, false) => "takes an approved plan alone",
        (false, true) => "takes a rehearsed plan alone",
        (false, false) => "takes a plan as it is",
    }
}

/// Red flags in the order of the danger of the changes they are about.
fn write_flags(assessment: &Assessment, out: &mut String) -> std::fmt::Result {
    if assessment.red_flags.is_empty() {
        return Ok(());
    }
    let danger = |flag: &&RedFlag| {
        let about = assessment.changes.iter().filter(|change| change.object == flag.object);
        Reverse(about.map(rank).max())
    };
    let mut flags: Vec<&RedFlag> = assessment.red_flags.iter().collect();
    flags.sort_by_key(danger);
    writeln!(out, "\n{}", heading("Red flags"))?;
    for flag in flags {
        let rule = answer::paint(answer::colour(anstyle::AnsiColor::Red, true), &flag.rule);
        writeln!(out, "  {rule} {}: {}\n    {}", flag.object, flag.message, flag.help)?;
    }
    Ok(())
}

fn write_changes(assessment: &Assessment, out: &mut String) -> std::fmt::Result {
    let (safe, mut rest): (Vec<_>, Vec<_>) =
        assessment.changes.iter().partition(|change| change.category == Category::Safe);
    rest.sort_by_key(|change| Reverse(rank(change)));
    for change in rest {
        write_change(assessment, change, out)?;
    }
    if !safe.is_empty() {
        let title =
            if safe.len() == 1 { "1 safe change".to_owned() } else { format!("{} safe changes", safe.len()) };
        writeln!(out, "\n{}", heading(&title))?;
    }
    for change in safe {
        for sql in &change.sql {
            writeln!(out, "    {};", sql.as_str().replace('\n', "\n    "))?;
        }
        for finding in &change.findings {
            writeln!(out, "      {}: {}", finding.rule, finding.message)?;
        }
    }
    Ok(())
}

/// How dangerous a change is beside others: by category, then by score.
fn rank(change: &AssessedChange) -> (Category, u32) {
    // A score has one decimal.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
    let tenths = (change.risk.score * 10.0) as u32;
    (change.category, tenths)
}

fn write_change(assessment: &Assessment, change: &AssessedChange, out: &mut String) -> std::fmt::Result {
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
    } else if !change.effect.scans.is_empty() {
        writeln!(out, "  reads every row of: {}", names(&change.effect.scans))?;
    }
    if change.effect.data_loss {
        writeln!(out, "  {}", answer::paint(answer::colour(anstyle::AnsiColor::Red, true), "loses data"))?;
    }
    // What is a red flag already was said above.
    let is_flag = |rule: &str| assessment.red_flags.iter().any(|flag| flag.rule == rule);
    for finding in change.findings.iter().filter(|finding| !is_flag(&finding.rule)) {
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
