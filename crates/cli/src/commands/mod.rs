//! One file a command.

mod apply;
mod check;
mod control;
mod demo;
mod diff;
mod lint;
mod memory;
mod memory_forget;
mod memory_stats;
mod plan;
mod rehearse;
mod report;
mod trace;
mod verify;

use clap::CommandFactory;
use model::Fault;

use crate::args::{Cli, Command};
use crate::context::Context;
use crate::environments::guard_memory;

/// How a command that did its work ends: 0, or 1 for findings and gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing at or above the fail level.
    Clean,
    /// Findings at or above it, or a gate that was not passed.
    Findings,
}

impl Ending {
    fn of(clean: bool) -> Self {
        if clean { Self::Clean } else { Self::Findings }
    }
}

/// Whether a command reads the memory or writes into it.
fn remembers(command: &Command) -> bool {
    matches!(
        command,
        Command::Check(_)
            | Command::Plan(_)
            | Command::Rehearse(_)
            | Command::Apply(_)
            | Command::Rollback(_)
            | Command::Memory(_)
    )
}

/// Does what was asked.
///
/// # Errors
/// Those of the command.
pub async fn run(context: &Context, command: Command) -> Result<Ending, Fault> {
    if remembers(&command) {
        guard_memory(context).await?;
    }
    match command {
        Command::Check(args) => check::run(context, &args).await,
        Command::Diff(args) => diff::run(context, &args).await,
        Command::Lint(args) => lint::run(context, &args).await,
        Command::Trace(args) => trace::run(context, &args).await,
        Command::Plan(args) => plan::run(context, &args).await,
        Command::Rehearse(args) => rehearse::run(context, &args).await,
        Command::Apply(args) => apply::apply(context, &args).await,
        Command::Rollback(args) => apply::rollback(context, &args).await,
        Command::Status(args) => control::status(context, &args).await,
        Command::Pause(args) => control::pause(context, &args).await,
        Command::Resume(args) => control::resume(context, &args).await,
        Command::Abort(args) => control::abort(context, &args).await,
        Command::Verify(args) => verify::run(context, &args).await,
        Command::Memory(command) => memory::run(context, command),
        Command::Demo(args) => demo::run(context, &args).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "lockkeeper", &mut std::io::stdout());
            Ok(Ending::Clean)
        }
    }
}
