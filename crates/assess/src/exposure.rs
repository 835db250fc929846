//! How exposed a change is to each factor of its table, from 0 (not at all) to 1 (fully).

use model::{Change, Effect, LockMode, Name};

/// What of a table's size and traffic a change has to pay for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Exposure {
    /// To its rows.
    pub(crate) rows: f64,
    /// To its indexes.
    pub(crate) indexes: f64,
    /// To its constraints.
    pub(crate) constraints: f64,
    /// To how much the application leans on it, for as long as the work takes.
    pub(crate) critical_long: f64,
    /// The same, for the moment that the lock itself takes.
    pub(crate) critical_brief: f64,
    /// To transactions that run beside it.
    pub(crate) transactions: f64,
    /// In a few words.
    pub(crate) words: &'static str,
}

/// The exposure of a change on its table, from what its statements do there.
///
/// `used` tells of an index that goes whether queries use it.
pub(crate) fn of(change: &Change, effect: &Effect, table: &Name, used: bool) -> Exposure {
    let mode = effect.locks.iter().filter(|lock| lock.relation == *table).map(|lock| lock.mode).max();
    let rewrites = effect.rewrites.contains(table);
    let scans = effect.scans.contains(table);
    let (reads, writes) = match mode {
        Some(mode) => (mode.blocks_reads(), mode.blocks_writes()),
        None => (false, false),
    };
    let base = Exposure {
        rows: 0.0,
        indexes: 0.0,
        constraints: 0.0,
        critical_long: 0.0,
        critical_brief: if reads {
            0.2
        } else if writes {
            0.15
        } else {
            0.0
        },
        transactions: if reads || writes { 1.0 } else { 0.2 },
        words: if reads || writes { "only the catalog changes" } else { "nobody is blocked" },
    };
    let blocked = if reads { 1.0 } else { 0.8 };
    if used && matches!(change, Change::DropIndex { .. }) {
        // The drop is over at once; what the index spared the queries lasts.
        let words = "queries that used the index read the table instead";
        let long = 0.8 - base.critical_brief;
        return Exposure { rows: 0.7, indexes: 0.5, critical_long: long, words, ..base };
    }
    if rewrites {
        let words = "rewritten under ACCESS EXCLUSIVE";
        return Exposure { rows: 1.0, indexes: 1.0, constraints: 1.0, critical_long: 0.8, words, ..base };
    }
    if !(reads || writes) && (scans || effect.index_builds > 0) {
        let words = "read without blocking anybody";
        return Exposure { rows: 0.1, indexes: 0.1, words, ..base };
    }
    if effect.index_builds > 0 {
        let words = if reads { "indexed under ACCESS EXCLUSIVE" } else { "indexed while writes wait" };
        let several = if effect.index_builds > 1 { 1.0 } else { 0.8 };
        return Exposure {
            rows: 0.9,
            indexes: several,
            critical_long: blocked - base.critical_brief,
            words,
            ..base
        };
    }
    if scans {
        let words = if reads { "read under ACCESS EXCLUSIVE" } else { "read while writes wait" };
        let long = blocked - base.critical_brief;
        return Exposure { rows: 0.95, indexes: 0.1, constraints: 1.0, critical_long: long, words, ..base };
    }
    if matches!(change, Change::RenameColumn { .. } | Change::RenameTable { .. }) {
        return Exposure { critical_brief: 1.0, words: "code that knows the old name fails", ..base };
    }
    let rows =
        if mode.is_some_and(|mode| mode >= LockMode::ShareUpdateExclusiveLock) { 0.0 } else { base.rows };
    Exposure { rows, ..base }
}
