//! The `lockkeeper` command line: understands what was typed, runs the stages, and answers.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![expect(unreachable_pub, reason = "a program has no users; pub says what a module offers the others")]

mod answer;
mod args;
mod ask;
mod carry;
mod commands;
mod config;
mod context;
mod draft;
mod environments;
mod evidence;
mod files;
mod foresight;
mod gates;
mod inquire;
mod inquiry;
mod obstacles;
mod pair;
mod planfolder;
mod progress;
mod rehearsing;
mod scale;
mod stages;
mod told;

use std::process::ExitCode;

use apply::StopFlag;
use clap::Parser;
use model::{Exit, Fault};

use crate::args::{Cli, Command};
use crate::commands::Ending;
use crate::context::Context;

/// A schema is many small texts: with the system's allocator a third of a comparison's time goes into them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    use_small_pages();
    let cli = Cli::parse();
    if cli.global.no_color {
        anstream::ColorChoice::Never.write_global();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Fault::new("cli.runtime", "the program could not start").cause(error)),
    };
    match runtime.block_on(until_interrupted(cli)) {
        Ok(Ending::Clean) => ExitCode::SUCCESS,
        Ok(Ending::Findings) => ExitCode::from(Exit::Gate.code()),
        Err(fault) => fail(&fault),
    }
}

/// The kernel clears a huge page whole, of which a short run uses a part.
#[cfg(target_os = "linux")]
fn use_small_pages() {
    // Where the kernel does not know the request, there is nothing to save.
    let _ = nix::sys::prctl::set_thp_disable(true);
}

#[cfg(not(target_os = "linux"))]
fn use_small_pages() {}

fn fail(fault: &Fault) -> ExitCode {
    let style = answer::colour(anstyle::AnsiColor::Red, true);
    anstream::eprintln!("{} {fault}", answer::paint(style, "error:"));
    ExitCode::from(fault.exit.code())
}

/// Runs the command; an interruption drops its future, and with it every throwaway server it started.
/// What changes a live database is asked to stop at the next safe point instead, once.
async fn until_interrupted(cli: Cli) -> Result<Ending, Fault> {
    let stop = StopFlag::new();
    let stops_itself = matches!(cli.command, Command::Apply(_) | Command::Rollback(_));
    let help = how_to_go_on(&cli.command);
    let context = Context::new(&cli.global, stop.clone())?;
    tokio::select! {
        ended = commands::run(&context, cli.command) => ended,
        interrupted = interrupted(&stop, stops_itself, help) => interrupted,
    }
}

/// What to do after a command was left in the middle.
fn how_to_go_on(command: &Command) -> &'static str {
    match command {
        Command::Apply(_) | Command::Rollback(_) => {
            "what was done is in the journal: the same command goes on from there, lockkeeper rollback takes \
             it back, lockkeeper status shows how far it came"
        }
        Command::Rehearse(_) => {
            "no live database was changed, the throwaway server is gone, and what an earlier rehearsal of the plan \
             proved still stands: the same command begins anew, with less to do by --rows N"
        }
        Command::Plan(_) => {
            "no live database was changed, and the plan's folder is as it was: the same command begins anew"
        }
        Command::Demo(_) => {
            "the throwaway server is gone: the same command begins anew, with less to do by --rows N"
        }
        Command::Pause(_) | Command::Resume(_) | Command::Abort(_) | Command::Memory(_) => {
            "it may have been done already: lockkeeper status and lockkeeper memory list show it, and the same \
             command may be run again"
        }
        _ => "no live database was changed: the same command begins anew",
    }
}

async fn interrupted(stop: &StopFlag, stops_itself: bool, help: &str) -> Result<Ending, Fault> {
    signal().await?;
    if stops_itself {
        stop.raise();
        anstream::eprintln!(
            "stopping at the next safe point; interrupt again to leave at once (the journal knows how to go on)"
        );
        signal().await?;
    }
    Err(Fault::new("cli.interrupted", "interrupted").help(help))
}

/// Waits for Ctrl-C or SIGTERM.
async fn signal() -> Result<(), Fault> {
    let unheard = |error| Fault::new("cli.signal", "signals cannot be heard").cause(error);
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(unheard)?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.map_err(unheard),
        _ = terminate.recv() => Ok(()),
    }
}
