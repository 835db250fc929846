//! A plan: what will be done, in which phases, how each step is known to have happened, and the way back.

use serde::{Deserialize, Serialize};

use crate::{
    Constraint, Effect, Fingerprint, Ident, Name, Operation, PhaseName, RelationLock, Risk, Sql, Totals,
};

/// The shape of `plan.json`; raised when a field changes its meaning.
pub const PLAN_FORMAT: u32 = 1;

/// The longest a statement that takes a strong lock may queue for it, in ms.
pub const LOCK_TIMEOUT_MS: u32 = 50;

/// The default budget for an application's stall, in ms.
pub const STALL_BUDGET_MS: u32 = 100;

/// How the name of a column begins that a plan put out of reach and keeps until cleanup. Readers of live
/// schemas do not see such columns, nor the indexes and constraints that stand on them.
pub const KEPT_PREFIX: &str = "_lockkeeper_kept_";

/// The SQLSTATE that a step of a plan raises where something is not as the plan demands; its message and hint
/// are for people. Nothing was changed then.
pub const DEMAND_SQLSTATE: &str = "LK001";

/// How the name of a column or index begins that a plan builds beside the one it is to replace. Readers of
/// live schemas do not see it.
pub const COMING_PREFIX: &str = "_lockkeeper_new_";

/// How the name of a table begins for which a view stands in, under the table's own name, while two names of
/// a column are in use. Readers of live schemas see the table under its own name.
pub const BASE_PREFIX: &str = "_lockkeeper_base_";

/// The setting that is `on` in the transactions of a backfill: triggers that only do what the backfill does
/// need not fire then.
pub const FILLING: &str = "lockkeeper.filling";

/// The schema in which a copy of a table waits until it takes the table's place, under the names that it and
/// all that stands on it will have then. Readers of live schemas do not see it.
pub const COPY_NAMESPACE: &str = "lockkeeper_copy";

/// How the comment on a view begins that stands in for a renamed table, or for a table with a renamed column,
/// until the code knows the new name; the table follows. Readers of live schemas do not see such views.
pub const STAND_IN: &str = "lockkeeper: stands in until contract for ";

/// A plan. It is bound to both schemas and to the server's major version, and it is hashed whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The shape of this document.
    pub format: u32,
    /// The schema it starts from.
    pub from: Fingerprint,
    /// The schema it arrives at.
    pub to: Fingerprint,
    /// Where else a way back may arrive: the start with what PostgreSQL cannot take back (labels of
    /// enums). The plan can begin again from there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remains: Vec<Fingerprint>,
    /// The major version of the server it was made for.
    pub server_major: u32,
    /// The budget for an application's stall, in ms.
    pub stall_budget_ms: u32,
    /// The changes the plan makes, as operation and object.
    pub changes: Vec<PlannedChange>,
    /// Steps in the order they run; phases follow each other in the order of [`PhaseName`].
    pub steps: Vec<Step>,
    /// What has to be true outside the database before a phase begins.
    pub gates: Vec<Gate>,
    /// CHECK constraints that the rows meet though the schema does not say so, because steps of the plan
    /// demand it: made-up rows have to meet them as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demanded: Vec<(Name, Constraint)>,
    /// The risk of a plain push of the same changes.
    pub risk_before: Risk,
    /// The risk of this plan.
    pub risk_after: Risk,
    /// What it costs altogether.
    #[serde(default)]
    pub totals: Totals,
    /// What the reader should know: why there is no backfill, what cannot be taken back.
    pub notes: Vec<String>,
}

/// One change a plan makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    /// What kind of change it is.
    pub operation: Operation,
    /// The object it changes.
    pub object: String,
    /// The recipe that makes it.
    pub recipe: String,
    /// Why this recipe, in a sentence.
    pub why: String,
}

impl Plan {
    /// The content hash that an approval names.
    pub fn hash(&self) -> Fingerprint {
        Fingerprint::of(self)
    }

    /// Whether the plan can begin from this schema: its start, or what its own way back leaves of it.
    pub fn starts_from(&self, live: &Fingerprint) -> bool {
        self.from == *live || self.remains.contains(live)
    }

    /// The phases that have steps, in order.
    pub fn phases(&self) -> Vec<PhaseName> {
        PhaseName::ALL.into_iter().filter(|phase| self.steps.iter().any(|s| s.phase == *phase)).collect()
    }

    /// The steps of one phase, in order.
    pub fn steps_of(&self, phase: PhaseName) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.phase == phase)
    }
}

