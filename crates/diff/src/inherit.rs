//! Partitions and inheritance: what a statement on a parent does to its children.
//!
//! `ALTER TABLE` on a parent goes on to its children, so a child is compared as its parents' changes will
//! have left it, and only what then still differs is a change of its own.

use std::collections::BTreeMap;

use model::{Column, ConstraintKind, Name, ObjectRef, Schema, Table};

use crate::Sides;
use crate::events::{Event, Events};

/// The schema as it is, with children as the changes of their parents leave them; and the wanted schema,
/// where a child that is yet to join its parent has as its own what it will share.
pub(crate) fn settle(from: &Schema, to: &Schema, events: &Events) -> (Schema, Schema) {
    let (mut settled, mut wanted) = (from.clone(), to.clone());
    for (name, child) in &mut settled.tables {
        let Some(new) = wanted.tables.get_mut(name) else { continue };
        if events.renews(&ObjectRef::Table(name.clone())) {
            continue;
        }
        let old_parents = parents(child);
        let new_parents = parents(new);
        let keeps = |parent: &&Name| {
            new_parents.contains(parent)
                && to.tables.contains_key(parent)
                && child.partition_of == new.partition_of
        };
        let kept: Vec<Name> = old_parents.iter().filter(keeps).cloned().collect();
        if kept.len() < old_parents.len() {
            own(child, &kept, from);
        }
        if kept.len() < new_parents.len() {
            own_columns(new, &kept, to);
        }
        for parent in &kept {
            if let (Some(old), Some(new)) = (from.tables.get(parent), to.tables.get(parent)) {
                pass_on(parent, old, new, events, child);
            }
        }
    }
    (settled, wanted)
}

/// The tables a table has its columns from.
pub(crate) fn parents(table: &Table) -> Vec<Name> {
    let partitioned = table.partition_of.iter().map(|(parent, _)| parent.clone());
    partitioned.chain(table.inherits.iter().cloned()).collect()
}

/// A table and its ancestors, from itself upwards.
pub(crate) fn line<'a>(schema: &'a Schema, name: &'a Name) -> Vec<&'a Name> {
    let mut found = vec![name];
    let mut at = 0;
    while at < found.len() {
        if let Some(table) = schema.tables.get(found[at]) {
            for parent in table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits) {
                // A schema out of a damaged file may go in circles.
                if !found.contains(&parent) {
                    found.push(parent);
                }
            }
        }
        at += 1;
    }
    found
}

/// Whether children of a table have children themselves.
pub(crate) fn has_grandchildren(schema: &Schema, name: &Name) -> bool {
    let children = schema.tables.iter().filter(|(_, table)| parents(table).contains(name));
    children.into_iter().any(|(child, _)| has_children(schema, child))
}

/// Whether a table has partitions or other children.
pub(crate) fn has_children(schema: &Schema, name: &Name) -> bool {
    schema.tables.values().any(|table| parents(table).contains(name))
}

/// The children of every table that has some.
pub(crate) fn children(schema: &Schema) -> BTreeMap<Name, Vec<Name>> {
    let mut children: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
    for (name, table) in &schema.tables {
        for parent in parents(table) {
            children.entry(parent).or_default().push(name.clone());
        }
    }
    children
}

/// A child that leaves its parents keeps everything it had from them.
pub(crate) fn own(child: &mut Table, kept: &[Name], schema: &Schema) {
    own_columns(child, kept, schema);
    if kept.is_empty() {
        child.constraints.values_mut().for_each(|constraint| constraint.inherited = false);
        child.indexes.values_mut().for_each(|index| index.inherited = false);
    }
}

/// The same for its columns and checks alone: keys and indexes come with a parent.
fn own_columns(child: &mut Table, kept: &[Name], schema: &Schema) {
    let comes_from_kept = |column: &Column| {
        let tables = kept.iter().filter_map(|parent| schema.tables.get(parent));
        tables.into_iter().any(|parent| parent.column(&column.name).is_some())
    };
    for column in &mut child.columns {
        column.inherited = column.inherited && comes_from_kept(column);
    }
    for constraint in child.constraints.values_mut() {
        if kept.is_empty() && matches!(constraint.kind, ConstraintKind::Check { .. }) {
            constraint.inherited = false;
        }
    }
}

