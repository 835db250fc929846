//! Namespaces, extensions, routines and sequences.

use std::collections::BTreeMap;

use model::{Change, Name, Object, ObjectRef, Routine, Sequence};

use crate::Sides;

pub(crate) fn compare(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let (from, to) = (sides.from, sides.to);
    plain(changes, &from.namespaces, &to.namespaces, |name, _| Object::Namespace { name: name.clone() });
    plain(changes, &from.extensions, &to.extensions, |name, extension| Object::Extension {
        name: name.clone(),
        // Servers ship different versions of an extension; which one is not the schema's business.
        extension: model::Extension { version: String::new(), ..extension.clone() },
    });
    for (name, wanted) in &to.namespaces {
        let current = from.namespaces.get(name).and_then(|current| current.comment.clone());
        comment(changes, ObjectRef::Namespace(name.clone()), current, wanted.comment.clone());
    }
    routines(sides, changes);
    sequences(sides, changes);
}

/// Creates, drops and replaces by key.
fn plain<K: Ord, V>(
    changes: &mut Vec<Change>,
    from: &BTreeMap<K, V>,
    to: &BTreeMap<K, V>,
    object: impl Fn(&K, &V) -> Object,
) {
    for (key, value) in to {
        let wanted = object(key, value);
        match from.get(key).map(|value| object(key, value)) {
            None => changes.push(Change::Create { object: wanted }),
            Some(current) if current != wanted => changes.push(Change::Replace { from: current, to: wanted }),
            Some(_) => {}
        }
    }
    for (key, value) in from.iter().filter(|(key, _)| !to.contains_key(key)) {
        changes.push(Change::Drop { object: object(key, value) });
    }
}

fn routines(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let bare = |routine: &Routine| Object::Routine { routine: Routine { comment: None, ..routine.clone() } };
    for (identity, current) in &sides.from.routines {
        if !sides.to.routines.contains_key(identity) {
            changes.push(Change::Drop { object: Object::Routine { routine: current.clone() } });
        }
    }
    for (identity, wanted) in &sides.to.routines {
        let on = ObjectRef::Routine(identity.clone());
        let current = sides.from.routines.get(identity);
        let stays = current.filter(|_| !sides.events.renews(&on));
        match (current, stays) {
            (_, Some(current)) if current.definition != wanted.definition => {
                changes.push(Change::Replace { from: bare(current), to: bare(wanted) });
            }
            (_, Some(_)) => {}
            (current, None) => {
                let dropped = current.map(|current| Object::Routine { routine: current.clone() });
                changes.extend(dropped.map(|object| Change::Drop { object }));
                changes.push(Change::Create { object: bare(wanted) });
            }
        }
        let current = stays.and_then(|current| current.comment.clone());
        comment(changes, on, current, wanted.comment.clone());
    }
}

/// A sequence comes before the table that owns it, so its ownership is a change of its own; it goes
/// with its owner.
fn sequences(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let object = |name: &Name, sequence: &Sequence| Object::Sequence {
        name: name.clone(),
        sequence: Sequence { comment: None, ..sequence.clone() },
    };
    for (name, wanted) in &sides.to.sequences {
        let current = sides.from.sequences.get(name);
        match current {
            None => {
                let unowned = Sequence { owned_by: None, ..wanted.clone() };
                changes.push(Change::Create { object: object(name, &unowned) });
                if wanted.owned_by.is_some() {
                    changes.push(Change::Replace { from: object(name, &unowned), to: object(name, wanted) });
                }
            }
            // Its owner is made anew: it outlives that, goes on counting, and stays for others that stand on it.
            Some(current) if goes_with_owner(sides, name, current) => {
                let unowned = Sequence { owned_by: None, ..current.clone() };
                changes.push(Change::Replace { from: object(name, current), to: object(name, &unowned) });
                changes.push(Change::Replace { from: object(name, &unowned), to: object(name, wanted) });
            }
            Some(current) if object(name, current) != object(name, wanted) => {
                changes.push(Change::Replace { from: object(name, current), to: object(name, wanted) });
            }
            Some(_) => {}
        }
        let current = current.and_then(|current| current.comment.clone());
        comment(changes, ObjectRef::Sequence(name.clone()), current, wanted.comment.clone());
    }
    for (name, current) in &sides.from.sequences {
        if !sides.to.sequences.contains_key(name) && !goes_with_owner(sides, name, current) {
            let object = Object::Sequence { name: name.clone(), sequence: current.clone() };
            changes.push(Change::Drop { object });
        }
    }
}

/// Whether the sequence is dropped together with the column that owns it: one that is wanted under another
/// owner is taken away from it before.
fn goes_with_owner(sides: &Sides<'_>, name: &Name, sequence: &Sequence) -> bool {
    let Some((table, column)) = &sequence.owned_by else { return false };
    let wanted = sides.to.sequences.get(name).and_then(|wanted| wanted.owned_by.as_ref());
    let stays = sides.to.tables.get(table).is_some_and(|table| table.column(column).is_some());
    let on = ObjectRef::Column(table.clone(), column.clone());
    let goes = !stays || sides.events.renews(&ObjectRef::Table(table.clone())) || sides.events.renews(&on);
    let is_wanted_apart = sides.to.sequences.contains_key(name) && wanted != sequence.owned_by.as_ref();
    goes && !is_wanted_apart
}

pub(crate) fn comment(changes: &mut Vec<Change>, on: ObjectRef, from: Option<String>, to: Option<String>) {
    if from != to {
        changes.push(Change::Comment { on, from, to });
    }
}
