//! What a pass does to rows: fill them where they are, or copy them into another table.

use model::{Backfill, Copying, Name, Sql, sql};

/// How many turns a range of pages takes: with more of them fewer rows leave their pages, and with a few more
/// it makes no difference any longer.
const TURNS: i64 = 8;

/// The first major version that can tell rows apart by a hash of their place.
const HASHES_PLACES: u32 = 14;

/// The work of a pass.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Filling<'a> {
    /// Pending rows are updated.
    Rows(&'a Backfill),
    /// All rows are copied.
    Copy(&'a Copying),
}

impl<'a> Filling<'a> {
    /// The table whose pages a pass goes through.
    pub(crate) fn table(&self) -> &'a Name {
        match self {
            Self::Rows(backfill) => &backfill.table,
            Self::Copy(copying) => &copying.table,
        }
    }

    /// In how many turns a range of pages is gone through: a power of two.
    pub(crate) fn turns(&self, major: u32) -> i64 {
        match self {
            Self::Rows(_) if major >= HASHES_PLACES => TURNS,
            _ => 1,
        }
    }

    /// Sent before a batch: it keeps the application's triggers from firing.
    pub(crate) fn silence(&self) -> Sql {
        match self {
            Self::Rows(backfill) if !backfill.silences.is_empty() => {
                sql!("SET LOCAL session_replication_role = replica; ")
            }
            _ => sql!(""),
        }
    }

    /// The time a batch should take, in ms.
    pub(crate) fn batch_target_ms(&self) -> u32 {
        match self {
            Self::Rows(backfill) => backfill.batch_target_ms,
            Self::Copy(copying) => copying.batch_target_ms,
        }
    }

    /// The rows of a batch before there is a measurement.
    pub(crate) fn batch_rows(&self) -> u32 {
        match self {
            Self::Rows(backfill) => backfill.batch_rows,
            Self::Copy(copying) => copying.batch_rows,
        }
    }

    /// What is sent before the first page.
    pub(crate) fn begin(&self) -> &'a [Sql] {
        match self {
            Self::Rows(_) => &[],
            Self::Copy(copying) => &copying.begin,
        }
    }

    /// What is sent with the end of the pass.
    pub(crate) fn end(&self) -> &'a [Sql] {
        match self {
            Self::Rows(_) => &[],
            Self::Copy(copying) => &copying.end,
        }
    }

    /// One batch: the rows of one part within these pages that are still to be filled, or copied.
    pub(crate) fn batch(&self, part: &Name, within: &Sql) -> Sql {
        match self {
            Self::Rows(backfill) => {
                sql!("UPDATE ONLY {} SET {} WHERE {} AND ({})", part, backfill.set, within, backfill.pending)
            }
            Self::Copy(copying) => sql!("{} WHERE {}", copying.insert, within),
        }
    }

    /// One batch that leaves out rows which somebody else has locked; copying locks none.
    pub(crate) fn batch_of_free_rows(&self, part: &Name, within: &Sql) -> Sql {
        let Self::Rows(backfill) = self else { return self.batch(part, within) };
        sql!(
            "UPDATE ONLY {} SET {} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ONLY {} WHERE {} AND ({}) FOR NO KEY UPDATE SKIP LOCKED))",
            part,
            backfill.set,
            part,
            within,
            backfill.pending
        )
    }
}

/// A pass as a dry run shows it.
pub(crate) fn script(filling: &Filling<'_>) -> Vec<Sql> {
    let range = Sql::verbatim("ctid >= '(first page,0)' AND ctid < '(last page,0)'");
    let lock_timeout = sql!("SET LOCAL lock_timeout = {}", model::LOCK_TIMEOUT_MS);
    let batch = sql!("{}\n;\n{}{}", lock_timeout, filling.silence(), filling.batch(filling.table(), &range));
    filling.begin().iter().cloned().chain([batch]).chain(filling.end().iter().cloned()).collect()
}