/// Something outside the database that a plan waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The phase that waits.
    pub before: PhaseName,
    /// What it waits for, in a sentence.
    pub waits_for: String,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its id within the plan: position, phase and what it does, fit for a file name.
    pub id: String,
    /// The phase it belongs to.
    pub phase: PhaseName,
    /// What it does, in a few words.
    pub title: String,
    /// The operation it is part of.
    pub operation: Operation,
    /// The object it changes.
    pub object: String,
    /// The table whose readers and writers it concerns.
    pub table: Option<Name>,
    /// The recipe it comes from.
    pub recipe: String,
    /// What is done.
    pub action: Action,
    /// Answers one boolean: is the step's effect in the catalog or data? False before, true after.
    pub probe: Sql,
    /// Answers one boolean: did the step do all it should? Asked after the probe is true.
    pub verification: Sql,
    /// What takes it back; afterwards the probe is false, unless there is nothing to take back.
    pub undo: Action,
    /// What it does to relations.
    pub effect: Effect,
    /// The locks that the way back takes, each relation under the name it then has.
    #[serde(default)]
    pub undo_locks: Vec<RelationLock>,
    /// The longest it may queue for a strong lock at each try, in ms.
    pub lock_timeout_ms: u32,
    /// Whether plain reads wait while it holds its locks.
    pub blocks_reads: bool,
    /// Whether writes wait while it holds its locks.
    pub blocks_writes: bool,
    /// How long it should take.
    pub predicted: Prediction,
}

/// What a step sends to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Statements that commit together with their journal row. The step's locks are taken first, so
    /// that waiting and holding are measured apart.
    Transaction {
        /// The statements in order.
        sql: Vec<Sql>,
    },
    /// One statement that cannot run in a transaction (`CONCURRENTLY`).
    Concurrent {
        /// The statement.
        sql: Sql,
        /// What a failed or killed attempt leaves, and how it goes away.
        leftover: Option<Leftover>,
    },
    /// Rows filled in small transactions.
    Backfill(Backfill),
    /// Rows copied into another table in small transactions.
    Copy(Copying),
    /// Nothing needs to be done, for this reason.
    Nothing {
        /// Why.
        why: String,
    },
}

/// What a failed non-transactional statement leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// Answers one boolean: is it there?
    pub probe: Sql,
    /// Removes it; cannot run in a transaction.
    pub remove: Sql,
}

/// Rows to fill in small transactions over physical ranges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// The table.
    pub table: Name,
    /// The assignments of the `UPDATE`: `token = gen_random_uuid()`.
    pub set: Sql,
    /// The predicate that a row still to be filled meets: `token IS NULL`.
    pub pending: Sql,
    /// The time a batch should take, in ms.
    pub batch_target_ms: u32,
    /// The rows of a batch before there is a measurement; the first one, which measures, has an eighth of them.
    pub batch_rows: u32,
    /// Triggers of the application that the `UPDATE` would fire, and that it does not fire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<Ident>,
}

/// Rows to copy in small transactions over physical ranges, each page once. What is written meanwhile is
/// for the plan to note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copying {
    /// The table whose rows are copied.
    pub table: Name,
    /// `INSERT INTO … SELECT … FROM ONLY table`, to which each batch adds its range of pages.
    pub insert: Sql,
    /// What is sent before the first page: it removes what an earlier pass may have copied.
    pub begin: Vec<Sql>,
    /// What is sent after the last page, in one transaction; the step's probe is true from then on.
    pub end: Vec<Sql>,
    /// The time a batch should take, in ms.
    pub batch_target_ms: u32,
    /// The rows of a batch before there is a measurement; the first one, which measures, has an eighth of them.
    pub batch_rows: u32,
}

/// The 10th, 50th and 90th percentile of a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// One in ten is lower.
    pub p10: f64,
    /// As many are lower as higher.
    pub p50: f64,
    /// One in ten is higher.
    pub p90: f64,
}

impl Interval {
    /// An interval around a middle, wider by a factor to both sides.
    pub fn around(p50: f64, factor: f64) -> Self {
        Self { p10: p50 / factor, p50, p90: p50 * factor }
    }

    /// A time nobody knows, but for what it takes at the least, in ms.
    pub fn unknown(at_least: f64) -> Self {
        Self { p10: at_least, p50: at_least, p90: f64::from(u32::MAX) }
    }

    /// Whether nobody knows; then only the 10th percentile means something.
    pub fn is_unknown(&self) -> bool {
        self.p90 >= f64::from(u32::MAX)
    }

    /// `8.0 ms (1.6 ms to 40 ms)`, or `unknown`: times in ms for people.
    pub fn ms_text(&self) -> String {
        if self.is_unknown() {
            return "unknown".to_owned();
        }
        let text = crate::ms_text;
        format!("{} ({} to {})", text(self.p50), text(self.p10), text(self.p90))
    }

    /// Whether a measured value lies within.
    pub fn contains(&self, value: f64) -> bool {
        (self.p10..=self.p90).contains(&value)
    }
}

/// How long a step should take, and what that rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The whole step, in ms.
    pub ms: Interval,
    /// The longest that its strongest lock is held, in ms.
    pub lock_hold_ms: Interval,
    /// What it rests on: `5.0 M rows, 412 MB; measured on another machine`, `3 earlier runs on this table`.
    pub basis: String,
}
