//! What can be found: one document for each thing worth remembering, made from ledger entries.
//!
//! Documents are derived. They hold the facets that predicates filter by, the measures statistics
//! are made from, and a text in words. They can be made anew from the ledger at any time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Outcome, TableName};

/// One thing that can be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What it is a document of: an entry's id, or `run:` with the run's id. A later document with the
    /// same key takes the place of the earlier one.
    pub key: String,
    /// The ledger entry it was made from.
    pub entry: String,
    /// What type of memory it is: `step`, `run`, `rehearsal`, `migration-strategy`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The operation, in capitals with underscores.
    pub operation: Option<String>,
    /// The recipe or strategy.
    pub recipe: Option<String>,
    /// The table.
    pub table: Option<TableName>,
    /// How it ended; none where nobody said.
    pub outcome: Option<Outcome>,
    /// The environment by its name in `lockkeeper.toml`.
    pub environment: Option<String>,
    /// The server's major version.
    pub server_major: Option<u32>,
    /// The run it comes from.
    pub run: Option<String>,
    /// Whether it was measured on a throwaway server.
    pub rehearsal: bool,
    /// Whether a person told it, so that nothing of it was measured here.
    pub claimed: bool,
    /// How often what it says went well and failed; none where its strategy's own receipts tell.
    pub counts: Option<(u64, u64)>,
    /// What people should know of it beside its text: that something contradicts it, that it is a candidate.
    pub remarks: Vec<String>,
    /// What was measured.
    pub measures: Measures,
    /// When it happened.
    pub happened_at: Timestamp,
    /// What it says, in words.
    pub text: String,
}

/// The numbers of a document; none where they were not measured.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// The table's estimated rows.
    pub rows: Option<f64>,
    /// The table's heap, in bytes.
    pub heap_bytes: Option<i64>,
    /// The table's indexes, in bytes.
    pub index_bytes: Option<i64>,
    /// The table with indexes and TOAST, in bytes.
    pub total_bytes: Option<i64>,
    /// The whole step, in ms.
    pub ms: Option<f64>,
    /// The longest its locks were held at once, in ms.
    pub lock_hold_ms: Option<f64>,
    /// Time queued for locks, in ms.
    pub lock_wait_ms: Option<f64>,
    /// The worst stall an application felt, in ms.
    pub stall_ms: Option<f64>,
}
