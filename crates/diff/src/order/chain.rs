//! Changes that come in an order whatever they make and need: those of one column, and those of a parent table's
//! column with those of its children's.

use std::collections::BTreeMap;

use model::{Change, Ident, Name, Schema};

use super::lineage::parting;
use super::node::Node;
use crate::{index, inherit};

/// Pairs of changes of which the first comes before the second.
pub(super) fn chains(changes: &[Change], nodes: &[Node], from: &Schema, to: &Schema) -> Vec<(usize, usize)> {
    let mut pairs = of_columns(changes, nodes, from, to);
    pairs.extend(of_parting(changes, from, to));
    pairs.extend(of_indexes(changes, to));
    pairs
}

/// A child that leaves its parent does so before the columns of either change, one that joins does so after: a
/// statement on a parent would change the columns of both.
fn of_parting(changes: &[Change], from: &Schema, to: &Schema) -> Vec<(usize, usize)> {
    let altered = |tables: &[&Name]| -> Vec<usize> {
        let is_of =
            |change: &Change| altered_column(change).is_some_and(|(table, _)| tables.contains(&&table));
        (0..changes.len()).filter(|at| is_of(&changes[*at])).collect()
    };
    let mut pairs = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let (leaves, joins) = parting(change);
        if let Some((child, parent)) = leaves {
            let tables = [vec![child], inherit::line(from, parent)].concat();
            pairs.extend(altered(&tables).into_iter().map(|other| (at, other)));
        }
        if let Some((child, parent)) = joins {
            let tables = [vec![child], inherit::line(to, parent)].concat();
            pairs.extend(altered(&tables).into_iter().map(|other| (other, at)));
        }
    }
    pairs
}

/// A partition's own index comes before one that its parent gives it: that gets any name that is free. But where both
/// say the same it comes after, or the parent's would take it over.
fn of_indexes(changes: &[Change], to: &Schema) -> Vec<(usize, usize)> {
    let mut given: BTreeMap<&Name, Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        match change {
            Change::CreateIndex { table, .. } => given.entry(table).or_default().push(at),
            Change::AddConstraint { table, constraint } if constraint.has_index() => {
                given.entry(table).or_default().push(at);
            }
            _ => {}
        }
    }
    let mut pairs = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let Change::CreateIndex { table, index: own } = change else { continue };
        let is_partition = to.tables.get(table).is_some_and(|table| table.partition_of.is_some());
        let above = if is_partition { inherit::line(to, table) } else { Vec::new() };
        for &other in above.into_iter().skip(1).filter_map(|parent| given.get(parent)).flatten() {
            match &changes[other] {
                Change::CreateIndex { index: theirs, .. } if index::is_same(own, theirs) => {
                    pairs.push((other, at))
                }
                _ => pairs.push((at, other)),
            }
        }
    }
    pairs
}

/// Those of one column by rank, and those of a parent's column before those of its children's.
fn of_columns(changes: &[Change], nodes: &[Node], from: &Schema, to: &Schema) -> Vec<(usize, usize)> {
    let mut columns: BTreeMap<(Name, Ident), Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        if let Some(column) = altered_column(change) {
            columns.entry(column).or_default().push(at);
        }
    }
    for chain in columns.values_mut() {
        // What is taken from a column that goes is taken before it goes.
        let drop = chain.iter().copied().find(|at| matches!(changes[*at], Change::DropColumn { .. }));
        let before = |at: usize| drop.is_some_and(|drop| at < drop);
        chain.sort_by_key(|at| (!before(*at), nodes[*at].rank, *at));
    }
    let mut pairs: Vec<(usize, usize)> =
        columns.values().flat_map(|chain| chain.windows(2).map(|pair| (pair[0], pair[1]))).collect();
    for ((table, column), chain) in &columns {
        let now = to.tables.get(table).map(inherit::parents).unwrap_or_default();
        let before = from.tables.get(table).map(inherit::parents);
        // One that joins its parent later has its changes before.
        let stays = |parent: &&Name| before.as_ref().is_none_or(|before| before.contains(parent));
        // A child gives up its own identity before its parent's change reaches it.
        let gives_up = |at: &&usize| matches!(changes[**at], Change::SetIdentity { to: None, .. });
        let (early, first) = (chain.iter().find(gives_up), chain.iter().find(|at| !gives_up(at)));
        for parent in now.iter().filter(stays) {
            let Some(above) = columns.get(&(parent.clone(), column.clone())) else { continue };
            pairs.extend(early.zip(above.first()).map(|(early, above)| (*early, *above)));
            pairs.extend(above.last().zip(first).map(|(last, first)| (*last, *first)));
        }
    }
    pairs
}

/// The column that a change alters, as its children's are altered after it.
fn altered_column(change: &Change) -> Option<(Name, Ident)> {
    match change {
        Change::AddColumn { table, column } | Change::DropColumn { table, column } => {
            Some((table.clone(), column.name.clone()))
        }
        Change::AlterColumnType { table, to, .. } | Change::SetGenerated { table, to, .. } => {
            Some((table.clone(), to.name.clone()))
        }
        Change::SetDefault { table, column, .. }
        | Change::SetNotNull { table, column, .. }
        | Change::SetIdentity { table, column, .. }
        | Change::SetColumnOption { table, column, .. } => Some((table.clone(), column.clone())),
        _ => None,
    }
}
