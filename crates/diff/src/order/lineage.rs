//! The children of tables, as far as statements on their parents reach them.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, Ident, Name, Object, ObjectRef, Schema, TableOption};

use crate::inherit;

type Children = BTreeMap<Name, Vec<Name>>;

/// Who has columns from whom, before and after the changes.
pub(super) struct Lineage {
    /// All children, as they are.
    before: Children,
    /// Those that stay with their parents: a table that goes, or leaves, has its columns to itself.
    staying: Children,
    /// Those that are made with their parents' columns, and those that stay: one that joins later brings its own.
    coming: Children,
}

impl Lineage {
    pub(super) fn new(changes: &[Change], from: &Schema, to: &Schema) -> Self {
        let gone: BTreeSet<&Name> = changes.iter().filter_map(dropped).collect();
        let leaving: BTreeSet<Bond<'_>> = changes.iter().filter_map(|change| parting(change).0).collect();
        let joining: BTreeSet<Bond<'_>> = changes.iter().filter_map(|change| parting(change).1).collect();
        let before = inherit::children(from);
        let stays =
            |child: &Name, parent: &Name| !gone.contains(child) && !leaving.contains(&(child, parent));
        let staying = only(&before, stays);
        let coming = only(&inherit::children(to), |child, parent| !joining.contains(&(child, parent)));
        Self { before, staying, coming }
    }

    /// A table and everything that descends from it, as it is.
    pub(super) fn family<'a>(&'a self, table: &'a Name) -> Vec<&'a Name> {
        family(&self.before, table)
    }

    /// A column of a table as it is, and with it those of descendants that the same statement changes.
    pub(super) fn old_columns(&self, table: &Name, column: &Ident) -> Vec<ObjectRef> {
        columns(&self.staying, table, column)
    }

    /// The same of columns as they are wanted.
    pub(super) fn new_columns(&self, table: &Name, column: &Ident) -> Vec<ObjectRef> {
        columns(&self.coming, table, column)
    }
}

fn only(children: &Children, keep: impl Fn(&Name, &Name) -> bool) -> Children {
    let mut kept = children.clone();
    for (parent, list) in &mut kept {
        list.retain(|child| keep(child, parent));
    }
    kept
}

fn columns(children: &Children, table: &Name, column: &Ident) -> Vec<ObjectRef> {
    let tables = family(children, table).into_iter();
    tables.map(|table| ObjectRef::Column(table.clone(), column.clone())).collect()
}

fn family<'a>(children: &'a Children, table: &'a Name) -> Vec<&'a Name> {
    let mut found = vec![table];
    let mut at = 0;
    while at < found.len() {
        for child in children.get(found[at]).into_iter().flatten() {
            if !found.contains(&child) {
                found.push(child);
            }
        }
        at += 1;
    }
    found
}

fn dropped(change: &Change) -> Option<&Name> {
    match change {
        Change::Drop { object: Object::Table { name, .. } } => Some(name),
        _ => None,
    }
}

/// A child and its parent.
pub(super) type Bond<'a> = (&'a Name, &'a Name);

/// The bond that a change ends, and the one that it makes.
pub(super) fn parting(change: &Change) -> (Option<Bond<'_>>, Option<Bond<'_>>) {
    match change {
        Change::SetPartition { table, from, to } => {
            (from.as_ref().map(|(parent, _)| (table, parent)), to.as_ref().map(|(parent, _)| (table, parent)))
        }
        Change::SetTableOption { table, option: TableOption::Inherit(parent), to, .. } => match to {
            None => (Some((table, parent)), None),
            Some(_) => (None, Some((table, parent))),
        },
        _ => (None, None),
    }
}
