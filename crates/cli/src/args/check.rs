//! `check`, `diff` and `verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use model::Category;

use super::{AskArgs, CompareArgs};

/// `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The live schema (`--from`) and the wanted one (`--to`).
    #[command(flatten)]
    pub compare: CompareArgs,
    /// The folder of migrations. Default: `out` of the drizzle.config.ts.
    #[arg(long, value_name = "DIR")]
    pub migrations: Option<PathBuf>,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The two schemas.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// A table the application cannot do without (may be repeated).
    #[arg(long, value_name = "TABLE")]
    pub critical: Vec<String>,
    /// Exit with 1 from this category on.
    #[arg(long, value_name = "CATEGORY", default_value = "risky")]
    pub fail_on: FailOn,
    /// What is asked of data and code.
    #[command(flatten)]
    pub ask: AskArgs,
    /// Say where the backup of production's data is, and when it was last tried; the checklist repeats it.
    #[arg(long, value_name = "TEXT")]
    pub backup: Option<String>,
    /// Run the project's own type checker (tsc --noEmit) for the checklist.
    #[arg(long)]
    pub type_check: bool,
}

/// From which category on the exit code is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Any change or finding.
    Safe,
    /// Risky and dangerous ones.
    Risky,
    /// Dangerous ones only.
    Dangerous,
    /// Never because of findings.
    Never,
}

impl FailOn {
    /// Whether a category is at or above the level.
    pub fn is_reached(self, category: Category) -> bool {
        match self {
            Self::Safe => true,
            Self::Risky => category >= Category::Risky,
            Self::Dangerous => category == Category::Dangerous,
            Self::Never => false,
        }
    }
}

/// `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The two schemas.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// Write the wanted schema as a snapshot, to be used as a SOURCE later.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}
