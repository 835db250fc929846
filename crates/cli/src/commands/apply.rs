//! `lockkeeper apply` and `lockkeeper rollback`

use model::{Fault, Fingerprint, RunOutcome};

use super::{Ending, report};
use crate::args::{ApplyArgs, RollbackArgs};
use crate::carry::{self, Reach};
use crate::context::Context;
use crate::{answer, planfolder};

pub(super) async fn apply(context: &Context, args: &ApplyArgs) -> Result<Ending, Fault> {
    let target = context.database(args.database.database.as_deref())?;
    let hash = planfolder::load(&args.plan)?.plan.hash();
    let approve = args.approve.as_deref().map(|text| approved(&hash, text)).transpose()?;
    let reach = Reach { phase: args.until, approve, dry_run: args.dry_run };
    let run = carry::apply(context, &args.plan, &target, &reach, &context.progress).await?;
    answer::give(context.format, &run, report::text)?;
    Ok(Ending::of(args.dry_run || run.receipt.outcome == RunOutcome::Done))
}

/// The whole hash, or its first twelve digits or more.
fn approved(hash: &Fingerprint, text: &str) -> Result<Fingerprint, Fault> {
    if text.len() >= hash.short().len() && hash.as_str().starts_with(text) {
        return Ok(hash.clone());
    }
    Err(Fault::gate("plan.approval", "the approval names another plan")
        .help(format!("this plan's hash is {hash}; review it again")))
}

pub(super) async fn rollback(context: &Context, args: &RollbackArgs) -> Result<Ending, Fault> {
    let target = context.database(args.database.database.as_deref())?;
    let reach = Reach { phase: args.to, ..Reach::default() };
    let run = carry::rollback(context, &args.plan, &target, &reach, &context.progress).await?;
    answer::give(context.format, &run, report::text)?;
    Ok(Ending::of(run.receipt.outcome == RunOutcome::Done))
}
