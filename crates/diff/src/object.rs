//! Objects that come, go or change as a whole.

use std::collections::BTreeMap;

use model::{Change, Column, Name, Object, ObjectRef, Schema, Sequence, Table};

use crate::table;

pub(crate) fn compare(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    plain(changes, &from.namespaces, &to.namespaces, |name, _| Object::Namespace { name: name.clone() });
    plain(changes, &from.extensions, &to.extensions, |name, extension| Object::Extension {
        name: name.clone(),
        extension: extension.clone(),
    });
    plain(changes, &from.collations, &to.collations, |name, collation| Object::Collation {
        name: name.clone(),
        collation: collation.clone(),
    });
    plain(changes, &from.domains, &to.domains, |name, domain| Object::Domain {
        name: name.clone(),
        domain: domain.clone(),
    });
    plain(changes, &from.composites, &to.composites, |name, composite| Object::Composite {
        name: name.clone(),
        composite: composite.clone(),
    });
    plain(changes, &from.ranges, &to.ranges, |name, range| Object::Range {
        name: name.clone(),
        range: range.clone(),
    });
    plain(changes, &from.routines, &to.routines, |_, routine| Object::Routine { routine: routine.clone() });
    enums(from, to, changes);
    sequences(from, to, changes);
    tables(from, to, changes);
    comments(from, to, changes);
}

/// Creates, drops and replaces by key.
fn plain<K: Ord, V: PartialEq>(
    changes: &mut Vec<Change>,
    from: &BTreeMap<K, V>,
    to: &BTreeMap<K, V>,
    object: impl Fn(&K, &V) -> Object,
) {
    for (key, value) in to {
        match from.get(key) {
            None => changes.push(Change::Create { object: object(key, value) }),
            Some(current) => {
                let (current, wanted) = (object(key, current), object(key, value));
                // A comment is compared apart, since it changes without the object.
                if without_comment(&current) != without_comment(&wanted) {
                    changes.push(Change::Replace { from: current, to: wanted });
                }
            }
        }
    }
    for (key, value) in from {
        if !to.contains_key(key) {
            changes.push(Change::Drop { object: object(key, value) });
        }
    }
}

fn without_comment(object: &Object) -> Object {
    let mut object = object.clone();
    match &mut object {
        Object::Domain { domain, .. } => domain.comment = None,
        Object::Composite { composite, .. } => composite.comment = None,
        Object::Routine { routine } => {
            routine.comment = None;
        }
        _ => {}
    }
    object
}

/// Labels that are only added are added; everything else is a new type that the columns move to.
fn enums(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    for (name, wanted) in &to.enums {
        let Some(current) = from.enums.get(name) else {
            let object = Object::Enum { name: name.clone(), enum_type: wanted.clone() };
            changes.push(Change::Create { object });
            continue;
        };
        if current.labels == wanted.labels {
            continue;
        }
        let mut kept = wanted.labels.iter().filter(|label| current.labels.contains(label));
        if current.labels.iter().all(|label| kept.next() == Some(label)) {
            changes.extend(added_labels(name, &current.labels, &wanted.labels));
        } else {
            changes.push(Change::ReplaceEnum {
                name: name.clone(),
                from: current.labels.clone(),
                to: wanted.labels.clone(),
                columns: columns_of_type(from, to, name),
            });
        }
    }
    for (name, current) in &from.enums {
        if !to.enums.contains_key(name) {
            let object = Object::Enum { name: name.clone(), enum_type: current.clone() };
            changes.push(Change::Drop { object });
        }
    }
}

fn added_labels(name: &Name, current: &[String], wanted: &[String]) -> Vec<Change> {
    let new = wanted.iter().enumerate().filter(|(_, label)| !current.contains(label));
    new.map(|(at, label)| Change::AddEnumValue {
        name: name.clone(),
        label: label.clone(),
        before: wanted[at + 1..].iter().find(|next| current.contains(next)).cloned(),
    })
    .collect()
}

