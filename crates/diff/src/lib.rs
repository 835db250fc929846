//! Schema as it is and schema as it is wanted into ordered [`Change`]s that a plain push would make.
//!
//! Invariant of absence: no I/O. Renames happen only when told; where a drop and an add look alike, the
//! answer says so and the caller decides.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod column;
mod constraint;
mod conversion;
mod index;
mod object;
mod order;
mod rename;
mod table;
mod view;

use model::{Change, Schema};

pub use rename::{Ambiguity, Rename};

/// The changes from one schema to another, and what only a person can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// The changes in an order in which PostgreSQL accepts them.
    pub changes: Vec<Change>,
    /// Drops and adds that look like renames, with reasons.
    pub ambiguities: Vec<Ambiguity>,
}

/// Compares two schemas.
///
/// # Errors
/// `diff.rename` when a rename names something that is not there.
pub fn diff(from: &Schema, to: &Schema, renames: &[Rename]) -> Result<Diff, model::Fault> {
    let (from, mut changes) = rename::apply(from, to, renames)?;
    object::compare(&from, to, &mut changes);
    for (name, wanted) in &to.tables {
        if let Some(current) = from.tables.get(name) {
            table::compare(name, current, wanted, &mut changes);
        }
    }
    view::compare(&from, to, &mut changes);
    let ambiguities = rename::ambiguities(&from, to);
    Ok(Diff { changes: order::sort(changes, &from, to), ambiguities })
}
