//! The way back of a list of changes that was made.

use model::{Change, Column, ColumnOption, Name, Object, ObjectRef, Schema, Sequence};

use crate::inherit;

/// What takes changes back, as far as PostgreSQL can.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Undo {
    /// The changes to make, in order.
    pub changes: Vec<Change>,
    /// What stays as it is, each with the reason.
    pub remains: Vec<(ObjectRef, &'static str)>,
}

/// The inverses of changes that led from one schema to another, in reverse order. A sequence that went with the
/// column that owned it comes back with it.
pub fn undo(from: &Schema, to: &Schema, changes: &[Change]) -> Undo {
    let mut undo = Undo::default();
    for (at, change) in changes.iter().enumerate().rev() {
        let inverse = change.inverse().filter(|inverse| !is_stood_on(inverse, to));
        let Some(inverse) = inverse else {
            undo.remains.push((change.object(), why(change)));
            continue;
        };
        if let Change::SetPartition { table, to: Some(_), .. } = change {
            // It was given what it lacked, and keeps it.
            let why = "a detached partition keeps the indexes and keys that its parent gave it";
            undo.remains.push((ObjectRef::Table(table.clone()), why));
        }
        let gone: Vec<(&Name, &Sequence)> = gone_with(from, change, &changes[..at]).collect();
        undo.changes.extend(gone.iter().map(|(name, sequence)| Change::Create {
            object: Object::Sequence { name: (*name).clone(), sequence: unowned(sequence) },
        }));
        undo.changes.push(inverse);
        undo.changes.extend(gone.into_iter().map(|(name, sequence)| Change::Replace {
            from: Object::Sequence { name: name.clone(), sequence: unowned(sequence) },
            to: Object::Sequence { name: name.clone(), sequence: sequence.clone() },
        }));
        undo.changes.extend(lost_comment(from, change));
        undo.changes.extend(compressions(from, change));
    }
    undo
}

fn why(change: &Change) -> &'static str {
    match change {
        Change::AddEnumValue { .. } => "PostgreSQL cannot remove a label from an enum",
        Change::ValidateConstraint { .. } => "a proved constraint stays proved; nothing is lost by that",
        Change::SetGenerated { .. } => "a column becomes generated only by being made anew",
        Change::Replace { .. } => "what stands on it would have to be made anew",
        _ => "PostgreSQL has no way back",
    }
}

/// Whether the inverse drops a view or routine on which others stand that do not change.
fn is_stood_on(inverse: &Change, to: &Schema) -> bool {
    let is_remade = match inverse {
        Change::Replace { from: Object::View { view, .. }, to: Object::View { view: back, .. } } => {
            !view.is_replaceable_by(back)
        }
        Change::Replace { from: Object::Routine { routine }, to: Object::Routine { routine: back } } => {
            !routine.is_replaceable_by(back)
        }
        _ => false,
    };
    let object = inverse.object();
    is_remade && to.uses.iter().any(|(_, uses)| uses.contains(&object))
}

/// The sequences that a drop takes with it: owned by what goes, and not taken from it by an earlier change.
fn gone_with<'a>(
    from: &'a Schema,
    change: &'a Change,
    before: &'a [Change],
) -> impl Iterator<Item = (&'a Name, &'a Sequence)> {
    let is_apart = |name: &Name| {
        before.iter().any(|change| match change {
            Change::Replace { from: Object::Sequence { name: it, .. }, .. }
            | Change::Drop { object: Object::Sequence { name: it, .. } } => it == name,
            _ => false,
        })
    };
    from.sequences.iter().filter(move |(name, sequence)| {
        let Some((table, column)) = &sequence.owned_by else { return false };
        let goes = match change {
            Change::Drop { object: Object::Table { name, .. } } => name == table,
            Change::DropColumn { table: on, column: dropped } => on == table && dropped.name == *column,
            Change::SetGenerated { table: on, from, to } => {
                on == table && from.name == *column && !from.only_drops_expression(to)
            }
            _ => false,
        };
        goes && !is_apart(name)
    })
}

/// A replaced enum has lost its comment.
fn lost_comment(from: &Schema, change: &Change) -> Option<Change> {
    let Change::ReplaceEnum { name, .. } = change else { return None };
    let comment = from.enums.get(name)?.comment.clone()?;
    Some(Change::Comment { on: ObjectRef::Type(name.clone()), from: None, to: Some(comment) })
}

/// A new child takes over how its parent's columns are compressed, even where it was otherwise before.
fn compressions<'a>(from: &'a Schema, change: &'a Change) -> impl Iterator<Item = Change> + 'a {
    let table = match change {
        Change::Drop { object: Object::Table { name, table } } => Some((name, table)),
        _ => None,
    };
    let columns = table.into_iter().flat_map(move |(name, table)| {
        let parents: Vec<&model::Table> =
            inherit::parents(table).iter().filter_map(|parent| from.tables.get(parent)).collect();
        let given = move |column: &Column| {
            parents.iter().filter_map(|parent| parent.column(&column.name)?.compression.clone()).next()
        };
        let own = table.columns.iter().filter(|column| column.compression.is_none());
        own.filter_map(move |column| Some((name, &column.name, given(column)?)))
    });
    columns.map(|(table, column, given)| Change::SetColumnOption {
        table: table.clone(),
        column: column.clone(),
        option: ColumnOption::Compression,
        from: Some(given),
        to: None,
    })
}

fn unowned(sequence: &Sequence) -> Sequence {
    Sequence { owned_by: None, ..sequence.clone() }
}
