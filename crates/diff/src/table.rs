//! Tables that come and go, what changes on one that stays, and what a new one gets after `CREATE TABLE`.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, Constraint, ConstraintKind, Ident, Name, Object, ObjectRef, Table, TableOption};

use crate::events::{Event, Events};
use crate::object::comment;
use crate::{Sides, column, constraint, find, index, inherit};

pub(crate) fn compare_all(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let renews = |name: &Name| sides.events.renews(&ObjectRef::Table(name.clone()));
    for (name, current) in &sides.from.tables {
        if renews(name) || !sides.to.tables.contains_key(name) {
            drop(sides, name, current, changes);
        }
    }
    for (name, wanted) in &sides.to.tables {
        match sides.from.tables.get(name).filter(|_| !renews(name)) {
            Some(current) => compare(sides, name, current, wanted, changes),
            None => create(sides, name, wanted, changes),
        }
    }
}

/// Foreign keys of a table that goes are dropped first, so that cycles come apart. A partition to whose parent a foreign
/// key points leaves it first: PostgreSQL then looks whether rows point at its own, and drops no other way.
fn drop(sides: &Sides<'_>, name: &Name, current: &Table, changes: &mut Vec<Change>) {
    for (constraint, _) in current.foreign_keys().filter(|(constraint, _)| !constraint.inherited) {
        changes.push(Change::DropConstraint { table: name.clone(), constraint: constraint.clone() });
    }
    let mut table = current.clone();
    table.constraints.retain(|_, constraint| !matches!(constraint.kind, ConstraintKind::ForeignKey(_)));
    if is_pointed_at(sides, current) {
        let from = table.partition_of.take();
        changes.push(Change::SetPartition { table: name.clone(), from, to: None });
        inherit::own(&mut table, &[], sides.from);
    }
    changes.push(Change::Drop { object: Object::Table { name: name.clone(), table } });
}

/// Whether a partition's parent stays, and a foreign key that points at the parent, or above it, stays with it.
fn is_pointed_at(sides: &Sides<'_>, partition: &Table) -> bool {
    let goes = |object: ObjectRef| matches!(sides.events.of(&object), Some(Event::Renewed | Event::Gone));
    let Some((parent, _)) = &partition.partition_of else { return false };
    if goes(ObjectRef::Table(parent.clone())) {
        return false;
    }
    let above = inherit::line(sides.from, parent);
    sides.from.tables.iter().any(|(name, table)| {
        let mut keys = table.foreign_keys().filter(|(_, key)| above.contains(&&key.references));
        keys.any(|(constraint, _)| !goes(ObjectRef::Constraint(name.clone(), constraint.name.clone())))
    })
}

/// `CREATE TABLE`, and what a new table gets besides its columns and checks.
fn create(sides: &Sides<'_>, name: &Name, wanted: &Table, changes: &mut Vec<Change>) {
    let bare = bare(wanted);
    let mut made = bare.clone();
    for column in &mut made.columns {
        column.comment = None;
        column.storage = None;
        column.compression = None;
        column.statistics = None;
    }
    inherit::as_created(sides, &mut made);
    changes.push(Change::Create { object: Object::Table { name: name.clone(), table: bare } });
    let nothing = Events::default();
    compare(&Sides { events: &nothing, ..*sides }, name, &made, wanted, changes);
}

/// A table with what `CREATE TABLE` itself makes: indexes, foreign keys, triggers, policies, settings and
/// comments come as changes of their own.
fn bare(table: &Table) -> Table {
    let mut table = table.clone();
    table.indexes.clear();
    table.triggers.clear();
    table.policies.clear();
    table.rules.clear();
    table.row_security = false;
    table.force_row_security = false;
    table.replica_identity = None;
    table.comment = None;
    let whole = table.clone();
    table.constraints.retain(|_, constraint| !is_apart(&whole, constraint));
    for constraint in table.constraints.values_mut() {
        constraint.comment = None;
    }
    for column in &mut table.columns {
        column.comment = None;
        column.storage = None;
        column.compression = None;
        column.statistics = None;
        if column.inherited {
            column.identity = None;
        }
    }
    table
}

/// Whether the constraint is added after the table is made.
fn is_apart(table: &Table, constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::ForeignKey(_)) || table.is_apart(constraint)
}

fn compare(sides: &Sides<'_>, name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    column::compare(sides, name, from, to, changes);
    constraint::compare(sides, name, from, to, changes);
    index::compare(sides, name, &from.indexes, &to.indexes, changes);
    hangings(sides, name, from, to, changes);
    ancestry(name, from, to, changes);
    settings(sides, name, from, to, changes);
    comments(sides, name, from, to, changes);
}

/// Triggers, rules and policies.
fn hangings(sides: &Sides<'_>, name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let table = || name.clone();
    let renews = |object: &Object| sides.events.renews(&object.reference());
    whole(&from.triggers, &to.triggers, &renews, changes, |name, trigger| Object::Trigger {
        table: table(),
        name: name.clone(),
        trigger: trigger.clone(),
    });
    whole(&from.rules, &to.rules, &renews, changes, |name, definition| Object::Rule {
        table: table(),
        name: name.clone(),
        definition: definition.clone(),
    });
    whole(&from.policies, &to.policies, &renews, changes, |name, policy| Object::Policy {
        table: table(),
        name: name.clone(),
        policy: policy.clone(),
    });
}

