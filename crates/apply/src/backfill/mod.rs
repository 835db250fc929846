//! Fills rows in small transactions over physical ranges, as fast as the application allows.
//!
//! A pass goes through the pages of each part of the table once and takes in what was added at the end
//! meanwhile. Rows that were locked, or moved behind the pass by an application's update, are left for
//! the next pass; the step's probe says whether one is needed.

mod pass;
mod ranges;
mod servo;
mod throttle;

pub(crate) use pass::fill;

use model::{Backfill, Name, Sql, sql};

/// A batch as a dry run shows it.
pub(crate) fn script(backfill: &Backfill) -> Sql {
    let range = Sql::verbatim("ctid >= '(first page,0)' AND ctid < '(last page,0)'");
    let lock_timeout = sql!("SET LOCAL lock_timeout = {}", model::LOCK_TIMEOUT_MS);
    sql!("{}\n;\n{}", lock_timeout, batch(backfill, &backfill.table, &range))
}

/// One batch: the pending rows of one part within these pages.
fn batch(backfill: &Backfill, part: &Name, within: &Sql) -> Sql {
    sql!("UPDATE ONLY {} SET {} WHERE {} AND ({})", part, backfill.set, within, backfill.pending)
}

/// One batch that leaves out rows which somebody else has locked.
fn batch_of_free_rows(backfill: &Backfill, part: &Name, within: &Sql) -> Sql {
    sql!(
        "UPDATE ONLY {} SET {} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ONLY {} WHERE {} AND ({}) FOR NO KEY UPDATE SKIP LOCKED))",
        part,
        backfill.set,
        part,
        within,
        backfill.pending
    )
}
