//! `lockkeeper memory`

use std::fmt::Write as _;

use model::{Fault, ms_text};
use remember::{Foretold, Found, ListQuery, Listing, Memory, PredictQuery, StatisticsQuery};
use serde::Serialize;

use super::{Ending, memory_forget, memory_stats};
use crate::answer::{self, heading};
use crate::args::{MemoryCommand, MemoryListArgs, MemoryPredictArgs, MemoryStatsArgs};
use crate::context::Context;

pub(super) fn run(context: &Context, command: MemoryCommand) -> Result<Ending, Fault> {
    let memory = Memory::open(&context.memory_options()?)?;
    match command {
        MemoryCommand::Add => {
            let added = memory.add(&mut std::io::stdin().lock())?;
            answer::give(context.format, &added, pretty)?;
        }
        MemoryCommand::Search(args) => {
            catch_up(context, &memory)?;
            let found = memory.search(&args.question.join(" "), args.limit)?;
            answer::give(context.format, &found, found_text)?;
        }
        MemoryCommand::List(args) => list(context, &memory, args)?,
        MemoryCommand::Show(args) => answer::give(context.format, &memory.show(&args.id)?, pretty)?,
        MemoryCommand::Explain(args) => answer::give(context.format, &memory.explain(&args.id)?, pretty)?,
        MemoryCommand::Stats(args) => stats(context, &memory, args)?,
        MemoryCommand::Predict(args) => predict(context, &memory, args)?,
        MemoryCommand::Export => _ = memory.export(&mut std::io::stdout().lock())?,
        MemoryCommand::Import(args) => {
            let imported = memory.import(&mut std::io::stdin().lock(), args.adopt)?;
            answer::give(context.format, &imported, |imported| {
                format!("New entries: {}, known before: {}.\n", imported.new, imported.known)
            })?;
        }
        MemoryCommand::Forget(args) => memory_forget::run(context, &memory, &args)?,
        MemoryCommand::Embed => embed(context, &memory)?,
    }
    Ok(Ending::Clean)
}

/// Vectors that need no network are made before a question is asked of them: it takes a moment, once.
fn catch_up(context: &Context, memory: &Memory) -> Result<(), Fault> {
    if context.memory_options()?.embedder.is_some_and(|embedder| embedder.is_local()) {
        memory.embed_pending(u64::MAX, &model::Silent)?;
    }
    Ok(())
}

/// Makes the vectors that are missing, and their index where there are many.
fn embed(context: &Context, memory: &Memory) -> Result<(), Fault> {
    let embedded = memory.embed_pending(u64::MAX, &context.progress)?;
    memory.index_vectors(remember::INDEXED_FROM)?;
    answer::give(context.format, &embedded, |embedded| {
        format!("Vectors made: {}, left: {}.\n", embedded.done, embedded.left)
    })
}

/// Data whose shape is its best text.
fn pretty<T: Serialize>(data: &T) -> String {
    // Plain data with string keys always serialises.
    serde_json::to_string_pretty(data).unwrap_or_default() + "\n"
}

fn list(context: &Context, memory: &Memory, args: MemoryListArgs) -> Result<(), Fault> {
    let query =
        ListQuery { limit: Some(args.limit), table: args.table, run: args.run, ..ListQuery::default() };
    answer::give(context.format, &memory.list(&query)?, list_text)
}

fn list_text(listing: &Listing) -> String {
    let mut out = String::new();
    for entry in &listing.entries {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:.16}  {:.19}  {}", entry.id, entry.happened_at.to_string(), entry.text);
    }
    if listing.entries.is_empty() {
        out.push_str("The memory is empty.\n");
    } else if listing.more {
        out.push_str("There are more: say -k N.\n");
    }
    out
}

fn found_text(found: &Found) -> String {
    let mut out = String::new();
    for (at, result) in found.results.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}. {} (confidence {:.0})", at + 1, result.text, result.confidence);
        let _ = writeln!(out, "   {} · {}", result.id, result.why.join("; "));
    }
    if found.results.is_empty() {
        out.push_str("Nothing like it is remembered.\n");
    }
    if !found.relaxed.is_empty() {
        let _ = writeln!(out, "Too few answers met every field; given up: {}", found.relaxed.join(", "));
    }
    for note in &found.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

fn stats(context: &Context, memory: &Memory, args: MemoryStatsArgs) -> Result<(), Fault> {
    let query =
        StatisticsQuery { operation: args.operation, table: args.table, ..StatisticsQuery::default() };
    answer::give(context.format, &memory.stats(&query)?, memory_stats::text)
}

fn predict(context: &Context, memory: &Memory, args: MemoryPredictArgs) -> Result<(), Fault> {
    let query = PredictQuery {
        table: args.table,
        rows: args.rows,
        recipe: args.recipe,
        ..PredictQuery::new(args.operation)
    };
    answer::give(context.format, &memory.predict(&query)?, predict_text)
}

fn predict_text(foretold: &Foretold) -> String {
    let times = [("takes", &foretold.ms), ("holds its locks for", &foretold.lock_hold_ms)];
    let mut out = String::new();
    for (what, quantiles) in times {
        // Writing to a String cannot fail.
        let _ = match quantiles {
            Some(ms) => {
                writeln!(
                    out,
                    "{what} {} ({} to {})",
                    heading(&ms_text(ms.p50)),
                    ms_text(ms.p10),
                    ms_text(ms.p90)
                )
            }
            None => writeln!(out, "{what} an unknown time"),
        };
    }
    let _ = writeln!(out, "rests on: {}", foretold.basis);
    out
}
