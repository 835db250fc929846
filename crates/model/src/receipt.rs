//! What happened: the typed records of a run, as the journal and the memory keep them.
//!
//! No row values, no literals of statements, no secrets.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Fingerprint, Name, Operation, PhaseName, Prediction, RelationLock};

/// Which way a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// `apply`.
    Forward,
    /// `rollback`.
    Back,
}

/// How a run stands or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// It goes on, or its process died: the journal tells.
    Running,
    /// It stopped at a gate, at `--until`, or because it was asked to pause.
    Paused,
    /// Every step was done.
    Done,
    /// A step failed; what was done before stays and can be resumed or rolled back.
    Failed,
    /// It was abandoned by an explicit command.
    Aborted,
}

/// One run of a plan, in one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReceipt {
    /// The run's id.
    pub run: String,
    /// The hash of the plan.
    pub plan: Fingerprint,
    /// Forward or back.
    pub direction: Direction,
    /// The database: system identifier and name, no host and no user.
    pub database: String,
    /// The environment by its name in `lockkeeper.toml`, or `unknown`.
    pub environment: String,
    /// `server_version_num`.
    pub server_version: u32,
    /// The schema it started from.
    pub from: Fingerprint,
    /// The schema it goes to.
    pub to: Fingerprint,
    /// How it stands.
    pub outcome: RunOutcome,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Whether this was a rehearsal on a throwaway server.
    pub rehearsal: bool,
    /// Who approved the plan and when, as the approval says; none where it names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Why the plan was carried out without a rehearsal; none where it was rehearsed or did not have to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrehearsed: Option<String>,
}

/// How one attempt of a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It did its work.
    Done,
    /// Its probe was true before it was sent: an earlier attempt had got through.
    AlreadyDone,
    /// It failed; nothing of it stays.
    Failed,
    /// Its lock was not to be had in time; it will be tried again.
    LockTimeout,
}

/// What one attempt of one step did, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepReceipt {
    /// The run it belongs to.
    pub run: String,
    /// The step's position in the plan, from 0.
    pub ordinal: u32,
    /// Which attempt of the step this was, from 1, over all runs' resumes.
    pub attempt: u32,
    /// The step's id.
    pub step: String,
    /// The step's phase.
    pub phase: PhaseName,
    /// Forward or back.
    pub direction: Direction,
    /// The operation it is part of.
    pub operation: Operation,
    /// The recipe it comes from: the strategy.
    pub recipe: String,
    /// The table.
    pub table: Option<Name>,
    /// The table's estimated rows (`pg_class.reltuples`) before; none where never analysed.
    pub rows: Option<f64>,
    /// The table's heap, in bytes.
    pub heap_bytes: Option<i64>,
    /// The table's indexes, in bytes.
    pub index_bytes: Option<i64>,
    /// The table with indexes and TOAST, in bytes.
    pub total_bytes: Option<i64>,
    /// The locks it took, as planned.
    pub locks: Vec<RelationLock>,
    /// Time queued for locks, all tries together, in ms.
    pub lock_wait_ms: f64,
    /// The longest time its locks were held at once, in ms.
    pub lock_hold_ms: f64,
    /// Time from the first try to the end, in ms.
    pub execution_ms: f64,
    /// How often the lock was asked for.
    pub lock_tries: u32,
    /// Batches of a backfill.
    pub batches: u32,
    /// Rows a backfill filled.
    pub rows_filled: u64,
    /// The worst stall of a read that a second connection felt, above its baseline, in ms.
    pub stall_read_ms: Option<f64>,
    /// The worst stall of a write that a second connection felt, above its baseline, in ms.
    pub stall_write_ms: Option<f64>,
    /// The age of the longest other transaction at the start, in ms.
    pub longest_transaction_ms: Option<f64>,
    /// The error, where it failed.
    pub sqlstate: Option<String>,
    /// How it ended.
    pub outcome: StepOutcome,
    /// The answer of the step's verification; none where it was not asked.
    pub verified: Option<bool>,
    /// What was predicted before.
    pub predicted: Prediction,
    /// When it started.
    pub started_at: Timestamp,
}
