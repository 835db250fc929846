//! The changes that can be shown.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use model::{Name, PhaseName};
use populate::funds::{FundsRows, stage_spellings};
use traffic::{Workload, funds};

use crate::DemoOptions;
use crate::code::{cascade, stages};

/// A change of the fund-modelling example's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// `funds` gains `vintage_year integer NOT NULL DEFAULT 2020`, an index and a check.
    Vintage,
    /// `investments.stage`, in any spelling, becomes `stage_normalized`, by a mapping.
    Stages,
    /// `investments.fund_id → funds.id` goes from ON DELETE CASCADE to RESTRICT, and `funds` gains `archived`.
    Cascade,
}

impl Scenario {
    /// All scenarios.
    pub const ALL: [Self; 3] = [Self::Vintage, Self::Stages, Self::Cascade];

    /// The name on the command line and in the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vintage => "vintage",
            Self::Stages => "stages",
            Self::Cascade => "cascade",
        }
    }

    /// The change in a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Vintage => "funds gains vintage_year (NOT NULL DEFAULT 2020), an index and a check",
            Self::Stages => {
                "investments.stage in 150 spellings becomes stage_normalized (NOT NULL) by a mapping"
            }
            Self::Cascade => {
                "deleting a fund no longer deletes its investments: CASCADE to RESTRICT, and archived"
            }
        }
    }

    /// The table whose rows count.
    pub fn table(self) -> Name {
        let name = match self {
            Self::Vintage => "funds",
            Self::Stages => "investments",
            Self::Cascade => "fund_events",
        };
        Name::new("public", name)
    }

    /// Rows of that table where nobody asks for another number.
    pub const fn rows_default(self) -> u64 {
        match self {
            Self::Vintage => 500_000,
            Self::Stages => 200_000,
            Self::Cascade => 500_000,
        }
    }

    /// The phase that waits until new code is deployed; none where old code and new code work before and
    /// after every phase.
    pub(crate) const fn gate(self) -> Option<PhaseName> {
        match self {
            Self::Vintage => None,
            Self::Stages => Some(PhaseName::Contract),
            Self::Cascade => Some(PhaseName::Switch),
        }
    }

    /// Rows of all tables for so many in the main one.
    pub(crate) fn funds_rows(self, rows: u64) -> FundsRows {
        match self {
            Self::Vintage => FundsRows::with_funds(rows),
            Self::Stages => FundsRows::with_investments(rows),
            Self::Cascade => FundsRows::with_events(rows),
        }
    }

    /// The files of the project that makes the change: the wanted schema, and what was told besides.
    pub(crate) fn files(self, options: &DemoOptions) -> Vec<(&'static str, String)> {
        let after = |change: &str| [populate::funds::SCHEMA, change].concat();
        match self {
            Self::Vintage => {
                vec![("wanted.sql", include_str!("../../../examples/funds/wanted.sql").to_owned())]
            }
            Self::Stages => vec![
                ("wanted.sql", after(include_str!("../scenarios/stages.sql"))),
                ("lockkeeper.toml", include_str!("../scenarios/stages.toml").to_owned()),
                ("stage.csv", mapping()),
            ],
            Self::Cascade => {
                let watched = format!("watched_for = \"{}s\"\n", options.watched.as_secs());
                vec![
                    ("wanted.sql", after(include_str!("../scenarios/cascade.sql"))),
                    ("lockkeeper.toml", [include_str!("../scenarios/cascade.toml"), &watched].concat()),
                ]
            }
        }
    }

    /// The application as it was before the change.
    pub(crate) fn code_before(self) -> Workload {
        match self {
            Self::Vintage => funds::workload(),
            Self::Stages => stages::before(),
            Self::Cascade => cascade::before(),
        }
    }

    /// The application as it is deployed after the change.
    pub(crate) fn code_after(self) -> Workload {
        match self {
            Self::Vintage => funds::workload_with_vintage(),
            Self::Stages => stages::after(),
            Self::Cascade => cascade::after(),
        }
    }
}

/// The spellings as a team would list them: in lower case, since case does not count.
fn mapping() -> String {
    let mut lines = String::from("spelling,value\n");
    let spellings = stage_spellings();
    for (spelling, stage) in spellings.iter().filter(|(spelling, _)| **spelling == spelling.to_lowercase()) {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{spelling},{stage}");
    }
    lines
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
