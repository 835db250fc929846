//! Schema as it is and schema as it is wanted into ordered [`Change`]s that a plain push would make.
//!
//! In four steps: renames that a person told are made on a copy of the schema as it is; what has to step
//! aside is found (`events`); each kind of object is compared; the changes are put into an order that
//! PostgreSQL accepts (`order`).
//!
//! Invariant of absence: no I/O. Renames happen only when told; where a drop and an add look alike, the
//! answer says so and the caller decides.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod column;
mod constraint;
mod events;
mod find;
mod index;
mod inherit;
mod object;
mod order;
mod rename;
mod table;
mod types;
mod view;

use std::collections::BTreeSet;

use model::{Change, ObjectRef, Schema};

use events::Events;

pub use column::retyped as retyped_identity;
pub use rename::{Ambiguity, Rename, mentions, rename_column, rename_in_expression, rename_table};

/// The changes from one schema to another, and what only a person can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// The changes in an order in which PostgreSQL accepts them.
    pub changes: Vec<Change>,
    /// Objects that go and come back just as they were, because something under them changes.
    pub aside: BTreeSet<ObjectRef>,
    /// Drops and adds that look like renames, with reasons.
    pub ambiguities: Vec<Ambiguity>,
}

/// Compares two schemas.
///
/// # Errors
/// `diff.rename` when a rename names something that is not there.
pub fn diff(from: &Schema, to: &Schema, renames: &[Rename]) -> Result<Diff, model::Fault> {
    if renames.is_empty() && is_same(from, to) {
        return Ok(Diff { changes: Vec::new(), aside: BTreeSet::new(), ambiguities: Vec::new() });
    }
    let (from, mut changes) = rename::apply(from, to, renames)?;
    let events = Events::between(&from, to);
    let (settled, wanted) = inherit::settle(&from, to, &events);
    let sides = Sides { from: &settled, to: &wanted, events: &events };
    object::compare(&sides, &mut changes);
    types::compare(&sides, &mut changes);
    table::compare_all(&sides, &mut changes);
    view::compare_all(&sides, &mut changes);
    let aside = events.aside(&from, to);
    let ambiguities = rename::ambiguities(&from, to);
    Ok(Diff { changes: order::sort(changes, &from, to), aside, ambiguities })
}

/// The changes that lead back from the wanted schema, renames taken back as well. What a column or a table held comes
/// back only where it was kept.
///
/// # Errors
/// `diff.rename` when a rename names something that is not there.
pub fn undo(from: &Schema, to: &Schema, renames: &[Rename]) -> Result<Diff, model::Fault> {
    diff(to, from, &rename::taken_back(renames))
}

/// Whether two schemas have the same objects, each as it is in the other. What stands on what follows from them,
/// and what is not modelled cannot be compared.
pub fn is_same(from: &Schema, to: &Schema) -> bool {
    from.tables == to.tables
        && from.namespaces == to.namespaces
        && from.extensions == to.extensions
        && from.collations == to.collations
        && from.enums == to.enums
        && from.domains == to.domains
        && from.composites == to.composites
        && from.ranges == to.ranges
        && from.sequences == to.sequences
        && from.views == to.views
        && from.routines == to.routines
}

/// The two schemas of a comparison, and what happens to objects between them.
struct Sides<'a> {
    from: &'a Schema,
    to: &'a Schema,
    events: &'a Events,
}
