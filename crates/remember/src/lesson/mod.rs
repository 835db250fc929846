//! Lessons: short texts with typed conditions, provenance and validity.

mod learn;
mod rules;
mod told;
mod wording;

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::Fingerprint;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Outcome, TableName};
pub(crate) use learn::{is_finished, learn, lessons};
pub use told::Added;

/// The digits of a fingerprint that make a lesson's id.
const ID_DIGITS: usize = 16;

/// The distinct runs that make a lesson from a candidate.
const ACTIVE_RUNS: usize = 3;

/// One lesson. Each change of it is a new entry of the ledger; the latest counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Its id, made of what it is about: the same lesson learned again is the same lesson.
    pub lesson: String,
    /// What type of memory it is: `migration-strategy`, `safety-pattern`, `risk-assessment`,
    /// `rollback-procedure`, or what a person calls it.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    pub text: String,
    /// When it applies.
    pub conditions: Conditions,
    /// What to do.
    pub remedy: Option<String>,
    /// How it ended when it was done so; none for a lesson that says no such thing.
    pub outcome: Option<Outcome>,
    /// The rows of the largest table it was seen on.
    pub rows: Option<f64>,
    /// The environment it was seen in.
    pub environment: Option<String>,
    /// Who says so.
    pub origin: Origin,
    /// The runs that speak for it.
    pub for_runs: BTreeSet<String>,
    /// The runs that speak against it.
    pub against_runs: BTreeSet<String>,
    /// Lessons that say the opposite.
    pub contradicts: BTreeSet<String>,
    /// Since when it holds.
    pub valid_from: Timestamp,
    /// Until when it holds.
    pub valid_until: Option<Timestamp>,
    /// The lesson that took its place.
    pub superseded_by: Option<String>,
    /// How far it is believed.
    pub state: State,
    /// What a person claims and nobody measured, as it was written.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// When it was learned or told, or changed for the last time.
    pub learned_at: Timestamp,
}

/// When a lesson applies; what is none does not restrict.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Conditions {
    /// The operation, in capitals with underscores.
    pub operation: Option<String>,
    /// The table.
    pub table: Option<TableName>,
    /// The recipe or strategy.
    pub recipe: Option<String>,
    /// The least rows.
    pub rows_from: Option<f64>,
    /// The most rows.
    pub rows_to: Option<f64>,
    /// The oldest major version of the server.
    pub server_major_from: Option<u32>,
    /// The newest major version of the server.
    pub server_major_to: Option<u32>,
    /// The hour of the day in UTC.
    pub hour_utc: Option<i8>,
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A rule, from runs.
    Rule(String),
    /// A person, or the outside world.
    Person,
}

/// How far a lesson is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Fewer than three runs say so.
    Candidate,
    /// Three distinct runs say so, or a person.
    Active,
    /// More runs speak against it than for it, or another took its place.
    Retired,
}

impl Conditions {
    /// Whether there are tables and servers to which both apply.
    fn meets(&self, other: &Self) -> bool {
        fn meet<T: PartialOrd>(mine: (Option<T>, Option<T>), theirs: (Option<T>, Option<T>)) -> bool {
            let ends =
                |to: &Option<T>, from: &Option<T>| matches!((to, from), (Some(to), Some(from)) if to < from);
            !ends(&mine.1, &theirs.0) && !ends(&theirs.1, &mine.0)
        }
        let versions = |one: &Self| (one.server_major_from, one.server_major_to);
        meet((self.rows_from, self.rows_to), (other.rows_from, other.rows_to))
            && meet(versions(self), versions(other))
    }
}

impl Lesson {
    /// The id of a lesson about this: rule or type, and conditions.
    fn id_of(about: &impl Serialize) -> String {
        format!("lesson-{}", &Fingerprint::of(about).as_str()[..ID_DIGITS])
    }

    /// How often what it says went well and failed; none where its strategy's receipts tell that.
    pub(crate) fn counts(&self) -> Option<(u64, u64)> {
        match self.origin {
            Origin::Rule(_) => Some((self.for_runs.len() as u64, self.against_runs.len() as u64)),
            Origin::Person => None,
        }
    }

    /// Whether two lessons are about the same and say opposite things.
    fn is_contrary(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.conditions, &other.conditions);
        let same_table = match (&mine.table, &theirs.table) {
            (Some(mine), Some(theirs)) => mine.matches(theirs),
            (mine, theirs) => mine == theirs,
        };
        let verdicts = (self.outcome.and_then(Outcome::verdict), other.outcome.and_then(Outcome::verdict));
        let opposite = matches!(verdicts, (Some(mine), Some(theirs)) if mine != theirs);
        let believed = self.state != State::Retired && other.state != State::Retired;
        let same = mine.operation == theirs.operation
            && mine.recipe == theirs.recipe
            && same_table
            && mine.meets(theirs);
        self.lesson != other.lesson && same && opposite && believed
    }

    /// Its state from the runs that speak for and against it.
    fn judged(&self) -> State {
        match self.origin {
            _ if self.superseded_by.is_some() => State::Retired,
            Origin::Person => self.state,
            Origin::Rule(_) if self.against_runs.len() >= self.for_runs.len().max(1) => State::Retired,
            Origin::Rule(_) if self.for_runs.len() >= ACTIVE_RUNS => State::Active,
            Origin::Rule(_) => State::Candidate,
        }
    }
}
