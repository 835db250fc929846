//! The moment in which the second columns take the places of the first, and the way back from it.

use model::{Change, Column, Ident, Name, Schema, Sql, sql};

use super::labels::Labels;
use super::parts::{Parts, prefixed};
use super::twin::Twin;
use super::{BACK_PREFIX, Group};
use crate::recipe::add_key;
use crate::recipe::position::Sequence;
use crate::recipe::privileges::Remade;
use model::{COMING_PREFIX, KEPT_PREFIX};

/// The statements of the swap, in one transaction.
pub(super) fn forward(group: &Group<'_>) -> Vec<Sql> {
    let remade = Remade::among(&group.carried);
    let mut out: Vec<Sql> = remade.note().into_iter().collect();
    out.extend(carried(group, true));
    out.extend(group.enums().flat_map(Labels::swap));
    out.extend(drop_constraints(&group.old, ""));
    out.extend(group.held().map(|(table, held)| drop_constraint(table, &held.name)));
    for (table, index) in &group.old.indexes {
        out.push(rename_index(table, &index.name, &prefixed(KEPT_PREFIX, &index.name)));
    }
    for (at, twin) in group.twins.iter().enumerate() {
        out.extend(let_go(twin, twin.from, at));
        out.push(rename(twin, twin.name(), &twin.kept));
        out.push(rename(twin, &twin.coming, twin.name()));
        out.extend(not_null_name(group, twin, &twin.coming, twin.name()));
        // The sequence stays with a column whose identity is still to come or go.
        let schema = group.schemas[usize::from(!twin.turns)];
        out.extend(take_on(twin, &twin.to, schema, at));
        out.push(super::sync::after(twin, group.schemas));
    }
    out.extend(take_indexes(&group.new, COMING_PREFIX));
    out.extend(carried(group, false));
    out.extend(remade.give_back());
    out
}

/// The statements of the way back. What stood on the first columns was made again before.
pub(super) fn back(group: &Group<'_>) -> Vec<Sql> {
    // What goes and comes again is the same on the way back.
    let remade = Remade::among(&group.carried);
    let mut out: Vec<Sql> = remade.note().into_iter().collect();
    out.extend(carried_back(group, true));
    out.extend(group.enums().flat_map(Labels::swap_back));
    out.extend(drop_foreign(&group.new, ""));
    for (table, constraint) in group.new.checks.iter() {
        out.push(rename_constraint(table, &constraint.name, &prefixed(COMING_PREFIX, &constraint.name)));
    }
    out.extend(release_keys(group));
    for (table, index) in &group.new.indexes {
        out.push(rename_index(table, &index.name, &prefixed(COMING_PREFIX, &index.name)));
    }
    for (at, twin) in group.twins.iter().enumerate() {
        out.extend(let_go_back(twin, at));
        out.extend(not_null_name(group, twin, twin.name(), &twin.coming));
        out.push(rename(twin, twin.name(), &twin.coming));
        out.push(rename(twin, &twin.kept, twin.name()));
        out.extend(set_not_null(twin));
        out.extend(take_on(twin, twin.from, group.schemas[0], at));
        out.push(super::sync::before(twin, group.schemas));
    }
    out.extend(take_indexes(&group.old, BACK_PREFIX));
    for (table, index) in &group.old.indexes {
        out.push(rename_index(table, &prefixed(KEPT_PREFIX, &index.name), &index.name));
    }
    for (table, held) in group.held() {
        out.push(sql!("ALTER TABLE {} ADD {}", table, held.as_not_valid().definition()));
    }
    out.extend(carried_back(group, false));
    out.extend(remade.give_back());
    out
}

/// Views and the like that stand on the columns: they go first, and come again last.
fn carried(group: &Group<'_>, gone: bool) -> Vec<Sql> {
    let of = group.carried.iter().filter(|change| goes(change) == gone);
    of.flat_map(|change| change.sql()).collect()
}

/// Indexes of materialized views go before these.
fn goes(change: &Change) -> bool {
    matches!(change, Change::Drop { .. } | Change::DropIndex { .. })
}

fn carried_back(group: &Group<'_>, gone: bool) -> Vec<Sql> {
    let of = group.carried_back.iter().filter(|change| goes(change) == gone);
    of.flat_map(Change::sql).collect()
}

