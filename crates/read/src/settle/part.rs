//! The part of a schema that some of its relations and domains need, to be built on its own.

use std::collections::{BTreeMap, BTreeSet};

use model::{ConstraintKind, Ident, Name, ObjectRef, Schema, Table};

/// What stays of a schema.
struct Kept {
    /// Tables, views, domains and other types, sequences: by name.
    names: BTreeSet<Name>,
    /// Functions.
    routines: BTreeSet<String>,
}

/// The named tables, views and domains with everything they stand on, and nothing that a comparison of
/// their expressions has no use for: no triggers, no keys to other tables, no roles.
pub(super) fn part(schema: &Schema, wanted: BTreeSet<Name>) -> Schema {
    let kept = closure(schema, wanted);
    let mut part = schema.clone();
    part.unmodelled.clear();
    let stays = |name: &Name| kept.names.contains(name);
    part.tables.retain(|name, _| stays(name));
    part.views.retain(|name, _| stays(name));
    part.enums.retain(|name, _| stays(name));
    part.domains.retain(|name, _| stays(name));
    part.composites.retain(|name, _| stays(name));
    part.ranges.retain(|name, _| stays(name));
    part.sequences.retain(|name, _| stays(name));
    part.routines.retain(|identity, _| kept.routines.contains(identity));
    for sequence in part.sequences.values_mut() {
        sequence.owned_by = sequence.owned_by.take().filter(|(table, _)| stays(table));
    }
    part.tables.values_mut().for_each(|table| alone(table, &stays));
    part.views.values_mut().for_each(|view| {
        view.triggers.clear();
        view.rules.clear();
    });
    part
}

/// A table that asks for no other and for no role.
fn alone(table: &mut Table, stays: &impl Fn(&Name) -> bool) {
    table.triggers.clear();
    table.rules.clear();
    table.constraints.retain(|_, constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => stays(&key.references),
        _ => true,
    });
    for policy in table.policies.values_mut() {
        policy.roles = vec![Ident::new("public")];
    }
}

fn closure(schema: &Schema, wanted: BTreeSet<Name>) -> Kept {
    let used = used_by_name(schema);
    let mut kept = Kept { names: BTreeSet::new(), routines: BTreeSet::new() };
    let mut waiting: Vec<Node> = wanted.into_iter().map(Node::Named).collect();
    while let Some(node) = waiting.pop() {
        let is_new = match &node {
            Node::Named(name) => kept.names.insert(name.clone()),
            Node::Routine(identity) => kept.routines.insert(identity.clone()),
        };
        if is_new {
            waiting.extend(used.get(&node).into_iter().flatten().cloned());
        }
    }
    kept
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Named(Name),
    Routine(String),
}

fn node(object: &ObjectRef) -> Option<Node> {
    match object {
        ObjectRef::Type(name) | ObjectRef::Sequence(name) => Some(Node::Named(name.clone())),
        ObjectRef::Routine(identity) => Some(Node::Routine(identity.clone())),
        other => other.relation().map(|name| Node::Named(name.clone())),
    }
}

/// What each relation, type and routine uses; keys to other tables and triggers are left out.
fn used_by_name(schema: &Schema) -> BTreeMap<Node, BTreeSet<Node>> {
    let mut used: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
    for (object, uses) in schema.uses.iter() {
        let is_left_out = match object {
            ObjectRef::Constraint(table, name) => {
                let constraint = schema.table(table).and_then(|table| table.constraints.get(name));
                constraint.is_some_and(|found| matches!(found.kind, ConstraintKind::ForeignKey(_)))
            }
            ObjectRef::Trigger(..) | ObjectRef::Rule(..) => true,
            _ => false,
        };
        if let (Some(object), false) = (node(object), is_left_out) {
            used.entry(object).or_default().extend(uses.iter().filter_map(node));
        }
    }
    for (name, table) in &schema.tables {
        let parents = table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits);
        used.entry(Node::Named(name.clone())).or_default().extend(parents.cloned().map(Node::Named));
    }
    used
}