/// The columns that have the type before and after.
fn columns_of_type(from: &Schema, to: &Schema, name: &Name) -> Vec<(Name, Column)> {
    let is_of = |column: &Column| {
        let text = name.to_string();
        column.type_name.0 == text || column.type_name.0 == format!("{text}[]")
    };
    let mut out = Vec::new();
    for (table_name, table) in &to.tables {
        let Some(current) = from.tables.get(table_name) else { continue };
        for column in table.columns.iter().filter(|column| is_of(column) && !column.inherited) {
            if current.column(&column.name).is_some_and(&is_of) {
                out.push((table_name.clone(), column.clone()));
            }
        }
    }
    out
}

/// A sequence comes before the table that owns it, so its ownership is a change of its own; it goes
/// with its owner.
fn sequences(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    let object = |name: &Name, sequence: &Sequence| Object::Sequence {
        name: name.clone(),
        sequence: Sequence { comment: None, ..sequence.clone() },
    };
    for (name, wanted) in &to.sequences {
        match from.sequences.get(name) {
            None => {
                let unowned = Sequence { owned_by: None, ..wanted.clone() };
                changes.push(Change::Create { object: object(name, &unowned) });
                if wanted.owned_by.is_some() {
                    changes.push(Change::Replace { from: object(name, &unowned), to: object(name, wanted) });
                }
            }
            Some(current) if object(name, current) != object(name, wanted) => {
                changes.push(Change::Replace { from: object(name, current), to: object(name, wanted) });
            }
            Some(_) => {}
        }
    }
    for (name, current) in &from.sequences {
        let owner_goes = current.owned_by.as_ref().is_some_and(|(table, column)| {
            to.tables.get(table).is_none_or(|table| table.column(column).is_none())
        });
        if !to.sequences.contains_key(name) && !owner_goes {
            changes.push(Change::Drop { object: object(name, current) });
        }
    }
}

fn tables(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    for (name, wanted) in &to.tables {
        if !from.tables.contains_key(name) {
            changes.push(Change::Create { object: bare(name, wanted) });
            table::furnish(name, wanted, changes);
        }
    }
    for (name, current) in &from.tables {
        if !to.tables.contains_key(name) {
            table::strip_foreign_keys(name, current, changes);
            changes.push(Change::Drop { object: bare(name, current) });
        }
    }
}

/// A table with what `CREATE TABLE` itself makes: indexes, foreign keys, triggers and policies come as
/// changes of their own.
fn bare(name: &Name, table: &Table) -> Object {
    let mut table = table.clone();
    table.indexes.clear();
    table.triggers.clear();
    table.policies.clear();
    table.rules.clear();
    table.constraints.retain(|_, constraint| !table::is_apart(constraint));
    Object::Table { name: name.clone(), table }
}

fn comments(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    let mut comment = |on: ObjectRef, from: Option<&String>, to: Option<&String>| {
        if from != to {
            changes.push(Change::Comment { on, from: from.cloned(), to: to.cloned() });
        }
    };
    for (name, wanted) in &to.namespaces {
        let current = from.namespaces.get(name).and_then(|current| current.comment.as_ref());
        comment(ObjectRef::Namespace(name.clone()), current, wanted.comment.as_ref());
    }
    for (name, wanted) in &to.enums {
        let current = from.enums.get(name).and_then(|current| current.comment.as_ref());
        comment(ObjectRef::Type(name.clone()), current, wanted.comment.as_ref());
    }
    for (name, wanted) in &to.domains {
        let current = from.domains.get(name).and_then(|current| current.comment.as_ref());
        comment(ObjectRef::Type(name.clone()), current, wanted.comment.as_ref());
    }
    for (name, wanted) in &to.composites {
        let current = from.composites.get(name).and_then(|current| current.comment.as_ref());
        comment(ObjectRef::Type(name.clone()), current, wanted.comment.as_ref());
    }
    for (name, wanted) in &to.sequences {
        let current = from.sequences.get(name).and_then(|current| current.comment.as_ref());
        comment(ObjectRef::Sequence(name.clone()), current, wanted.comment.as_ref());
    }
    for (identity, wanted) in &to.routines {
        let current = from.routines.get(identity).and_then(|current| current.comment.as_ref());
        comment(ObjectRef::Routine(identity.clone()), current, wanted.comment.as_ref());
    }
}
