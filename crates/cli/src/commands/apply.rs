//! `lockkeeper apply` and `lockkeeper rollback`

use ::apply::RunReport;
use model::{Fault, RunOutcome, Totals};
use serde::Serialize;

use super::{Ending, report};
use crate::args::{ApplyArgs, RollbackArgs};
use crate::carry::{self, Reach};
use crate::context::Context;
use crate::environments::{self, Place};
use crate::gates::{self, Passed, Said};
use crate::{answer, planfolder};

/// What `apply` and `rollback` answer.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    run: &'a RunReport,
    place: &'a Place,
    notes: &'a [String],
}

pub(super) async fn apply(context: &Context, args: &ApplyArgs) -> Result<Ending, Fault> {
    let plan = planfolder::load(&args.plan)?.plan;
    let hash = plan.hash();
    let place = environments::place(context, args.database.database.as_deref()).await?;
    let said = Said {
        approve: args.approve.as_deref(),
        unrehearsed: args.unrehearsed.as_deref(),
        dry_run: args.dry_run,
    };
    let passed = gates::pass(&args.plan, &hash, &place, &said)?;
    let mut notes = passed.notes.clone();
    notes.extend(outside(&place, &plan.totals).await?);
    let environment = Some(place.environment.clone());
    let lock_patience_ms = Some(args.lock_patience_ms);
    let (phase, dry_run, workers) = (args.until, args.dry_run, Some(args.workers));
    let reach = Reach { phase, environment, passed, dry_run, lock_patience_ms, workers };
    let run = carry::apply(context, &args.plan, &place.target, &reach, &context.progress).await?;
    if !args.dry_run {
        environments::remember(&place).await?;
    }
    answer::give(context.format, &Answer { run: &run, place: &place, notes: &notes }, text)?;
    Ok(Ending::of(args.dry_run || run.receipt.outcome == RunOutcome::Done))
}

/// Who else reads what the plan writes, as it is now.
async fn outside(place: &Place, totals: &Totals) -> Result<Vec<String>, Fault> {
    let session = connect::connect(&place.target, "lockkeeper").await?;
    let statistics = read::statistics(&session).await?;
    session.close().await;
    Ok(::plan::notes_on_replication(&statistics, totals))
}

pub(super) async fn rollback(context: &Context, args: &RollbackArgs) -> Result<Ending, Fault> {
    // The way back asks for no approval: it is there for when something is wrong.
    let place = environments::place(context, args.database.database.as_deref()).await?;
    let environment = Some(place.environment.clone());
    let lock_patience_ms = Some(args.lock_patience_ms);
    let passed = Passed::default();
    let reach =
        Reach { phase: args.to, environment, passed, dry_run: false, lock_patience_ms, workers: None };
    let run = carry::rollback(context, &args.plan, &place.target, &reach, &context.progress).await?;
    answer::give(context.format, &Answer { run: &run, place: &place, notes: &[] }, text)?;
    Ok(Ending::of(run.receipt.outcome == RunOutcome::Done))
}

fn text(answer: &Answer<'_>) -> String {
    let notes = answer.notes.iter().map(|note| format!("note: {note}\n"));
    report::text(answer.run) + &notes.collect::<String>()
}
