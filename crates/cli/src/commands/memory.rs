//! `lockkeeper memory`

use std::fmt::Write as _;

use model::Fault;
use remember::{ListQuery, Listing, Memory};

use super::Ending;
use crate::answer;
use crate::args::{MemoryCommand, MemoryListArgs};
use crate::context::Context;

pub(super) fn run(context: &Context, command: MemoryCommand) -> Result<Ending, Fault> {
    let memory = Memory::open(&context.memory_options()?)?;
    match command {
        MemoryCommand::List(args) => list(context, &memory, &args),
    }
}

fn list(context: &Context, memory: &Memory, args: &MemoryListArgs) -> Result<Ending, Fault> {
    let limit = u32::try_from(args.limit).unwrap_or(u32::MAX);
    let listing = memory.list(&ListQuery { limit: Some(limit), ..ListQuery::default() })?;
    answer::give(context.format, &listing, list_text)?;
    Ok(Ending::Clean)
}

fn list_text(listing: &Listing) -> String {
    let mut out = String::new();
    for entry in &listing.entries {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:.8}  {:.19}  {}", entry.id, entry.happened_at, entry.text);
    }
    if listing.entries.is_empty() {
        out.push_str("The memory is empty.\n");
    } else if listing.more {
        out.push_str("There are more: say -k N.\n");
    }
    out
}
