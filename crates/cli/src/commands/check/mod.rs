//! `lockkeeper check`

mod checklist;
mod inquire;
mod report;
mod text;

use assess::Precondition;
use diff::Ambiguity;
use model::{Assessment, Fault};
use serde::Serialize;

use super::Ending;
use crate::answer;
use crate::args::{CheckArgs, Format};
use crate::context::Context;
use crate::stages;

/// What `check` answers.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    assessment: &'a Assessment,
    preconditions: &'a [Precondition],
    ambiguities: &'a [Ambiguity],
    notes: Vec<&'a String>,
}

pub(super) async fn run(context: &Context, args: &CheckArgs) -> Result<Ending, Fault> {
    let (from, to) = (context.from(&args.compare)?, context.to(&args.compare)?);
    let renames = context.renames(&args.compare)?;
    let compared = stages::compare(context, &from, &to, &renames, &args.compare.drop).await?;
    let inquiry = inquire::inquire(context, args, (&from, &to), &compared).await?;
    let assessment = stages::assess_with(&compared, &context.critical(&args.critical)?, &inquiry);
    let answer = Answer {
        assessment: &assessment,
        preconditions: &inquiry.preconditions,
        ambiguities: &compared.ambiguities,
        notes: compared.notes.iter().chain(&inquiry.notes).collect(),
    };
    match context.format {
        Format::Text | Format::Json => answer::give(context.format, &answer, text::text)?,
        Format::Sarif => answer::print_data(&lint::format::sarif(&report::report(&assessment, &to)))?,
        Format::Github => answer::print_data(&lint::format::github(&report::report(&assessment, &to)))?,
        Format::Markdown => {
            answer::print_data(&lint::format::markdown(&report::report(&assessment, &to)))?;
        }
    }
    let reached = !assessment.changes.is_empty() && args.fail_on.is_reached(assessment.category);
    Ok(Ending::of(!reached && compared.ambiguities.is_empty()))
}