/// Foreign keys go before the keys they need.
fn drop_constraints(parts: &Parts, prefix: &str) -> Vec<Sql> {
    let own = parts.checks.iter().chain(&parts.keys);
    let own = own.map(|(table, constraint)| drop_constraint(table, &prefixed(prefix, &constraint.name)));
    drop_foreign(parts, prefix).into_iter().chain(own).collect()
}

fn drop_foreign(parts: &Parts, prefix: &str) -> Vec<Sql> {
    let each = parts.foreign.iter();
    each.map(|(table, constraint)| drop_constraint(table, &prefixed(prefix, &constraint.name))).collect()
}

fn drop_constraint(table: &Name, name: &Ident) -> Sql {
    sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, name)
}

/// The keys of the second columns go, and with them their indexes: going forward again builds them anew.
fn release_keys(group: &Group<'_>) -> Vec<Sql> {
    group.new.keys.iter().map(|(table, key)| drop_constraint(table, &key.name)).collect()
}

/// Indexes and constraints that were made under other names take their own.
fn take_indexes(parts: &Parts, prefix: &str) -> Vec<Sql> {
    let mut out = Vec::new();
    for (table, key) in &parts.keys {
        out.push(add_key::using_index(table, key, &prefixed(prefix, &key.name)));
    }
    for (table, constraint) in parts.checks.iter().chain(&parts.foreign) {
        out.push(rename_constraint(table, &prefixed(prefix, &constraint.name), &constraint.name));
    }
    if prefix == COMING_PREFIX {
        for (table, index) in &parts.indexes {
            out.push(rename_index(table, &prefixed(prefix, &index.name), &index.name));
        }
    }
    out
}

fn rename(twin: &Twin<'_>, from: &Ident, to: &Ident) -> Sql {
    sql!("ALTER TABLE {} RENAME COLUMN {} TO {}", twin.table, from, to)
}

fn rename_index(table: &Name, from: &Ident, to: &Ident) -> Sql {
    sql!("ALTER INDEX {} RENAME TO {}", table.sibling(from), to)
}

fn rename_constraint(table: &Name, from: &Ident, to: &Ident) -> Sql {
    sql!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", table, from, to)
}

/// From 18 on a NOT NULL has a name of its own, by its column's.
fn not_null_name(group: &Group<'_>, twin: &Twin<'_>, from: &Ident, to: &Ident) -> Option<Sql> {
    let named = |column: &Ident| super::not_null_constraint(twin.table, column);
    (group.major >= 18 && twin.to.not_null).then(|| rename_constraint(twin.table, &named(from), &named(to)))
}

/// The first column loses what only one column can have, or what would refuse rows of code that does not know it.
fn let_go(twin: &Twin<'_>, column: &Column, at: usize) -> Vec<Sql> {
    let (table, name) = (twin.table, &column.name);
    let mut out = Vec::new();
    if column.default.is_some() {
        out.push(sql!("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT", table, name));
    }
    if column.identity.is_some() {
        out.push(Sequence::Of(table, name).remember(at));
        out.push(sql!("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", table, name));
    }
    if column.not_null {
        out.push(sql!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", table, name));
    }
    out
}

/// On the way back the second column stays NOT NULL, as it was proved.
fn let_go_back(twin: &Twin<'_>, at: usize) -> Vec<Sql> {
    let column = Column { not_null: false, ..twin.to.clone() };
    let_go(twin, &column, at)
}

/// The default, the identity and the sequence of the column that takes over.
fn take_on(twin: &Twin<'_>, column: &Column, schema: &Schema, at: usize) -> Vec<Sql> {
    let (table, name) = (twin.table, &column.name);
    let mut out = Vec::new();
    if let Some(default) = &column.default {
        out.push(sql!("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}", table, name, default));
    }
    for (sequence, it) in &schema.sequences {
        if it.owned_by.as_ref().is_some_and(|(owner, column)| owner == table && column == name) {
            out.push(sql!("ALTER SEQUENCE {} OWNED BY {}.{}", sequence, table, name));
        }
    }
    if let Some(identity) = &column.identity {
        out.push(sql!("ALTER TABLE {} ALTER COLUMN {} ADD {}", table, name, identity.definition()));
        out.push(Sequence::Of(table, name).go_on_from(at));
    }
    out
}

/// A CHECK that was proved before spares the scan.
fn set_not_null(twin: &Twin<'_>) -> Vec<Sql> {
    if !twin.from.not_null {
        return Vec::new();
    }
    vec![
        sql!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", twin.table, twin.name()),
        drop_constraint(twin.table, &super::way_back::not_null_proof(twin)),
    ]
}
