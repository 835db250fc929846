//! Names that only one object can have at a time: taken by one change when another has freed them.

use std::collections::BTreeSet;

use model::{Column, Constraint, Ident, Name, Object, ObjectRef};

/// A name that only one object can have at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// A table, view, index or sequence.
    Relation(Name),
    /// A type, or the row type of a relation.
    Type(Name),
    /// A constraint of a table.
    Constraint(Name, Ident),
    /// A column of a table.
    Column(Name, Ident),
    /// Columns of a table that a foreign key points at: it takes the first key on them that it finds.
    Key(Name, BTreeSet<Ident>),
    /// A routine's name: with an old namesake about, a call may not tell which one it means.
    Routine(String),
}

pub(super) fn constraint_slots(table: &Name, constraint: &Constraint) -> Vec<Slot> {
    let mut slots = named(table, &constraint.name);
    slots.truncate(if constraint.has_index() { 2 } else { 1 });
    slots
}

/// The names of a constraint and of the index behind it.
pub(super) fn named(table: &Name, name: &Ident) -> Vec<Slot> {
    vec![Slot::Constraint(table.clone(), name.clone()), Slot::Relation(table.sibling(name))]
}

pub(super) fn slots(object: &Object) -> Vec<Slot> {
    match object {
        Object::Table { name, table } => {
            let indexes = table.indexes.keys().map(|index| Slot::Relation(name.sibling(index)));
            let keys = table.constraints.values().flat_map(|constraint| constraint_slots(name, constraint));
            let sequences = table.columns.iter().filter_map(|column| identity_sequence(name, column));
            let own = [Slot::Relation(name.clone()), Slot::Type(name.clone())];
            own.into_iter().chain(indexes).chain(keys).chain(sequences).collect()
        }
        Object::View { name, view } => {
            let indexes = view.indexes.keys().map(|index| Slot::Relation(name.sibling(index)));
            [Slot::Relation(name.clone()), Slot::Type(name.clone())].into_iter().chain(indexes).collect()
        }
        Object::Composite { name, .. } => vec![Slot::Relation(name.clone()), Slot::Type(name.clone())],
        Object::Enum { name, .. } | Object::Domain { name, .. } | Object::Range { name, .. } => {
            vec![Slot::Type(name.clone())]
        }
        Object::Sequence { name, .. } => vec![Slot::Relation(name.clone()), Slot::Type(name.clone())],
        Object::Routine { routine } => {
            routine_slot(&ObjectRef::Routine(routine.identity())).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The name of a routine without its arguments.
pub(super) fn routine_slot(object: &ObjectRef) -> Option<Slot> {
    match object {
        ObjectRef::Routine(identity) => {
            Some(Slot::Routine(identity.split('(').next().unwrap_or_default().to_owned()))
        }
        _ => None,
    }
}

/// The name that the server usually gives to the sequence of an identity column.
pub(super) fn identity_sequence(table: &Name, column: &Column) -> Option<Slot> {
    column.identity.as_ref().map(|_| Slot::Relation(sequence_of(table, &column.name)))
}

pub(super) fn sequence_of(table: &Name, column: &Ident) -> Name {
    table.sibling(&Ident::new(format!("{}_{}_seq", table.name.as_str(), column.as_str())).truncated())
}