/// What the changes of a parent do to a child's columns.
fn pass_on(parent: &Name, old: &Table, new: &Table, events: &Events, child: &mut Table) {
    for current in &old.columns {
        match new.column(&current.name) {
            None => child.columns.retain(|column| column.name != current.name || !column.inherited),
            Some(wanted) => {
                let event = events.of(&ObjectRef::Column(parent.clone(), current.name.clone()));
                if let Some(column) = child.columns.iter_mut().find(|column| column.name == current.name) {
                    pass_on_column(current, wanted, event, column);
                }
            }
        }
    }
    for wanted in new.columns.iter().filter(|column| old.column(&column.name).is_none()) {
        if child.column(&wanted.name).is_none() {
            child.columns.push(handed_down(wanted));
        }
    }
}

fn pass_on_column(current: &Column, wanted: &Column, event: Option<Event>, child: &mut Column) {
    if matches!(event, Some(Event::Retyped | Event::Moved)) {
        child.storage = wanted.storage.clone();
        // Unlike storage, compression is not handed down.
        child.compression = None;
    }
    // The type of a child's own sequence changes with its column's.
    child.identity =
        child.identity.as_ref().map(|identity| crate::column::retyped(identity, current, wanted));
    child.type_name = wanted.type_name.clone();
    child.collation = wanted.collation.clone();
    if event == Some(Event::Renewed) {
        *child = Column { inherited: child.inherited, ..handed_down(wanted) };
        return;
    }
    let sets_default = matches!(event, Some(Event::Redefaulted | Event::Retyped | Event::Moved));
    let has_default = current.default.is_some() || wanted.default.is_some();
    if current.default != wanted.default || sets_default && has_default {
        child.default = wanted.default.clone();
    }
    if current.generated != wanted.generated {
        child.generated = wanted.generated.clone();
    }
    if current.not_null != wanted.not_null {
        child.not_null = wanted.not_null;
    }
    if current.storage != wanted.storage {
        child.storage = wanted.storage.clone();
    }
    if current.statistics != wanted.statistics {
        child.statistics = wanted.statistics;
    }
}

/// Whether a parent's default is taken away and set again, and with it that of the child's column.
pub(crate) fn passes_default_on(sides: &Sides<'_>, child: &Name, column: &Column) -> bool {
    let parents = sides.from.tables.get(child).map(parents).unwrap_or_default();
    parents.into_iter().any(|parent| {
        let has_default =
            sides.from.tables.get(&parent).and_then(|table| table.column(&column.name)?.default.clone());
        let event = sides.events.of(&ObjectRef::Column(parent, column.name.clone()));
        has_default.is_some() && matches!(event, Some(Event::Redefaulted | Event::Retyped | Event::Moved))
    })
}

/// A parent's new column as its children get it. Identity is not handed down: where partitions share it (17), it
/// is read as the parent's alone.
fn handed_down(column: &Column) -> Column {
    Column { comment: None, identity: None, inherited: true, ..column.clone() }
}

/// How a column of a table is compressed when children are made: what that is to become comes later.
fn compression_now(sides: &Sides<'_>, table: &Name, column: &model::Ident) -> Option<String> {
    let is_new = sides.events.renews(&ObjectRef::Table(table.clone()));
    match sides.from.tables.get(table).filter(|_| !is_new) {
        Some(current) => current.column(column)?.compression.clone(),
        None => {
            let above = parents(sides.to.tables.get(table)?);
            above.iter().find_map(|parent| compression_now(sides, parent, column))
        }
    }
}

/// The columns that a new child gets from its parents, as `CREATE TABLE` and the changes of the parents make
/// them.
pub(crate) fn as_created(sides: &Sides<'_>, child: &mut Table) {
    for parent in parents(child) {
        let Some(wanted) = sides.to.tables.get(&parent) else { continue };
        let old = sides.from.tables.get(&parent);
        for column in child.columns.iter_mut().filter(|column| column.inherited) {
            let Some(given) = wanted.column(&column.name) else { continue };
            column.default = given.default.clone();
            column.not_null = given.not_null;
            column.storage = given.storage.clone();
            let before = old.and_then(|old| old.column(&column.name)).and_then(|column| column.statistics);
            column.statistics = given.statistics.filter(|_| before != given.statistics);
            column.compression = compression_now(sides, &parent, &column.name);
        }
    }
}
