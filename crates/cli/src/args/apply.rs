//! `apply`, `rollback` and what controls a run.

use std::path::PathBuf;

use clap::Args;
use model::PhaseName;

use super::DatabaseArgs;

/// `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The live database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How long a step may wait for its locks, and for transactions that were open before it, from now on, in ms.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub lock_patience_ms: Option<u32>,
    /// How long a batch of a backfill should take from now on, in ms: smaller is gentler, larger faster.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub batch_ms: Option<u32>,
    /// The replica lag that stops a backfill from now on, in ms.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub replica_lag_ms: Option<u32>,
    /// The write-ahead log that may wait for the archive, or for a replica that is away, before a backfill waits, in MB.
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..))]
    pub wal_backlog_mb: Option<u32>,
    /// How many sessions fill a table at once, from the run's next backfill on.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2))]
    pub workers: Option<u32>,
    /// Whether a backfill goes on although archiving of WAL fails.
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    pub ignore_archive: Option<String>,
}

/// `apply`.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// The live database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Stop after this phase; naming it says that the gates up to it are open.
    #[arg(long, value_name = "PHASE")]
    pub until: Option<PhaseName>,
    /// The hash of the plan that was approved; or an APPROVED.toml in the plan's folder with hash, name and
    /// date. Needed where the environment asks for approval, as production does.
    #[arg(long, value_name = "HASH")]
    pub approve: Option<String>,
    /// Apply a plan that was not rehearsed where the environment asks for it, for this reason, which is
    /// recorded in the journal and in memory.
    #[arg(long, value_name = "REASON")]
    pub unrehearsed: Option<String>,
    /// How long a step may wait for its locks, and for transactions that were open before it, in ms. Then the
    /// run ends, names them, and goes on with the same command.
    #[arg(long, value_name = "MS", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub lock_patience_ms: u64,
    /// How many sessions fill a table at once: 1 or 2. A second one takes another core of the server, and rests while
    /// the backfill is to go slowly.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
    pub workers: u32,
    /// Check everything and print exactly what would be sent, but send nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// The live database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The last phase that stays. Default: everything is taken back.
    #[arg(long, value_name = "PHASE")]
    pub to: Option<PhaseName>,
    /// How long a step may wait for its locks, and for transactions that were open before it, in ms. Then the
    /// run ends, names them, and goes on with the same command.
    #[arg(long, value_name = "MS", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub lock_patience_ms: u64,
}
