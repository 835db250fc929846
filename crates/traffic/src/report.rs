//! What a traffic measured, as data.

use std::collections::BTreeMap;

use model::Name;
use serde::{Deserialize, Serialize};

/// What the statements of a traffic felt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrafficReport {
    /// All statements of the traffic.
    pub total: WindowReport,
    /// The traffic by windows, in the order they were opened; see [`Traffic::open_window`](crate::Traffic::open_window).
    pub windows: Vec<WindowReport>,
    /// What the server acknowledged since the traffic began, by table.
    pub acknowledged: BTreeMap<Name, Acknowledged>,
}

impl TrafficReport {
    /// The window with this name; the last one where several have it.
    pub fn window(&self, name: &str) -> Option<&WindowReport> {
        self.windows.iter().rev().find(|window| window.name == name)
    }
}

/// What the statements felt whose intended time lies in one span of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowReport {
    /// The window's name; `traffic` for all of it.
    pub name: String,
    /// When it began, in ms from the beginning of the traffic.
    pub from_ms: f64,
    /// How long it was, in ms.
    pub ms: f64,
    /// Reads.
    pub read: Latency,
    /// Writes.
    pub write: Latency,
    /// Statements that failed, by statement, SQLSTATE and message.
    pub failed: Vec<Failure>,
    /// Statements run a second time because their prepared plan had another result type, as drivers
    /// do; they are not among the failed ones unless they failed again.
    pub retried: u64,
    /// The longest that this process itself was late to send a statement, in ms: the machine was busy,
    /// and as much of a worst latency may not be the server's doing.
    pub late_ms: f64,
    /// The worst latencies over time.
    pub timeline: Vec<Moment>,
}

impl WindowReport {
    /// How many statements failed.
    pub fn failed_count(&self) -> u64 {
        self.failed.iter().map(|failure| failure.count).sum()
    }
}

/// Latencies of one kind of statement, from the intended time to the answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// How many statements were answered, refused ones included.
    pub count: u64,
    /// The median, in ms.
    pub p50_ms: f64,
    /// The 99th percentile, in ms.
    pub p99_ms: f64,
    /// The longest, in ms.
    pub worst_ms: f64,
    /// When the longest should have been sent, in ms from the beginning of the traffic.
    pub worst_at_ms: f64,
    /// The statement that took longest; empty where there was none.
    pub worst_statement: String,
}

/// Statements that failed in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The statement's name.
    pub statement: String,
    /// SQLSTATE; none where no answer came or nothing could be sent.
    pub sqlstate: Option<String>,
    /// The server's message, or what became of the connection.
    pub message: String,
    /// How many.
    pub count: u64,
    /// When the first of them should have been sent, in ms from the beginning of the traffic.
    pub first_at_ms: f64,
}

/// Writes that the server acknowledged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Rows inserted.
    pub inserted: u64,
    /// Updates of a row.
    pub updated: u64,
    /// Rows deleted.
    pub deleted: u64,
}

/// The worst latencies of the statements that should have been sent in one slice of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// When the slice begins, in ms from the beginning of the traffic.
    pub at_ms: f64,
    /// Statements answered.
    pub count: u64,
    /// The longest read, in ms.
    pub read_ms: f64,
    /// The longest write, in ms.
    pub write_ms: f64,
}
