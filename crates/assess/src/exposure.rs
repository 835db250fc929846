//! How exposed a change is to each factor of its table, from 0 (not at all) to 1 (fully).

use model::{Change, Effect, Name};

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

/// A table as a change meets it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Its partitions and inheriting tables and itself: their rows are its rows.
    pub(crate) parts: Vec<Name>,
    /// Whether the change is about this table, and does not only come by it.
    pub(crate) own: bool,
    /// Whether queries use the index that goes.
    pub(crate) used: bool,
}

/// The exposure of a change on a table, from what its statements do there.
pub(crate) fn of(change: &Change, effect: &Effect, place: &Place) -> Exposure {
    let is_here = |name: &Name| place.parts.contains(name);
    let mode = effect.locks.iter().filter(|lock| is_here(&lock.relation)).map(|lock| lock.mode).max();
    let rewrites = effect.rewrites.iter().any(is_here);
    let scans = effect.scans.iter().any(is_here);
    // An effect counts the indexes it builds, and does not say whose they are.
    let builds = if place.own { effect.index_builds } else { 0 };
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
    if place.used && matches!(change, Change::DropIndex { .. }) {
        // The drop is over at once; what the index spared the queries lasts.
        let words = "queries that used the index read the table instead";
        let long = 0.8 - base.critical_brief;
        return Exposure { rows: 0.7, indexes: 0.5, critical_long: long, words, ..base };
    }
    if rewrites {
        let words = "rewritten under ACCESS EXCLUSIVE";
        return Exposure { rows: 1.0, indexes: 1.0, constraints: 1.0, critical_long: 0.8, words, ..base };
    }
    if !(reads || writes) && (scans || builds > 0) {
        let words = "read without blocking anybody";
        return Exposure { rows: 0.1, indexes: 0.1, words, ..base };
    }
    if builds > 0 {
        let words = if reads { "indexed under ACCESS EXCLUSIVE" } else { "indexed while writes wait" };
        let several = if builds > 1 { 1.0 } else { 0.8 };
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
    if place.own && matches!(change, Change::RenameColumn { .. } | Change::RenameTable { .. }) {
        return Exposure { critical_brief: 1.0, words: "code that knows the old name fails", ..base };
    }
    base
}
