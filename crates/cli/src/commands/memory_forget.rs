//! `lockkeeper memory forget`: removing for good, and only what was named.

use std::fmt::Write as _;

use model::Fault;
use remember::{Forget, Forgotten, Kind, Memory};
use serde::Serialize;

use crate::answer;
use crate::args::MemoryForgetArgs;
use crate::context::Context;

/// What `memory forget` answers.
#[derive(Serialize)]
struct Answer {
    tenant: String,
    #[serde(flatten)]
    forgotten: Forgotten,
    /// Whether nothing was removed, because that was only asked.
    dry_run: bool,
}

pub(super) fn run(context: &Context, memory: &Memory, args: &MemoryForgetArgs) -> Result<(), Fault> {
    let what = what(memory, args)?;
    let forgotten = if args.dry_run { memory.would_forget(&what)? } else { memory.forget(&what)? };
    let answer = Answer { tenant: memory.tenant().to_string(), forgotten, dry_run: args.dry_run };
    answer::give(context.format, &answer, text)
}

fn what(memory: &Memory, args: &MemoryForgetArgs) -> Result<Forget, Fault> {
    match (&args.table, &args.run, args.older_than, &args.tenant) {
        (Some(table), ..) => Ok(Forget::Table(table.clone())),
        (_, Some(run), ..) => Ok(Forget::Run(run.clone())),
        (.., Some(days), _) => Ok(Forget::older_than(days)),
        (.., Some(tenant)) if tenant == memory.tenant() => Ok(Forget::Tenant),
        (.., Some(tenant)) => Err(Fault::new(
            "memory.tenant",
            format!("this is the memory of tenant {}, and nothing of {tenant} is in it", memory.tenant()),
        )
        .help("tenant under [memory] in lockkeeper.toml says whose memory is opened")),
        // The parser lets nothing through that names nothing.
        (.., None) => Err(Fault::new("memory.forget", "nothing names what is to be forgotten")
            .help("say --table, --run, --older-than or --tenant")),
    }
}

fn text(answer: &Answer) -> String {
    let Answer { tenant, forgotten, dry_run } = answer;
    let counts: Vec<String> = forgotten.kinds.iter().map(|(kind, count)| counted(*kind, *count)).collect();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = match (forgotten.entries, dry_run) {
        (0, _) => writeln!(out, "The memory of {tenant} holds nothing of it."),
        (_, true) => writeln!(out, "Of the memory of {tenant} would be removed: {}.", counts.join(", ")),
        (_, false) => writeln!(out, "Removed for good from the memory of {tenant}: {}.", counts.join(", ")),
    };
    if forgotten.lessons_judged_anew > 0 {
        let (count, how) = (forgotten.lessons_judged_anew, if *dry_run { "would be" } else { "were" });
        let _ = writeln!(out, "{count} lessons that rested on it {how} judged anew by the other runs.");
    }
    if *dry_run && forgotten.entries > 0 {
        out.push_str("Nothing was removed: run it again without --dry-run.\n");
    }
    out
}

/// `3 steps`, `1 run`; of a lesson every version counts.
fn counted(kind: Kind, count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    match kind {
        Kind::Lesson => format!("{count} version{plural} of lessons"),
        kind => format!("{count} {kind}{plural}"),
    }
}
