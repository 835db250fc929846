//! `lockkeeper rehearse`

use std::fmt::Write as _;

use connect::{Session, Target};
use model::{Fault, Progress, Statistics, count_text, ms_text};
use populate::{Filled, Profile};
use rehearse::{Expected, Options, Place, Rehearsal, RehearsedTraffic};
use serde::Serialize;
use shadow::Shadow;

use super::Ending;
use crate::args::RehearseArgs;
use crate::context::Context;
use crate::planfolder::Folder;
use crate::{answer, planfolder, rehearsing, scale};

/// The made-up rows are the same each time.
const SEED: u64 = 1;

/// What `rehearse` answers.
#[derive(Serialize)]
struct Answer<'a> {
    passed: bool,
    confidence: f64,
    /// What is worth knowing of the made-up rows.
    notes: &'a [String],
    #[serde(flatten)]
    rehearsal: &'a Rehearsal,
}

pub(super) async fn run(context: &Context, args: &RehearseArgs) -> Result<Ending, Fault> {
    let loaded = planfolder::load(&args.plan)?;
    let live = Live::look(context, args).await?;
    let shadow = Shadow::start(&context.shadow(Some(loaded.plan.server_major)), &context.progress).await?;
    let database = shadow.create_database(None).await?;
    let session = connect::connect(&database.target, "lockkeeper rehearse").await?;
    context.progress.begin("building the schema", None);
    rehearse::build(&session, &loaded.from).await?;
    context.progress.end(&format!("{} tables", loaded.from.tables.len()));
    let filled = live.fill(context, &session, &loaded, args).await?;
    session.close().await;
    let options = Options {
        traffic: Some(args.traffic),
        baseline_ms: args.baseline_ms,
        rows_are: live.rows_are(args.sample).to_owned(),
        live: live.statistics,
        stop: context.stop.clone(),
    };
    let place = Place { server: &shadow, database: &database };
    let rehearsal = rehearsing::rehearse(context, &args.plan, place, &options, &context.progress).await?;
    let unfilled = filled.unfilled.iter().map(|(table, why)| format!("{table} stayed empty: {why}"));
    let notes: Vec<String> = unfilled.chain(filled.notes).collect();
    let confidence = rehearsing::confidence(&rehearsal);
    let answer = Answer { passed: rehearsal.passed(), confidence, notes: &notes, rehearsal: &rehearsal };
    answer::give(context.format, &answer, text)?;
    Ok(Ending::of(rehearsal.passed()))
}

/// What the live database says of its rows, without showing them.
#[derive(Default)]
struct Live {
    target: Option<Target>,
    statistics: Option<Statistics>,
    profile: Option<Profile>,
}

impl Live {
    /// Asks the live database that is named, if one is.
    async fn look(context: &Context, args: &RehearseArgs) -> Result<Self, Fault> {
        if args.without_database {
            return Ok(Self::default());
        }
        let target = match context.database(args.database.database.as_deref()) {
            Ok(target) => target,
            Err(fault) if fault.kind == "config.database" && !args.sample => return Ok(Self::default()),
            Err(fault) => return Err(fault),
        };
        let help = "say --without-database to make rows up from the schema alone";
        let session = connect::connect(&target, "lockkeeper rehearse").await;
        let session = session.map_err(|fault| if fault.help.is_none() { fault.help(help) } else { fault })?;
        let statistics = read::statistics(&session).await?;
        let profile = Profile::read(&session).await?;
        session.close().await;
        Ok(Self { target: Some(target), statistics: Some(statistics), profile: Some(profile) })
    }

