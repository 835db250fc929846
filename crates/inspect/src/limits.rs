//! How long questions may take.

use std::time::Duration;

/// Bounds on what a live database is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest one query may take (`statement_timeout`).
    pub query: Duration,
    /// The longest all of them together may take; those left over are not asked.
    pub total: Duration,
    /// The longest a query waits for somebody's lock (`lock_timeout`).
    pub lock: Duration,
}

impl Default for Limits {
    /// 5 s a query, 30 s in all, half a second for a lock.
    fn default() -> Self {
        Self {
            query: Duration::from_secs(5),
            total: Duration::from_secs(30),
            lock: Duration::from_millis(500),
        }
    }
}
