//! `lint` and `trace`.

use std::path::PathBuf;

use clap::Args;

use super::FailOn;

/// `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// SQL files, or folders of them.
    #[arg(required_unless_present = "rules", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// The schema the migrations start from: a SOURCE.
    #[arg(long, value_name = "SOURCE")]
    pub schema: Option<String>,
    /// Take each file as one transaction, as many migration runners do.
    #[arg(long)]
    pub assume_transaction: bool,
    /// Exit with 1 from this category on.
    #[arg(long, value_name = "CATEGORY", default_value = "risky")]
    pub fail_on: FailOn,
    /// Findings in this file are known: they are left out. Made with --write-baseline.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write today's findings as a baseline, and exit with 0.
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Only files that changed since this git revision.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// List the rules.
    #[arg(long)]
    pub rules: bool,
    /// Write the fixes that rules offer into the files.
    #[arg(long)]
    pub fix: bool,
}

/// `trace`.
#[derive(Debug, Args)]
pub struct TraceArgs {
    /// SQL files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Run on this server instead of a throwaway one, in one transaction that is rolled back. Its locks are
    /// held until then: say --yes as well.
    #[arg(long, value_name = "URL", conflicts_with = "schema")]
    pub on: Option<String>,
    /// Confirm that the statements may run on the server of --on.
    #[arg(long, requires = "on")]
    pub yes: bool,
    /// Build this schema first: a SOURCE.
    #[arg(long, value_name = "SOURCE")]
    pub schema: Option<String>,
    /// Fill every table of the schema with so many made-up rows first.
    #[arg(long, value_name = "N", requires = "schema")]
    pub rows: Option<u64>,
}
