//! What changes on a table that stays, and what a new table gets after `CREATE TABLE`.

use std::collections::BTreeMap;

use model::{Change, Constraint, ConstraintKind, Ident, Name, Object, ObjectRef, Table, TableOption};

use crate::{column, constraint, index};

pub(crate) fn compare(name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    column::compare(name, from, to, changes);
    constraint::compare(name, from, to, changes);
    index::compare(name, &from.indexes, &to.indexes, changes);
    hangings(name, from, to, changes);
    if from.partition_of != to.partition_of {
        changes.push(Change::SetPartition {
            table: name.clone(),
            from: from.partition_of.clone(),
            to: to.partition_of.clone(),
        });
    }
    settings(name, from, to, changes);
    comments(name, from, to, changes);
}

/// What a new table gets besides its columns and checks.
pub(crate) fn furnish(name: &Name, table: &Table, changes: &mut Vec<Change>) {
    let mut bare = table.clone();
    bare.indexes.clear();
    bare.triggers.clear();
    bare.policies.clear();
    bare.rules.clear();
    bare.row_security = false;
    bare.force_row_security = false;
    bare.replica_identity = None;
    bare.comment = None;
    bare.constraints.retain(|_, constraint| !is_apart(constraint));
    for constraint in bare.constraints.values_mut() {
        constraint.comment = None;
    }
    for column in &mut bare.columns {
        column.comment = None;
        column.storage = None;
        column.compression = None;
        column.statistics = None;
    }
    compare(name, &bare, table, changes);
}

/// Whether the constraint is added after the table is made.
pub(crate) fn is_apart(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::ForeignKey(_)) || constraint.not_valid
}

/// Foreign keys of a table that goes are dropped first, so that cycles come apart.
pub(crate) fn strip_foreign_keys(name: &Name, table: &Table, changes: &mut Vec<Change>) {
    for (constraint, _) in table.foreign_keys().filter(|(constraint, _)| !constraint.inherited) {
        changes.push(Change::DropConstraint { table: name.clone(), constraint: constraint.clone() });
    }
}

/// Triggers, rules and policies.
fn hangings(name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let table = || name.clone();
    whole(&from.triggers, &to.triggers, changes, |name, trigger| Object::Trigger {
        table: table(),
        name: name.clone(),
        trigger: model::Trigger { comment: None, ..trigger.clone() },
    });
    whole(&from.rules, &to.rules, changes, |name, definition| Object::Rule {
        table: table(),
        name: name.clone(),
        definition: definition.clone(),
    });
    whole(&from.policies, &to.policies, changes, |name, policy| Object::Policy {
        table: table(),
        name: name.clone(),
        policy: model::Policy { comment: None, ..policy.clone() },
    });
}

fn whole<V>(
    from: &BTreeMap<Ident, V>,
    to: &BTreeMap<Ident, V>,
    changes: &mut Vec<Change>,
    object: impl Fn(&Ident, &V) -> Object,
) {
    for (name, current) in from {
        match to.get(name) {
            None => changes.push(Change::Drop { object: object(name, current) }),
            Some(wanted) => {
                let (from, to) = (object(name, current), object(name, wanted));
                if from != to {
                    changes.push(Change::Replace { from, to });
                }
            }
        }
    }
    for (name, wanted) in to {
        if !from.contains_key(name) {
            changes.push(Change::Create { object: object(name, wanted) });
        }
    }
}

fn settings(name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let on = |value: bool| value.then(|| "on".to_owned());
    let mut set = |option: TableOption, from: Option<String>, to: Option<String>| {
        if from != to {
            changes.push(Change::SetTableOption { table: name.clone(), option, from, to });
        }
    };
    set(TableOption::RowSecurity, on(from.row_security), on(to.row_security));
    set(TableOption::ForceRowSecurity, on(from.force_row_security), on(to.force_row_security));
    set(TableOption::Unlogged, on(from.unlogged), on(to.unlogged));
    set(TableOption::ReplicaIdentity, from.replica_identity.clone(), to.replica_identity.clone());
    let mut parameters: Vec<&String> = from.options.keys().chain(to.options.keys()).collect();
    parameters.sort();
    parameters.dedup();
    for parameter in parameters {
        let (current, wanted) = (from.options.get(parameter), to.options.get(parameter));
        set(TableOption::Parameter(parameter.clone()), current.cloned(), wanted.cloned());
    }
}

fn comments(name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let mut comment = |on: ObjectRef, from: Option<&String>, to: Option<&String>| {
        if from != to {
            changes.push(Change::Comment { on, from: from.cloned(), to: to.cloned() });
        }
    };
    comment(ObjectRef::Table(name.clone()), from.comment.as_ref(), to.comment.as_ref());
    for wanted in &to.columns {
        let current = from.column(&wanted.name).and_then(|column| column.comment.as_ref());
        let on = ObjectRef::Column(name.clone(), wanted.name.clone());
        comment(on, current, wanted.comment.as_ref());
    }
    for (key, wanted) in &to.constraints {
        let current = from.constraints.get(key).and_then(|constraint| constraint.comment.as_ref());
        comment(ObjectRef::Constraint(name.clone(), key.clone()), current, wanted.comment.as_ref());
    }
    for (key, wanted) in &to.indexes {
        let current = from.indexes.get(key).and_then(|index| index.comment.as_ref());
        comment(ObjectRef::Index(name.clone(), key.clone()), current, wanted.comment.as_ref());
    }
    for (key, wanted) in &to.triggers {
        let current = from.triggers.get(key).and_then(|trigger| trigger.comment.as_ref());
        comment(ObjectRef::Trigger(name.clone(), key.clone()), current, wanted.comment.as_ref());
    }
    for (key, wanted) in &to.policies {
        let current = from.policies.get(key).and_then(|policy| policy.comment.as_ref());
        comment(ObjectRef::Policy(name.clone(), key.clone()), current, wanted.comment.as_ref());
    }
}
