//! `lockkeeper rehearse`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::{Fault, Name, Progress, count_text, ms_text};
use populate::Rows;
use rehearse::Rehearsal;
use serde::Serialize;
use shadow::Shadow;

use super::Ending;
use crate::args::RehearseArgs;
use crate::context::Context;
use crate::{answer, carry, planfolder};

/// The made-up rows are the same each time.
const SEED: u64 = 1;

/// What `rehearse` answers.
#[derive(Serialize)]
struct Answer<'a> {
    passed: bool,
    confidence: f64,
    /// Tables that stayed empty, with the reason.
    unfilled: &'a BTreeMap<Name, String>,
    #[serde(flatten)]
    rehearsal: &'a Rehearsal,
}

pub(super) async fn run(context: &Context, args: &RehearseArgs) -> Result<Ending, Fault> {
    let loaded = planfolder::load(&args.plan)?;
    let shadow = Shadow::start(&context.shadow(Some(loaded.plan.server_major)), &context.progress).await?;
    let database = shadow.create_database(None).await?;
    let session = connect::connect(&database.target, "lockkeeper rehearse").await?;
    context.progress.begin("building the schema", None);
    rehearse::build(&session, &loaded.from).await?;
    context.progress.end(&format!("{} tables", loaded.from.tables.len()));
    let fitting = rehearse::fitting(&loaded.from, &loaded.to);
    let filled =
        populate::populate(&session, &fitting, &Rows::each(args.rows), SEED, &context.progress).await?;
    session.close().await;
    let rehearsal = carry::rehearse(context, &args.plan, &database.target, &context.progress).await?;
    let answer = Answer {
        passed: rehearsal.passed(),
        confidence: carry::confidence(&rehearsal),
        unfilled: &filled.unfilled,
        rehearsal: &rehearsal,
    };
    answer::give(context.format, &answer, text)?;
    Ok(Ending::of(rehearsal.passed()))
}

fn text(answer: &Answer<'_>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(answer, &mut out);
    out
}

fn write(answer: &Answer<'_>, out: &mut String) -> std::fmt::Result {
    let rehearsal = answer.rehearsal;
    let rows = count_text(u64::try_from(rehearsal.rows).unwrap_or(0));
    writeln!(out, "Rehearsed on PostgreSQL {} with {rows} rows:", rehearsal.server_version / 10_000)?;
    let yes = |good: bool| if good { "yes" } else { "NO" };
    for phase in &rehearsal.phases {
        writeln!(
            out,
            "  to the end of {:9} {:>9}, back {:>9}: schema restored {}, rows restored {}",
            phase.name.name(),
            ms_text(phase.forward_ms),
            ms_text(phase.back_ms),
            yes(phase.schema_restored),
            yes(phase.rows_restored)
        )?;
    }
    writeln!(out, "  to the end: arrived at the wanted schema: {}", yes(rehearsal.arrived))?;
    for (table, why) in answer.unfilled {
        writeln!(out, "  not proved on rows: {table} stayed empty: {why}")?;
    }
    for problem in &rehearsal.problems {
        writeln!(out, "  problem: {problem}")?;
    }
    writeln!(out, "Confidence earned: {:.0} of 100", answer.confidence)
}
