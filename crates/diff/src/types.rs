//! Enums, domains, composite and range types, and collations.

use std::collections::BTreeSet;

use model::{Change, Column, EnumType, Name, Object, ObjectRef, Schema};

use crate::events::Event;
use crate::{Sides, find};

/// What becomes of a type.
pub(crate) enum Fate {
    /// It is not wanted.
    Goes,
    /// It stays, altered in place at most.
    Stays,
    /// It stays and loses attributes.
    LosesAttributes,
    /// It cannot be altered in place: what has it leaves it, and returns to the new one.
    IsRenewed,
}

/// What becomes of a type because it itself differs.
pub(crate) fn fate(from: &Schema, to: &Schema, name: &Name) -> Fate {
    let (Some(current), Some(wanted)) = (find::type_object(from, name), find::type_object(to, name)) else {
        return Fate::Goes;
    };
    let stays = match (&current, &wanted) {
        (Object::Enum { enum_type: a, .. }, Object::Enum { enum_type: b, .. }) => only_adds_labels(a, b),
        (Object::Domain { domain: a, .. }, Object::Domain { domain: b, .. }) => {
            let proved = a.not_null == b.not_null && a.constraints == b.constraints;
            a.is_alterable_to(b) && (proved || !is_contained(from, name))
        }
        (Object::Composite { composite: a, .. }, Object::Composite { composite: b, .. }) => {
            let loses = a.attributes.iter().any(|attribute| !b.attributes.contains(attribute));
            if a.is_alterable_to(b) && loses {
                return Fate::LosesAttributes;
            }
            a.is_alterable_to(b)
        }
        (a, b) => a == b,
    };
    if stays { Fate::Stays } else { Fate::IsRenewed }
}

fn only_adds_labels(current: &EnumType, wanted: &EnumType) -> bool {
    let mut kept = wanted.labels.iter().filter(|label| current.labels.contains(label));
    current.labels.iter().all(|label| kept.next() == Some(label))
}

/// Whether a domain is inside arrays or other types: PostgreSQL proves its new constraints on plain columns
/// of it alone, and refuses where there are others.
fn is_contained(schema: &Schema, name: &Name) -> bool {
    let object = ObjectRef::Type(name.clone());
    let in_types =
        schema.uses.iter().any(|(user, uses)| matches!(user, ObjectRef::Type(_)) && uses.contains(&object));
    let array = format!("{name}[]");
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    in_types || columns.into_iter().any(|column| column.type_name.0 == array)
}

pub(crate) fn compare(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    collations(sides, changes);
    let names: BTreeSet<&Name> = find::type_names(sides.from).chain(find::type_names(sides.to)).collect();
    for name in names {
        match (find::type_object(sides.from, name), find::type_object(sides.to, name)) {
            (Some(current), None) => changes.push(Change::Drop { object: current }),
            (None, Some(wanted)) => create(name, wanted, changes),
            (Some(current), Some(wanted)) => alter(sides, name, current, wanted, changes),
            (None, None) => {}
        }
    }
}

fn collations(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let object = |name: &Name, collation: &model::Collation| Object::Collation {
        name: name.clone(),
        collation: collation.clone(),
    };
    for (name, current) in &sides.from.collations {
        if sides.to.collations.get(name) != Some(current) {
            changes.push(Change::Drop { object: object(name, current) });
        }
    }
    for (name, wanted) in &sides.to.collations {
        if sides.from.collations.get(name) != Some(wanted) {
            changes.push(Change::Create { object: object(name, wanted) });
        }
    }
}

fn create(name: &Name, wanted: Object, changes: &mut Vec<Change>) {
    let (bare, comment) = uncommented(wanted);
    changes.push(Change::Create { object: bare });
    set_comment(name, None, comment, changes);
}

fn alter(sides: &Sides<'_>, name: &Name, current: Object, wanted: Object, changes: &mut Vec<Change>) {
    if sides.events.renews(&ObjectRef::Type(name.clone())) {
        if let (Object::Enum { enum_type: from, .. }, Object::Enum { enum_type: to, .. }) =
            (&current, &wanted)
            && is_replaced_at_once(sides.from, name)
        {
            changes.push(replace_enum(sides, name, from, to));
            return set_comment(name, None, to.comment.clone(), changes);
        }
        changes.push(Change::Drop { object: current });
        return create(name, wanted, changes);
    }
    let ((current, old), (wanted, new)) = (uncommented(current), uncommented(wanted));
    match (&current, &wanted) {
        (Object::Enum { enum_type: from, .. }, Object::Enum { enum_type: to, .. }) => {
            changes.extend(added_labels(name, &from.labels, &to.labels));
        }
        _ if current != wanted => changes.push(Change::Replace { from: current, to: wanted }),
        _ => {}
    }
    set_comment(name, old, new, changes);
}

fn set_comment(name: &Name, from: Option<String>, to: Option<String>, changes: &mut Vec<Change>) {
    if from != to {
        changes.push(Change::Comment { on: ObjectRef::Type(name.clone()), from, to });
    }
}

fn uncommented(mut object: Object) -> (Object, Option<String>) {
    let comment = match &mut object {
        Object::Enum { enum_type, .. } => enum_type.comment.take(),
        Object::Domain { domain, .. } => domain.comment.take(),
        Object::Composite { composite, .. } => composite.comment.take(),
        _ => None,
    };
    (object, comment)
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

/// Whether all that has the enum are columns, which can move from the old one to the new.
fn is_replaced_at_once(from: &Schema, name: &Name) -> bool {
    let object = ObjectRef::Type(name.clone());
    from.enums.contains_key(name)
        && !from.uses.iter().any(|(user, uses)| matches!(user, ObjectRef::Type(_)) && uses.contains(&object))
}

/// Whether a column that moves is moved by the replacement of its enum.
pub(crate) fn moves_with_enum(sides: &Sides<'_>, table: &Name, column: &Column) -> bool {
    let object = ObjectRef::Column(table.clone(), column.name.clone());
    let renewed = |used: &&ObjectRef| sides.events.renews(used);
    let mut renewed = sides.from.uses.of(&object).iter().filter(renewed).peekable();
    renewed.peek().is_some()
        && renewed.all(|used| match used {
            ObjectRef::Type(name) => {
                let stays_enum = sides.to.enums.contains_key(name) && is_replaced_at_once(sides.from, name);
                stays_enum && column.type_name.is_or_holds(name)
            }
            _ => false,
        })
}

fn replace_enum(sides: &Sides<'_>, name: &Name, from: &EnumType, to: &EnumType) -> Change {
    let mut columns = Vec::new();
    for (table, wanted) in &sides.to.tables {
        let Some(current) = sides.from.tables.get(table) else { continue };
        if sides.events.renews(&ObjectRef::Table(table.clone())) {
            continue;
        }
        for column in wanted.columns.iter().filter(|column| !column.inherited) {
            let object = ObjectRef::Column(table.clone(), column.name.clone());
            let is_moved = sides.events.of(&object) == Some(Event::Moved);
            let has_it = current.column(&column.name).is_some_and(|old| old.type_name == column.type_name);
            if is_moved && has_it && sides.from.uses.of(&object).contains(&ObjectRef::Type(name.clone())) {
                // Its default is a change of its own, before and after.
                let column = Column { default: None, default_volatility: None, ..column.clone() };
                columns.push((table.clone(), column));
            }
        }
    }
    Change::ReplaceEnum { name: name.clone(), from: from.labels.clone(), to: to.labels.clone(), columns }
}
