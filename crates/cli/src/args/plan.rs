//! `plan` and `rehearse`.

use std::path::PathBuf;

use clap::Args;

use super::{AskArgs, CompareArgs, DatabaseArgs};

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The two schemas.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// The folder to write: plan.json, one SQL file a step, REVIEW.md.
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// A table the application cannot do without (may be repeated).
    #[arg(long, value_name = "TABLE")]
    pub critical: Vec<String>,
    /// What is asked of data and code.
    #[command(flatten)]
    pub ask: AskArgs,
    /// Draft an entry for your project's CHANGELOG.md, in the plan's folder.
    #[arg(long)]
    pub changelog: bool,
    /// Draft an entry for your project's DECISIONS.md, in the plan's folder.
    #[arg(long)]
    pub decision: bool,
}

/// `rehearse`.
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// Rows of the largest table the plan works on, the others in proportion; or a share of the live rows.
    #[arg(long, value_name = "N|P%", default_value = "10000")]
    pub rows: RowsWanted,
    /// The live database, whose statistics say what the rows are like. Only its catalog is read.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Ask no live database: rows are made up from the schema alone.
    #[arg(long, conflicts_with_all = ["database", "sample"])]
    pub without_database: bool,
    /// Copy a sample of the live rows to the throwaway server instead of making rows up. It is removed with
    /// that server, and no value of it is written down.
    #[arg(long)]
    pub sample: bool,
    /// The application's statements in a second: WRITES:READS; 0:0 for none.
    #[arg(long, value_name = "W:R", default_value = "50:500")]
    pub traffic: traffic::Rate,
    /// How long the application is measured without a migration, in ms.
    #[arg(long, value_name = "MS", default_value = "1000")]
    pub baseline_ms: u64,
}

/// How many rows a rehearsal wants: a number, or a share of the live ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowsWanted {
    /// So many in the largest table that the plan works on.
    Count(u64),
    /// This share of every table's rows, 0 to 1.
    Share(f64),
}

impl std::str::FromStr for RowsWanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fail = || format!("\"{text}\" is neither a number of rows nor a share such as 1%");
        match text.strip_suffix('%') {
            Some(percent) => {
                let percent = percent.trim().parse::<f64>().map_err(|_| fail())?;
                let is_share = percent > 0.0 && percent <= 100.0;
                is_share.then_some(Self::Share(percent / 100.0)).ok_or_else(fail)
            }
            None => text.replace('_', "").parse().map(Self::Count).map_err(|_| fail()),
        }
    }
}
