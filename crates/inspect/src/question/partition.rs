//! Rows that do not belong where partitions are to be.

use model::{Change, Expr, Name, Object, Schema, Sql, sql};

use super::bound::{Bound, Key};
use super::constraint::fails;
use super::{Draft, Scene, Search};
use crate::relation::Types;

/// What a partition that comes asks of its own rows, and of those of the default partition.
pub(super) fn of(scene: &Scene<'_>, change: &Change) -> Vec<Draft> {
    match change {
        Change::SetPartition { table, to: Some((parent, bound)), .. } => {
            let own = outside(scene, table, parent, bound);
            own.into_iter().chain(in_default(scene, parent, bound)).collect()
        }
        Change::Create { object: Object::Table { table, .. } } => {
            let comes = table.partition_of.as_ref();
            comes.and_then(|(parent, bound)| in_default(scene, parent, bound)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Rows of a table that the bound it is attached with does not take.
fn outside(scene: &Scene<'_>, table: &Name, parent: &Name, bound: &Expr) -> Option<Draft> {
    let relation = scene.relation(table, Types::Wanted, |_| true)?.plain();
    let what = format!("do not belong to the partition of {parent} {bound}");
    let search = match holds(scene, table, parent, bound) {
        Some(holds) => Search::Filter { relation, filter: Some(sql!("({}) IS NOT TRUE", holds)) },
        None => Search::None("the bound could not be read".to_owned()),
    };
    Some(fails("rows-outside-bound", what, search))
}

/// Rows of the default partition that the new one is to take: PostgreSQL does not move them.
fn in_default(scene: &Scene<'_>, parent: &Name, bound: &Expr) -> Option<Draft> {
    if Bound::parse(bound)? == Bound::Default {
        return None;
    }
    let is_default = |(_, table): &(&Name, &model::Table)| {
        table.partition_of.as_ref().is_some_and(|(of, bound)| {
            of == parent && Bound::parse(bound).is_some_and(|bound| bound == Bound::Default)
        })
    };
    let (default, _) = scene.from.tables.iter().find(is_default)?;
    let stays = scene.to.tables.get_key_value(default).as_ref().is_some_and(is_default);
    if !stays {
        return None;
    }
    let search = match of_bound(scene, parent, bound) {
        Some(filter) => Search::Filter { relation: sql!("{}", default), filter: Some(filter) },
        None => Search::None("the bound could not be read".to_owned()),
    };
    let what = format!("belong to the new one {bound}");
    Some(fails("rows-in-default-partition", what, search).of(format!("the default partition {default}")))
}

/// What is true of every row of a partition: its bound, and the bounds above it.
fn holds(scene: &Scene<'_>, table: &Name, parent: &Name, bound: &Expr) -> Option<Sql> {
    let own = match Bound::parse(bound)? {
        Bound::Default => not_of_others(scene, table, parent)?,
        _ => of_bound(scene, parent, bound)?,
    };
    match scene.to.table(parent).and_then(|table| table.partition_of.as_ref()) {
        Some((above, of_parent)) => Some(sql!("({}) AND ({})", own, holds(scene, parent, above, of_parent)?)),
        None => Some(own),
    }
}

/// The rows of a default partition are those that no other partition takes.
fn not_of_others(scene: &Scene<'_>, table: &Name, parent: &Name) -> Option<Sql> {
    let others = scene.to.tables.iter().filter(|(name, _)| *name != table);
    let bounds = others.filter_map(|(_, other)| other.partition_of.as_ref().filter(|(of, _)| of == parent));
    let each: Option<Vec<Sql>> =
        bounds.map(|(_, bound)| of_bound(scene, parent, bound).map(|holds| sql!("({})", holds))).collect();
    let each = each?;
    Some(if each.is_empty() { sql!("true") } else { sql!("({}) IS NOT TRUE", Sql::join(&each, " OR ")) })
}

fn of_bound(scene: &Scene<'_>, parent: &Name, bound: &Expr) -> Option<Sql> {
    let key = key(scene.to, parent)?;
    // Only the server knows its hash, and only of a table that is there.
    let known = scene.name_now(parent);
    Bound::parse(bound)?.holds(&key, known.as_ref())
}

fn key(schema: &Schema, parent: &Name) -> Option<Key> {
    Key::parse(schema.table(parent)?.partition_by.as_ref()?)
}
