//! What is known of a database's size and life: the catalog's estimates and the statistics views.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Ident, Name};

/// What the server knows of its tables and its traffic, at one moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// Per table.
    pub tables: BTreeMap<Name, TableStatistics>,
    /// Sessions of others with an open transaction on this database; none where this role may not know of all.
    pub active_transactions: Option<u32>,
    /// The age of the oldest of them that this role may know of, in ms; none where there is none.
    pub longest_transaction_ms: Option<f64>,
    /// Connected replicas.
    pub replicas: u32,
    /// The replay lag of the slowest replica, in ms; none where there is none, or it may not be read.
    pub replica_lag_ms: Option<f64>,
    /// Logical replication slots on this database.
    pub logical_slots: u32,
    /// Whether statement statistics (`pg_stat_statements`) are installed.
    pub statements: bool,
}

/// What the server knows of one table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TableStatistics {
    /// Estimated rows (`pg_class.reltuples`, partitions added up); none where never analysed.
    pub rows: Option<f64>,
    /// Whether there is at least one row, looked up; none where it may not be read.
    pub has_rows: Option<bool>,
    /// The heap, in bytes.
    pub heap_bytes: u64,
    /// All indexes, in bytes.
    pub index_bytes: u64,
    /// Heap, indexes and TOAST, in bytes.
    pub total_bytes: u64,
    /// Sequential scans since the statistics were reset.
    pub sequential_scans: u64,
    /// Scans of each index since the statistics were reset.
    pub index_scans: BTreeMap<Ident, u64>,
    /// Rows inserted, updated and deleted since the statistics were reset.
    pub writes: u64,
    /// Sessions of others that hold a lock on it at this moment.
    pub lock_holders: u32,
}

impl TableStatistics {
    /// Estimated rows; where the table was never analysed, judged from its heap at 100 bytes a row.
    pub fn rows_or_guess(&self) -> f64 {
        match (self.rows, self.has_rows) {
            (_, Some(false)) => 0.0,
            (Some(rows), _) if rows > 0.0 => rows,
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            _ => self.heap_bytes as f64 / 100.0,
        }
    }
}

impl Statistics {
    /// What is known of a table.
    pub fn table(&self, name: &Name) -> Option<&TableStatistics> {
        self.tables.get(name)
    }
}
