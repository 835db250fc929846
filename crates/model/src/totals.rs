//! What a plan costs altogether.

use serde::{Deserialize, Serialize};

use crate::Interval;

/// What a plan costs altogether, by estimates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// All steps one after the other, without the waits at gates, in ms; none where a table's size is not
    /// known. The ends add up those of the steps: steps that are off are off in the same direction.
    pub ms: Option<Interval>,
    /// What the database grows by until vacuum and cleanup have given back what they can, in bytes.
    pub extra_disk_bytes: Option<u64>,
    /// The write-ahead log that is written, and that archives, replicas and slots have to take, in bytes.
    pub wal_bytes: Option<u64>,
    /// What disk and log rest on, for each step that needs much of either.
    pub basis: Vec<String>,
}