/// Objects that hang on a relation, by name: dropped, created, replaced, or renewed. What is new gets its comment
/// by a change of its own.
pub(crate) fn whole<V>(
    from: &BTreeMap<Ident, V>,
    to: &BTreeMap<Ident, V>,
    renews: &impl Fn(&Object) -> bool,
    changes: &mut Vec<Change>,
    object: impl Fn(&Ident, &V) -> Object,
) {
    for (name, current) in from {
        let current = object(name, current);
        match to.get(name).map(|wanted| uncommented(object(name, wanted))) {
            None => changes.push(Change::Drop { object: current }),
            Some(wanted) if renews(&wanted) => {
                changes.push(Change::Drop { object: current });
                changes.push(Change::Create { object: wanted });
            }
            Some(wanted) if uncommented(current.clone()) != wanted => {
                changes.push(Change::Replace { from: current, to: wanted });
            }
            Some(_) => {}
        }
    }
    for (name, wanted) in to {
        if !from.contains_key(name) {
            changes.push(Change::Create { object: uncommented(object(name, wanted)) });
        }
    }
}

fn uncommented(mut object: Object) -> Object {
    match &mut object {
        Object::Trigger { trigger, .. } => trigger.comment = None,
        Object::Policy { policy, .. } => policy.comment = None,
        _ => {}
    }
    object
}

/// Parents: a partition that moves is detached early and attached late, and so is any other child.
fn ancestry(name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    if from.partition_of != to.partition_of {
        let detached = from.partition_of.clone().map(|of| (Some(of), None));
        let attached = to.partition_of.clone().map(|of| (None, Some(of)));
        for (from, to) in detached.into_iter().chain(attached) {
            changes.push(Change::SetPartition { table: name.clone(), from, to });
        }
    }
    let parents: BTreeSet<&Name> = from.inherits.iter().chain(&to.inherits).collect();
    let on = |table: &Table, parent: &Name| table.inherits.contains(parent).then(|| "on".to_owned());
    for parent in parents {
        set(name, TableOption::Inherit(parent.clone()), on(from, parent), on(to, parent), changes);
    }
}

fn settings(sides: &Sides<'_>, name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let on = |value: bool| value.then(|| "on".to_owned());
    set(name, TableOption::RowSecurity, on(from.row_security), on(to.row_security), changes);
    let (forced, force) = (on(from.force_row_security), on(to.force_row_security));
    set(name, TableOption::ForceRowSecurity, forced, force, changes);
    set(name, TableOption::Unlogged, on(from.unlogged), on(to.unlogged), changes);
    let (mut identity, option) = (from.replica_identity.clone(), || TableOption::ReplicaIdentity);
    if loses_replica_identity(sides, name, from) {
        set(name, option(), identity.take(), None, changes);
    }
    set(name, option(), identity, to.replica_identity.clone(), changes);
    let parameters: BTreeSet<&String> = from.options.keys().chain(to.options.keys()).collect();
    for parameter in parameters {
        let (current, wanted) = (from.options.get(parameter), to.options.get(parameter));
        let option = TableOption::Parameter(parameter.clone());
        set(name, option, current.cloned(), wanted.cloned(), changes);
    }
}

fn set(
    table: &Name,
    option: TableOption,
    from: Option<String>,
    to: Option<String>,
    changes: &mut Vec<Change>,
) {
    if from != to {
        changes.push(Change::SetTableOption { table: table.clone(), option, from, to });
    }
}

/// Whether the index that is the replica identity is dropped and created, which it does not outlive.
fn loses_replica_identity(sides: &Sides<'_>, name: &Name, from: &Table) -> bool {
    let index = from.replica_identity.as_deref().and_then(|text| find::identity_index(name, from, text));
    index.is_some_and(|index| sides.events.renews(&index))
}

fn comments(sides: &Sides<'_>, name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let renews = |object: &ObjectRef| sides.events.renews(object);
    comment(changes, ObjectRef::Table(name.clone()), from.comment.clone(), to.comment.clone());
    for wanted in &to.columns {
        let on = ObjectRef::Column(name.clone(), wanted.name.clone());
        let current = from.column(&wanted.name).filter(|_| !renews(&on));
        comment(changes, on, current.and_then(|column| column.comment.clone()), wanted.comment.clone());
    }
    constraint::comments(sides, name, from, to, changes);
    index::comments(sides, name, &from.indexes, &to.indexes, changes);
    for (key, wanted) in &to.triggers {
        let on = ObjectRef::Trigger(name.clone(), key.clone());
        let current =
            from.triggers.get(key).filter(|current| !renews(&on) && current.definition == wanted.definition);
        comment(changes, on, current.and_then(|trigger| trigger.comment.clone()), wanted.comment.clone());
    }
    for (key, wanted) in &to.policies {
        let on = ObjectRef::Policy(name.clone(), key.clone());
        let current =
            from.policies.get(key).filter(|current| !renews(&on) && current.is_alterable_to(wanted));
        comment(changes, on, current.and_then(|policy| policy.comment.clone()), wanted.comment.clone());
    }
}
