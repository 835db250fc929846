//! `lockkeeper check`

mod checklist;
mod figures;
mod report;
mod text;

use assess::Precondition;
use diff::Ambiguity;
use model::{Assessment, Fault};
use serde::Serialize;

use self::figures::Figures;
use super::Ending;
use crate::answer;
use crate::args::{CheckArgs, Format};
use crate::context::Context;
use crate::environments::{self, Place};
use crate::{inquire, stages};

/// What `check` answers.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    assessment: &'a Assessment,
    /// The environment of the live database; null where there is none.
    place: Option<&'a Place>,
    /// The environment whose database is production's, as the settings name it.
    #[serde(skip)]
    production: Option<&'a str>,
    preconditions: &'a [Precondition],
    /// What the live database said of sizes and traffic; null where none was asked.
    figures: Option<Figures>,
    ambiguities: &'a [Ambiguity],
    notes: Vec<&'a String>,
}

pub(super) async fn run(context: &Context, args: &CheckArgs) -> Result<Ending, Fault> {
    let (from, to) = (context.from(&args.compare)?, context.to(&args.compare)?);
    let place = environments::guard(context, &args.compare, &from, &to).await?;
    let renames = context.renames(&args.compare)?;
    let compared = stages::compare(context, &from, &to, &renames, &args.compare.drop).await?;
    let mut inquiry = inquire::inquire(context, &args.ask, (&from, &to), &compared).await?;
    if !compared.changes.is_empty() {
        let archive = inquiry.live.as_ref().and_then(|live| live.archive.clone());
        inquiry.evidence = checklist::evidence(context, args, &compared, archive.as_ref()).await;
    }
    let assessment = stages::assess_with(&compared, &context.critical(&args.critical)?, &inquiry);
    let answer = Answer {
        assessment: &assessment,
        place: place.as_ref(),
        production: environments::production(&context.config),
        preconditions: &inquiry.preconditions,
        figures: Figures::of(&compared, &assessment.changes, inquiry.live.as_ref()),
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
