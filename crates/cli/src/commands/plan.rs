//! `lockkeeper plan`

use std::fmt::Write as _;
use std::path::PathBuf;

use model::{Fault, Fingerprint, Plan};
use serde::Serialize;

use super::Ending;
use crate::answer::{self, heading};
use crate::args::PlanArgs;
use crate::context::Context;
use crate::draft::{self, Wanted};
use crate::environments::{self, Place};
use crate::{inquire, obstacles, planfolder, stages, told};

/// What `plan` answers.
#[derive(Serialize)]
struct Answer<'a> {
    folder: &'a PathBuf,
    hash: Fingerprint,
    plan: &'a Plan,
    place: Option<&'a Place>,
    /// Entries for the project's own pages.
    drafts: Vec<PathBuf>,
}

pub(super) async fn run(context: &Context, args: &PlanArgs) -> Result<Ending, Fault> {
    let (from, to) = (context.from(&args.compare)?, context.to(&args.compare)?);
    let place = environments::guard(context, &args.compare, &from, &to).await?;
    let renames = context.renames(&args.compare)?;
    let compared = stages::compare(context, &from, &to, &renames, &args.compare.drop).await?;
    let inquiry = inquire::inquire(context, &args.ask, (&from, &to), &compared).await?;
    let assessment = stages::assess_with(&compared, &context.critical(&args.critical)?, &inquiry);
    let told = told::load(&context.config, &context.folder, from.target()).await?;
    let met = obstacles::met(&compared.changes, &told, &inquiry.preconditions)?;
    let mut plan = stages::plan(context, &compared, &assessment, &told)?;
    plan.notes.extend(met);
    planfolder::write(&args.out, &plan, &compared.from, &compared.to)?;
    let drafts =
        draft::write(&args.out, &plan, Wanted { changelog: args.changelog, decision: args.decision })?;
    let answer = Answer { folder: &args.out, hash: plan.hash(), plan: &plan, place: place.as_ref(), drafts };
    answer::give(context.format, &answer, text)?;
    Ok(Ending::Clean)
}

fn text(answer: &Answer<'_>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(answer, &mut out);
    out
}

fn write(answer: &Answer<'_>, out: &mut String) -> std::fmt::Result {
    let plan = answer.plan;
    writeln!(out, "Plan {} in {}", plan.hash().short(), answer.folder.display())?;
    writeln!(
        out,
        "Risk: {} ({:.0}) pushed directly, {} ({:.0}) by this plan",
        answer::level(plan.risk_before.level),
        plan.risk_before.score,
        answer::level(plan.risk_after.level),
        plan.risk_after.score
    )?;
    for reason in &plan.risk_after.reasons {
        writeln!(out, "  {reason}")?;
    }
    writeln!(out, "Altogether: {}", ::plan::review::totals(&plan.totals))?;
    for phase in plan.phases() {
        writeln!(out, "\n{}", heading(phase.name()))?;
        for gate in plan.gates.iter().filter(|gate| gate.before == phase) {
            writeln!(out, "  gate: {}", gate.waits_for)?;
        }
        for step in plan.steps_of(phase) {
            writeln!(out, "  {}", step.title)?;
            let locks = plan::review::locks(&step.effect.locks);
            writeln!(out, "    locks: {locks}; blocks {}", plan::review::blocks(step))?;
            writeln!(out, "    predicted {}", step.predicted.ms.ms_text())?;
        }
    }
    if !plan.notes.is_empty() {
        writeln!(out)?;
    }
    for note in &plan.notes {
        writeln!(out, "note: {note}")?;
    }
    for draft in &answer.drafts {
        writeln!(out, "drafted: {}", draft.display())?;
    }
    let folder = answer.folder.display();
    if let Some(place) = answer.place {
        let asks = match (place.approval, place.rehearsal) {
            (true, true) => "takes the plan approved and rehearsed only",
            (true, false) => "takes the plan approved only",
            (false, true) => "takes the plan rehearsed only",
            (false, false) => "takes the plan as it is",
        };
        writeln!(out, "\n{} ({}) {asks}.", place.environment, place.because)?;
    }
    writeln!(out, "\nRead {folder}/REVIEW.md, then: lockkeeper rehearse {folder}, lockkeeper apply {folder}")
}
