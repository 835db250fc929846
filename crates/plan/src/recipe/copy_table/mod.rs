//! A table whose columns change their types so that every row is written anew: a copy with the new types is filled
//! beside it, and takes its place.
//!
//! A trigger notes the keys of rows that are written meanwhile, and nothing else: no writer waits for the copy, and
//! no value of the application can fail there. The rows are copied page by page without an index, then the rows whose
//! keys were noted are taken over again (in one statement, and so as they were at one moment), the indexes are built,
//! both tables compared, and the copy takes the table's name in one short transaction. The table as it was is kept
//! until cleanup. Keys written since are noted the other way, so that the way back has them.

mod catch_up;
mod fit;
mod make;
mod note;
mod steps;
mod subject;
mod swap;

use model::Change;

use self::fit::fit;
use crate::draft::Drafted;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let subject = fit(situation)?.ok()?;
    if !subject.absorbs(change) {
        return None;
    }
    let is_first = situation.changes.iter().find(|change| subject.absorbs(change)) == Some(change);
    Some(if is_first {
        steps::whole(&subject, situation)
    } else {
        Drafted::new("changes together with the type of another column, in the copy of the table", Vec::new())
    })
}

/// Whether a table whose rows are to be written anew is copied, or why it is not; none where nothing is written
/// anew, and where there are too few rows for it to matter.
pub(super) fn chosen(situation: &Situation<'_>) -> Option<Result<(), String>> {
    fit(situation).map(|fit| fit.map(drop))
}
