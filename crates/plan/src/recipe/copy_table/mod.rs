//! A table whose rows a change writes anew (another type, a STORED generated column): a copy with the columns as they
//! are wanted is filled beside it, and takes its place.
//!
//! A trigger notes the keys of rows that are written meanwhile, and nothing else: no writer waits for the copy, and
//! no value of the application can fail there. The rows are copied page by page without an index, then the rows whose
//! keys were noted are taken over again (in one statement, and so as they were at one moment), the indexes are built,
//! both tables compared, and the copy takes the table's name in one short transaction. The table as it was is kept
//! until cleanup. Keys written since are noted the other way, so that the way back has them. Where several tables are
//! to be written anew, each is copied, and all change places in the same transaction.
//!
//! Views, policies, functions with a body in SQL and rules know a table by a number, which the copy does not have. They
//! are told again in the transaction of the swap, by the same text; it fails where anything is left that is bound to the
//! table as it was.

mod bound;
mod catch_up;
mod explanation;
mod fit;
mod group;
mod make;
mod note;
mod obstacle;
mod steps;
mod subject;
mod swap;

use model::Change;

use self::fit::fit;
use crate::draft::Drafted;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let group = fit(situation)?.ok()?;
    if !group.absorbs(change) {
        return None;
    }
    let is_first = situation.changes.iter().find(|change| group.absorbs(change)) == Some(change);
    Some(if is_first {
        steps::whole(&group, situation)
    } else {
        Drafted::new("made in the copy of the table", Vec::new())
    })
}

/// Whether the tables whose rows are to be written anew are copied.
pub(super) fn is_chosen(situation: &Situation<'_>) -> bool {
    fit(situation).is_some_and(|fit| fit.is_ok())
}

/// Why a change that writes every row of a large table anew is not made by a copy; none where it is, or needs none.
pub(super) fn refused(change: &Change, situation: &Situation<'_>) -> Option<String> {
    fit::written_anew(change, situation)?;
    fit(situation)?.err()
}
