//! The stages a plan goes through.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A phase of a plan, in the order phases run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhaseName {
    /// Adds what is new, beside what is old.
    Expand,
    /// Fills what is new from what is old, in small transactions.
    Backfill,
    /// Proves constraints on existing rows without blocking writers.
    Validate,
    /// Makes the new the one that counts.
    Switch,
    /// Puts what is old out of reach, kept.
    Contract,
    /// Removes for good what contract kept; only on an explicit command.
    Cleanup,
}

impl PhaseName {
    /// All phases in the order they run.
    pub const ALL: [Self; 6] =
        [Self::Expand, Self::Backfill, Self::Validate, Self::Switch, Self::Contract, Self::Cleanup];

    /// The word in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Backfill => "backfill",
            Self::Validate => "validate",
            Self::Switch => "switch",
            Self::Contract => "contract",
            Self::Cleanup => "cleanup",
        }
    }
}

impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PhaseName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|phase| phase.name() == text).ok_or_else(|| {
            format!(
                "\"{text}\" is not a phase; phases are expand, backfill, validate, switch, contract, cleanup"
            )
        })
    }
}
