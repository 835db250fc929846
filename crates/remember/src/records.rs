//! What the ledger holds beside the receipts of runs and steps.

use jiff::Timestamp;
use model::{Fingerprint, Operation, PhaseName, Prediction};
use serde::{Deserialize, Serialize};

use crate::TableName;

/// A prediction, written down before its step runs. It is scored against the receipt of the same run
/// and ordinal; the score is derived, so nothing is ever corrected here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredictionRecord {
    /// The run the step belongs to.
    pub run: String,
    /// The step's position in the plan, from 0.
    pub ordinal: u32,
    /// The operation the step is part of.
    pub operation: Operation,
    /// The recipe it comes from: the strategy.
    pub recipe: String,
    /// The table.
    pub table: Option<TableName>,
    /// The table's estimated rows at that time.
    pub rows: Option<f64>,
    /// The table with indexes and TOAST, in bytes.
    pub total_bytes: Option<i64>,
    /// What was predicted, and what that rests on.
    pub predicted: Prediction,
    /// When.
    pub predicted_at: Timestamp,
}

/// What a rehearsal on a throwaway server showed. Its run and its steps have receipts of their own,
/// marked as a rehearsal's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RehearsalRecord {
    /// The run on the throwaway server.
    pub run: String,
    /// The hash of the plan.
    pub plan: Fingerprint,
    /// `server_version_num` of the throwaway server.
    pub server_version: u32,
    /// The rows of the largest table it was rehearsed on.
    pub rows: Option<f64>,
    /// Each phase that ran, in order.
    pub phases: Vec<RehearsedPhase>,
    /// Whether every row of the old schema was the same after the way back; none where it was not compared.
    pub data_equal: Option<bool>,
    /// How much the rehearsal says about the real run, 0 to 100; none where it was not judged.
    pub confidence: Option<f64>,
    /// When it ended.
    pub rehearsed_at: Timestamp,
}

/// One phase of a rehearsal, forward and back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RehearsedPhase {
    /// The phase.
    pub phase: PhaseName,
    /// The way forward, in ms.
    pub forward_ms: f64,
    /// The way back, in ms; none where the way back was not tried.
    pub back_ms: Option<f64>,
    /// Whether schema and data were what they had been; none where the way back was not tried.
    pub undone: Option<bool>,
}
