//! Finds out what the two schemas do not say: on the live data, in the code, about the project.

use std::path::{Path, PathBuf};
use std::time::Duration;

use assess::Precondition;
use codebase::Search;
use connect::Target;
use inspect::Limits;
use model::Fault;
use read::Source;

use crate::args::AskArgs;
use crate::context::Context;
use crate::foresight;
use crate::inquiry::Inquiry;
use crate::stages::Compared;

/// How many queries may take the longest time before no more are asked.
const LONG_QUERIES: u32 = 6;

/// Finds out what is to be known of the changes: where code uses what goes, what the memory says, what the live
/// data and database do. `check` and `plan` go by the same.
///
/// # Errors
/// `check.code` where the folder of the code is not there; those of the memory and of connecting.
pub async fn inquire(
    context: &Context,
    args: &AskArgs,
    (from, to): (&Source, &Source),
    compared: &Compared,
) -> Result<Inquiry, Fault> {
    let mut inquiry = Inquiry::default();
    if compared.changes.is_empty() {
        return Ok(inquiry);
    }
    search(args.code.as_deref().unwrap_or(&context.folder), &[from, to], compared, &mut inquiry)?;
    inquiry.stall_budget_ms = Some(context.stall_budget_ms());
    let (experience, notes) = foresight::experience(context, compared)?;
    inquiry.experience = experience;
    inquiry.notes.extend(notes);
    if let Some(target) = from.target() {
        let (preconditions, live) =
            tokio::join!(ask(context, args, target, compared), inspect::live(target, &compared.changes));
        inquiry.preconditions = preconditions?;
        inquiry.live = Some(live?);
    }
    Ok(inquiry)
}

/// Asks the live data what the changes would meet in it.
async fn ask(
    context: &Context,
    args: &AskArgs,
    target: &Target,
    compared: &Compared,
) -> Result<Vec<Precondition>, Fault> {
    if args.query_seconds == 0 {
        return Ok(Vec::new());
    }
    let query = Duration::from_secs(args.query_seconds.into());
    let limits = Limits { query, total: query * LONG_QUERIES, ..Limits::default() };
    let Compared { from, to, changes, .. } = compared;
    inspect::preconditions(target, from, to, changes, limits, &context.progress).await
}

/// Searches the code for what goes.
fn search(
    folder: &Path,
    sources: &[&Source],
    compared: &Compared,
    inquiry: &mut Inquiry,
) -> Result<(), Fault> {
    if !folder.is_dir() {
        return Err(Fault::new("check.code", "there is no such folder").at(folder.display().to_string()));
    }
    let sources: Vec<PathBuf> = sources.iter().filter_map(|source| path(source)).collect();
    let search = Search { folder, from: &compared.from, to: &compared.to, sources: &sources };
    let found = codebase::search(&search, &codebase::sought(&compared.changes, &compared.from));
    let unread = found.unread.iter().map(|file| format!("not searched for uses: {file}"));
    inquiry.notes.extend(unread);
    // A folder without code says nothing of the code.
    let is_known = found.files > 0 || found.uses.values().any(|uses| !uses.is_empty());
    inquiry.code_uses = is_known.then_some(found.uses);
    Ok(())
}

fn path(source: &Source) -> Option<PathBuf> {
    match source {
        Source::Sql(path) | Source::Drizzle(path) | Source::Snapshot(path) => Some(path.clone()),
        Source::Live(_) | Source::Git { .. } => None,
    }
}