    fn rows_are(&self, is_sample: bool) -> &'static str {
        match &self.profile {
            _ if is_sample => "a sample of the live ones",
            None => "made up from the schema alone: no live database was asked what its rows are like",
            Some(profile) if profile.is_empty() => {
                "made up from the schema alone: the live database was never analysed"
            }
            Some(_) => "made up, like the live rows by their statistics",
        }
    }

    async fn fill(
        &self,
        context: &Context,
        session: &Session,
        loaded: &Folder,
        args: &RehearseArgs,
    ) -> Result<Filled, Fault> {
        let worked_on = loaded.plan.steps.iter().filter_map(|step| step.table.clone()).collect();
        let rows = scale::scaled(&worked_on, self.statistics.as_ref(), args.rows)?;
        let rows = rows.reading_as(rehearse::conversions(&loaded.from, &loaded.to));
        let fitting = rehearse::fitting(&rehearse::demanding(&loaded.from, &loaded.plan), &loaded.to);
        let progress = &context.progress;
        if let (true, Some(target)) = (args.sample, &self.target) {
            let live = connect::connect(target, "lockkeeper rehearse").await?;
            let filled = populate::sample(&live, session, &loaded.from, &rows, progress).await;
            live.close().await;
            return filled;
        }
        match &self.profile {
            Some(profile) => populate::populate_like(session, &fitting, &rows, profile, SEED, progress).await,
            None => populate::populate(session, &fitting, &rows, SEED, progress).await,
        }
    }
}

fn text(answer: &Answer<'_>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(answer, &mut out);
    out
}

fn yes(good: bool) -> &'static str {
    if good { "yes" } else { "NO" }
}

fn write(answer: &Answer<'_>, out: &mut String) -> std::fmt::Result {
    let rehearsal = answer.rehearsal;
    let rows = count_text(u64::try_from(rehearsal.rows).unwrap_or(0));
    writeln!(
        out,
        "Rehearsed on PostgreSQL {} with {rows} rows, {}.",
        rehearsal.server_version / 10_000,
        rehearsal.rows_are
    )?;
    for phase in &rehearsal.phases {
        writeln!(
            out,
            "  to the end of {:9} {:>9}, back {:>9}: schema restored {}, rows restored {}, {} writes kept",
            phase.name.name(),
            ms_text(phase.forward_ms),
            ms_text(phase.back_ms),
            yes(phase.schema_restored),
            yes(phase.rows_restored),
            count_text(phase.writes)
        )?;
    }
    writeln!(out, "  to the end: arrived at the wanted schema: {}", yes(rehearsal.arrived))?;
    if let Some(traffic) = &rehearsal.traffic {
        write_traffic(traffic, out)?;
    }
    write_expected(&rehearsal.expected, out)?;
    for (table, why) in &rehearsal.unproved {
        writeln!(out, "  not proved on rows: {table}: {why}")?;
    }
    for (table, why) in &rehearsal.unwritten {
        writeln!(out, "  not written to meanwhile: {table}: {why}")?;
    }
    for note in answer.notes {
        writeln!(out, "  note: {note}")?;
    }
    for problem in &rehearsal.problems {
        writeln!(out, "  problem: {problem}")?;
    }
    let verdict = if answer.passed { "Passed" } else { "NOT passed" };
    let but = rehearsal.reservations().map(|said| format!("; {said}")).unwrap_or_default();
    writeln!(out, "{verdict}. Confidence earned: {:.0} of 100{but}", answer.confidence)
}

fn write_traffic(traffic: &RehearsedTraffic, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "  under {} writes:reads a second: {} statements, {} failed; longest read {} (without a migration {}), \
         longest write {} ({})",
        traffic.rate,
        count_text(traffic.statements),
        traffic.failed,
        ms_text(traffic.worst.read_ms),
        ms_text(traffic.baseline.read_ms),
        ms_text(traffic.worst.write_ms),
        ms_text(traffic.baseline.write_ms)
    )?;
    if traffic.prepared_anew > 0 {
        writeln!(
            out,
            "  {} statements had to be prepared anew: cached plan must not change result type",
            traffic.prepared_anew
        )?;
    }
    for left_out in &traffic.left_out {
        writeln!(out, "  not in the traffic: {left_out}")?;
    }
    Ok(())
}

fn write_expected(expected: &[Expected], out: &mut String) -> std::fmt::Result {
    if expected.is_empty() {
        return Ok(());
    }
    writeln!(out, "  On the live database this should take:")?;
    for step in expected {
        writeln!(out, "    {:48} {}; {}", step.step, step.ms.ms_text(), step.basis)?;
        if !step.agrees {
            let (predicted, basis) = (step.predicted.ms.ms_text(), &step.predicted.basis);
            writeln!(out, "      the plan predicts {predicted}: {basis}")?;
        }
    }
    Ok(())
}
