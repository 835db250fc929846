//! `demo`.

use std::path::PathBuf;

use clap::Args;

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Which change to make.
    #[arg(default_value = "vintage", value_name = "SCENARIO")]
    pub scenario: demo::Scenario,
    /// Rows of the scenario's main table; full size: 5000000 for vintage, 2000000 for stages, 500000 for cascade.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rows: Option<u64>,
    /// The application's statements in a second: WRITES:READS.
    #[arg(long, value_name = "W:R", default_value = "50:500")]
    pub traffic: traffic::Rate,
    /// How long the application is measured without a migration, in seconds.
    #[arg(long, value_name = "S", default_value = "5")]
    pub baseline_seconds: u64,
    /// Do not measure what a direct push would have done to the application.
    #[arg(long)]
    pub no_push: bool,
    /// Measure the textbook's plan beside ours: nullable column, batches of 10,000 rows, constraint, NOT NULL.
    #[arg(long)]
    pub textbook: bool,
    /// How long nothing may be deleted from funds before the gate of cascade opens, in seconds.
    #[arg(long, value_name = "S", default_value = "10")]
    pub watch_seconds: u64,
    /// Keep the wanted schema and the plan in this folder, which must not exist yet.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}
