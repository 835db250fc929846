//! What can be typed.

mod apply;
mod check;
mod demo;
mod lint;
mod memory;
mod plan;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use apply::{ApplyArgs, ResumeArgs, RollbackArgs};
pub use check::{CheckArgs, DiffArgs, FailOn, VerifyArgs};
pub use demo::DemoArgs;
pub use lint::{LintArgs, TraceArgs};
pub use memory::{MemoryCommand, MemoryForgetArgs, MemoryListArgs, MemoryPredictArgs, MemoryStatsArgs};
pub use plan::{PlanArgs, RehearseArgs, RowsWanted};

/// Takes a PostgreSQL schema change to production without downtime, without a lost row, and with a way
/// back at every step.
#[derive(Debug, Parser)]
#[command(name = "lockkeeper", version, propagate_version = true, max_term_width = 100, after_help = AFTER)]
pub struct Cli {
    /// Settings that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Start here:
  lockkeeper demo                        see the whole pipeline on a throwaway server
  lockkeeper check                       what would a push change, how risky is it, is it allowed
  lockkeeper plan -o migration/          phases, locks, times, and the way back
  lockkeeper rehearse migration/         prove it, forward and back, on a throwaway server
  lockkeeper apply migration/            do it; resumable, reversible

A SOURCE is a postgres:// URL, a drizzle.config.ts, a .ts file or folder of Drizzle schema, a .sql file
or folder of migrations, a snapshot .json, or git:REV:PATH of a file.

Exit codes: 0 nothing at or above the fail level; 1 findings, or a gate not passed; 2 the command could
not do its work.";

/// Settings that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// How to answer: text for people, json for programs; check and lint also sarif, github, markdown.
    #[arg(long, global = true, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
    /// Use this settings file instead of the nearest lockkeeper.toml.
    #[arg(long, global = true, value_name = "FILE", env = "LOCKKEEPER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Never colour output (so does a NO_COLOR in the environment).
    #[arg(long, global = true)]
    pub no_color: bool,
    /// A throwaway server to use instead of starting one; databases are made on it and dropped again.
    #[arg(long, global = true, value_name = "URL", env = "LOCKKEEPER_SHADOW_URL", hide_env_values = true)]
    pub shadow_url: Option<String>,
    /// The environment to work on, by its name among the environments of lockkeeper.toml: its URL is the live
    /// database's, and its rules hold.
    #[arg(long, global = true, value_name = "NAME", env = "LOCKKEEPER_ENV")]
    pub env: Option<String>,
    /// Read every source anew (so does LOCKKEEPER_CACHE=off): nothing that was read before is used or kept.
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// The PostgreSQL major version to work for, where no live database decides it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(13..=18))]
    pub pg_version: Option<u32>,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: JSON alone on standard output.
    Json,
    /// SARIF 2.1.0, for code scanning (check, lint).
    Sarif,
    /// GitHub workflow commands, for annotations (check, lint).
    Github,
    /// Markdown, for a pull request's comment (check, lint).
    Markdown,
}

/// What lockkeeper does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Before a push: what would change, how risky is it, is it allowed.
    Check(CheckArgs),
    /// The plain SQL that takes one schema to the other.
    Diff(DiffArgs),
    /// Find what is dangerous in SQL migrations, without a database.
    Lint(LintArgs),
    /// Run SQL on a throwaway server and report what each statement did: locks, rewrites, scans.
    Trace(TraceArgs),
    /// Make a plan: phases, locks, predicted times, verification and the way back of each step.
    Plan(PlanArgs),
    /// Prove a plan on a throwaway server: forward, back at every phase, forward again.
    Rehearse(RehearseArgs),
    /// Carry a plan out on the live database; the same command resumes it after an interruption.
    Apply(ApplyArgs),
    /// Take back what a plan did; resumable like apply.
    Rollback(RollbackArgs),
    /// Which runs the live database's journal holds, and how far the last one is.
    Status(DatabaseArgs),
    /// Ask a run under way to stop at the next safe point, and stay stopped.
    Pause(DatabaseArgs),
    /// Let a paused run go on, and change what it goes by; a run that ended is started again with apply.
    Resume(ResumeArgs),
    /// Give up on a run: stop it, and let another plan begin.
    Abort(DatabaseArgs),
    /// Three questions: is the live schema the wanted one, do the migrations make it, and those recorded as applied?
    Verify(VerifyArgs),
    /// What earlier migrations taught.
    #[command(subcommand)]
    Memory(MemoryCommand),
    /// The whole pipeline on a throwaway server, under application traffic.
    Demo(DemoArgs),
    /// Shell completions, on standard output.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Two schemas.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The schema as it is: a SOURCE. Default: DATABASE_URL.
    #[arg(long, value_name = "SOURCE")]
    pub from: Option<String>,
    /// The schema as it is wanted: a SOURCE. Default: the drizzle.config.ts found from here upward.
    #[arg(long, value_name = "SOURCE")]
    pub to: Option<String>,
    /// Tell that a column or table is renamed, not dropped and added: public.funds.vintage=vintage_year.
    #[arg(long, value_name = "OLD=NEW")]
    pub rename: Vec<String>,
    /// Tell that a column or table is dropped, and not renamed to one that looks alike.
    #[arg(long, value_name = "OBJECT")]
    pub drop: Vec<String>,
}

/// A live database.
#[derive(Debug, Args)]
pub struct DatabaseArgs {
    /// The live database. Default: DATABASE_URL.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

/// What is found out beside the two schemas.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The longest one query of the live data may take, in seconds; 0 asks the data nothing. All together
    /// take at most six times as long.
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub query_seconds: u32,
    /// The folder of the code that uses the schema, searched for uses of what goes. Default: the
    /// project's folder.
    #[arg(long, value_name = "DIR")]
    pub code: Option<PathBuf>,
}
