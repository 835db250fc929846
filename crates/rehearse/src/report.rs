//! What a rehearsal proved, as data. No value of any row is in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{Fingerprint, Interval, Name, PhaseName, Prediction, StepReceipt};
use serde::{Deserialize, Serialize};

/// What a rehearsal proved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The hash of the plan.
    pub plan: Fingerprint,
    /// `server_version_num` of the throwaway server.
    pub server_version: u32,
    /// Rows in all tables before the first step.
    pub rows: i64,
    /// What the rows are like: made up, shaped by the live database's statistics, a sample of its rows.
    pub rows_are: String,
    /// Tables the plan works on that had no rows, with the reason: nothing is proved about theirs.
    pub unproved: BTreeMap<Name, String>,
    /// Tables the plan works on that nobody wrote to while it was rehearsed, with the reason: that writes made
    /// meanwhile are kept, and that writers do not wait, is not proved about theirs.
    #[serde(default)]
    pub unwritten: BTreeMap<Name, String>,
    /// Whether the plan arrived at the wanted schema, at its end.
    pub arrived: bool,
    /// Whether every way back led to the schema and the rows of the start, with the writes made since.
    pub rolled_back: bool,
    /// Each phase, forward to its end and back to the start.
    pub phases: Vec<RehearsedPhase>,
    /// The application's traffic meanwhile; none where there was none.
    pub traffic: Option<RehearsedTraffic>,
    /// The receipts of the last way forward.
    pub steps: Vec<StepReceipt>,
    /// How long each step should take on the live database, by what was measured here. Empty where the
    /// live sizes are not known.
    pub expected: Vec<Expected>,
    /// What was found wrong, in words.
    pub problems: Vec<String>,
    /// When it ended.
    pub rehearsed_at: Timestamp,
}

impl Rehearsal {
    /// Whether everything was as it should be.
    pub fn passed(&self) -> bool {
        self.arrived && self.rolled_back && self.problems.is_empty()
    }

    /// The trials that went well and those that did not: each way back, and the way forward. One on
    /// tables without rows proves nothing and does not count as having gone well.
    pub fn trials(&self) -> (u64, u64) {
        let backs = self.phases.iter().map(|phase| phase.schema_restored && phase.rows_restored);
        let outcomes: Vec<bool> = backs.chain(std::iter::once(self.arrived)).collect();
        let good = outcomes.iter().filter(|good| **good).count() as u64;
        let bad = outcomes.len() as u64 - good;
        (if self.unproved.is_empty() { good } else { 0 }, bad)
    }

    /// What the confidence does not cover, in words; none where it covers all tables the plan works on.
    pub fn reservations(&self) -> Option<String> {
        let names = |tables: &BTreeMap<Name, String>| {
            tables.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let mut said = Vec::new();
        if !self.unproved.is_empty() {
            said.push(format!("nothing is proved about rows of {}", names(&self.unproved)));
        }
        if !self.unwritten.is_empty() {
            said.push(format!("nothing about writes to {} meanwhile", names(&self.unwritten)));
        }
        (!said.is_empty()).then(|| said.join(", and "))
    }
}

/// The way to the end of one phase, and back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RehearsedPhase {
    /// The phase.
    pub name: PhaseName,
    /// Forward from the start to its end, in ms.
    pub forward_ms: f64,
    /// Back from its end to the start, in ms.
    pub back_ms: f64,
    /// Whether the schema was that of the start again.
    pub schema_restored: bool,
    /// Whether the rows were those of the start again, with the writes made since.
    pub rows_restored: bool,
    /// Writes that the application made meanwhile and that were found again.
    pub writes: u64,
    /// The longest an application's statement took meanwhile.
    pub worst: Worst,
}

/// The longest statements of an application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Worst {
    /// The longest read, in ms.
    pub read_ms: f64,
    /// The longest write, in ms.
    pub write_ms: f64,
}

impl Worst {
    /// The longer of both, kind by kind.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { read_ms: self.read_ms.max(other.read_ms), write_ms: self.write_ms.max(other.write_ms) }
    }

    /// What is above a baseline.
    #[must_use]
    pub fn above(self, baseline: Self) -> Self {
        Self {
            read_ms: (self.read_ms - baseline.read_ms).max(0.0),
            write_ms: (self.write_ms - baseline.write_ms).max(0.0),
        }
    }
}

/// The application's traffic during a rehearsal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RehearsedTraffic {
    /// Writes and reads asked for in a second: `50:500`.
    pub rate: String,
    /// Statements that were answered.
    pub statements: u64,
    /// Statements that failed.
    pub failed: u64,
    /// Statements prepared anew because their table's columns changed under them.
    pub prepared_anew: u64,
    /// The longest statements without a migration.
    pub baseline: Worst,
    /// The longest statements under the migration, forward and back.
    pub worst: Worst,
    /// The worst above the baseline.
    pub stall: Worst,
    /// What the application did not do, and why.
    pub left_out: Vec<String>,
}

/// How long a step should take on the live database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// The step's id.
    pub step: String,
    /// The whole step, in ms.
    pub ms: Interval,
    /// The longest that its locks are held, in ms.
    pub lock_hold_ms: Interval,
    /// What it rests on.
    pub basis: String,
    /// What the plan predicted, from memory or measured rates.
    pub predicted: Prediction,
    /// Whether both intervals of the whole step have a time in common.
    pub agrees: bool,
}
