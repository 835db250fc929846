//! What a time model learns from: one measured time and the size it was measured at.

use std::sync::Arc;

use jiff::Timestamp;

use crate::TableName;

/// The shortest time a model tells apart from none, in ms; logarithms need a floor.
const SHORTEST_MS: f64 = 0.1;

/// One measured time.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// The natural logarithm of the time in ms.
    pub(crate) log_ms: f64,
    /// What it was measured at.
    pub(crate) size: Size,
    /// When.
    pub(crate) at: Timestamp,
    /// How much it counts, 0 to 1: what decay and invalidation left of it.
    pub(crate) weight: f64,
    /// How much longer than usual steps took just before, whatever they did, as a logarithm; 0 where nothing
    /// tells.
    pub(crate) pace: f64,
}

impl Point {
    /// The logarithm that models work with.
    pub(crate) fn log_of(ms: f64) -> f64 {
        ms.max(SHORTEST_MS).ln()
    }
}

/// A table and how large it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Size {
    /// The table with its database: the same name elsewhere is another table.
    pub(crate) table: Option<Arc<TableKey>>,
    /// The natural logarithm of its rows.
    pub(crate) log_rows: Option<f64>,
    /// The natural logarithm of its bytes.
    pub(crate) log_bytes: Option<f64>,
}

impl Size {
    /// A size from estimates; what is not above zero is unknown.
    pub(crate) fn new(table: Option<Arc<TableKey>>, rows: Option<f64>, bytes: Option<f64>) -> Self {
        let log = |value: Option<f64>| value.filter(|value| *value > 0.0).map(|value| value.max(1.0).ln());
        Self { table, log_rows: log(rows), log_bytes: log(bytes) }
    }
}

/// A table of one database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TableKey {
    /// System identifier and name; none where it is not known.
    pub(crate) database: Option<String>,
    /// The table.
    pub(crate) table: TableName,
}
