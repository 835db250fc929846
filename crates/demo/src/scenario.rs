//! The changes that can be shown.

use std::fmt;
use std::str::FromStr;

use model::Name;
use populate::funds::FundsRows;
use traffic::{Workload, funds};

/// A change of the fund-modelling example's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// `funds` gains `vintage_year integer NOT NULL DEFAULT 2020`, an index and a check.
    Vintage,
}

impl Scenario {
    /// All scenarios.
    pub const ALL: [Self; 1] = [Self::Vintage];

    /// The name on the command line and in the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vintage => "vintage",
        }
    }

    /// The change in a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Vintage => "funds gains vintage_year (NOT NULL DEFAULT 2020), an index and a check",
        }
    }

    /// The table whose rows count.
    pub fn table(self) -> Name {
        match self {
            Self::Vintage => Name::new("public", "funds"),
        }
    }

    /// Rows of that table where nobody asks for another number.
    pub const fn rows_default(self) -> u64 {
        match self {
            Self::Vintage => 500_000,
        }
    }

    /// Rows of all tables for so many in the main one.
    pub(crate) fn funds_rows(self, rows: u64) -> FundsRows {
        match self {
            Self::Vintage => FundsRows::with_funds(rows),
        }
    }

    /// The wanted schema, in SQL.
    pub(crate) const fn wanted(self) -> &'static str {
        match self {
            Self::Vintage => include_str!("../../../examples/funds/wanted.sql"),
        }
    }

    /// The application as it was before the change.
    pub(crate) fn code_before(self) -> Workload {
        match self {
            Self::Vintage => funds::workload(),
        }
    }

    /// The application as it is deployed after the change.
    pub(crate) fn code_after(self) -> Workload {
        match self {
            Self::Vintage => funds::workload_with_vintage(),
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("\"{text}\" is not a scenario; scenarios are: {names}")
        })
    }
}
