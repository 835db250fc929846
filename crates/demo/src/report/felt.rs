//! What the application felt, as the report tells it.

use std::collections::BTreeMap;

use model::Name;
use serde::{Deserialize, Serialize};
use traffic::{Failure, Latency, Rate, WindowReport};

/// The longest that a read and a write took, in ms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Stall {
    /// The longest read.
    pub read: f64,
    /// The longest write.
    pub write: f64,
}

impl Stall {
    /// The longest of all windows with one of these names.
    pub(crate) fn over<'a>(windows: impl IntoIterator<Item = &'a WindowReport>) -> Self {
        windows.into_iter().fold(Self::default(), |worst, window| Self {
            read: worst.read.max(tenth(window.read.worst_ms)),
            write: worst.write.max(tenth(window.write.worst_ms)),
        })
    }
}

/// What the application felt and did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplicationReport {
    /// Statements in a second.
    pub rate: Rate,
    /// Its spans in order, the baseline first.
    pub windows: Vec<WindowSummary>,
    /// Statements that failed.
    pub failures: Vec<Failure>,
    /// Rows it wrote, by table: inserts, updates and deletes that the server acknowledged.
    pub writes: BTreeMap<Name, u64>,
}

/// What the application felt in one span of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowSummary {
    /// What happened meanwhile.
    pub name: String,
    /// How long it was.
    pub ms: f64,
    /// Reads.
    pub read: Latency,
    /// Writes.
    pub write: Latency,
    /// Statements that failed.
    pub failed: u64,
    /// Statements run a second time because their prepared plan had another result type.
    pub retried: u64,
    /// The longest that the demo itself was late to send a statement: the machine was busy.
    pub late_ms: f64,
}

impl WindowSummary {
    pub(crate) fn of(window: &WindowReport) -> Self {
        Self {
            name: window.name.clone(),
            ms: tenth(window.ms),
            read: rounded(&window.read),
            write: rounded(&window.write),
            failed: window.failed_count(),
            retried: window.retried,
            late_ms: tenth(window.late_ms),
        }
    }
}

fn rounded(latency: &Latency) -> Latency {
    Latency {
        p50_ms: tenth(latency.p50_ms),
        p99_ms: tenth(latency.p99_ms),
        worst_ms: tenth(latency.worst_ms),
        worst_at_ms: tenth(latency.worst_at_ms),
        ..latency.clone()
    }
}

/// A time to a tenth of a millisecond; nothing here is measured more closely.
pub(crate) fn tenth(ms: f64) -> f64 {
    // An empty sum is -0.0.
    (ms * 10.0).round() / 10.0 + 0.0
}

/// An elapsed time in ms, to a tenth.
pub(crate) fn elapsed_ms(began: std::time::Instant) -> f64 {
    tenth(began.elapsed().as_secs_f64() * 1_000.0)
}
