//! Every expression of a schema by its place.

use std::collections::BTreeMap;

use model::{Constraint, ConstraintKind, Expr, Ident, Index, IndexKey, Name, ObjectRef, Schema, Table};

/// Where an expression stands: the object and its part.
pub(super) type Slot = (ObjectRef, Part);

/// Which of an object's expressions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// A CHECK's condition, a view's query.
    Whole,
    /// A column's default.
    Default,
    /// A column's generation expression.
    Generated,
    /// The key at this position of an index or exclusion constraint.
    Key(usize),
    /// `WHERE` of an index or exclusion constraint.
    Predicate,
    /// `USING` of a policy.
    Using,
    /// `WITH CHECK` of a policy.
    WithCheck,
}

/// The expressions of tables, domains and views.
pub(super) fn slots(schema: &mut Schema) -> BTreeMap<Slot, &mut Expr> {
    let mut found = BTreeMap::new();
    for (name, table) in &mut schema.tables {
        of_table(name, table, &mut found);
    }
    for (name, domain) in &mut schema.domains {
        for constraint in &mut domain.constraints {
            of_constraint(name, constraint, &mut found);
        }
    }
    for (name, view) in &mut schema.views {
        found.insert((ObjectRef::View(name.clone()), Part::Whole), &mut view.query);
        for (index_name, index) in &mut view.indexes {
            of_index(name, index_name, index, &mut found);
        }
    }
    found
}

fn of_table<'a>(name: &Name, table: &'a mut Table, found: &mut BTreeMap<Slot, &'a mut Expr>) {
    for column in &mut table.columns {
        let object = || ObjectRef::Column(name.clone(), column.name.clone());
        found.extend(column.default.as_mut().map(|default| ((object(), Part::Default), default)));
        let generated = column.generated.as_mut().map(|generated| &mut generated.expression);
        found.extend(generated.map(|expression| ((object(), Part::Generated), expression)));
    }
    for constraint in table.constraints.values_mut() {
        of_constraint(name, constraint, found);
    }
    for (index_name, index) in &mut table.indexes {
        of_index(name, index_name, index, found);
    }
    for (policy_name, policy) in &mut table.policies {
        let object = || ObjectRef::Policy(name.clone(), policy_name.clone());
        found.extend(policy.using.as_mut().map(|using| ((object(), Part::Using), using)));
        found.extend(policy.check.as_mut().map(|check| ((object(), Part::WithCheck), check)));
    }
}

fn of_constraint<'a>(owner: &Name, constraint: &'a mut Constraint, found: &mut BTreeMap<Slot, &'a mut Expr>) {
    let object = ObjectRef::Constraint(owner.clone(), constraint.name.clone());
    match &mut constraint.kind {
        ConstraintKind::Check { expression, .. } => _ = found.insert((object, Part::Whole), expression),
        ConstraintKind::Exclusion { keys, predicate, .. } => {
            of_keys(&object, keys.iter_mut().map(|(key, _)| key), found);
            found.extend(predicate.as_mut().map(|predicate| ((object, Part::Predicate), predicate)));
        }
        _ => {}
    }
}

fn of_index<'a>(owner: &Name, name: &Ident, index: &'a mut Index, found: &mut BTreeMap<Slot, &'a mut Expr>) {
    let object = ObjectRef::Index(owner.clone(), name.clone());
    of_keys(&object, index.keys.iter_mut(), found);
    found.extend(index.predicate.as_mut().map(|predicate| ((object, Part::Predicate), predicate)));
}

/// Keys that are columns have no expression of their own.
fn of_keys<'a>(
    object: &ObjectRef,
    keys: impl Iterator<Item = &'a mut IndexKey>,
    found: &mut BTreeMap<Slot, &'a mut Expr>,
) {
    let expressions = keys.enumerate().filter(|(_, key)| key.column.is_none());
    found.extend(expressions.map(|(at, key)| ((object.clone(), Part::Key(at)), &mut key.expression)));
}
