//! Statements that read and write rows.

use std::collections::BTreeSet;

use facts::{Form, Role, Roles, Shape};
use model::{ForeignKeyAction, Ident, LockMode, Name, Volatility};
use parse::{Copy, Query, Reference, RelationKind, Truncate, Write, WriteKind};

use super::reading::{below, lock_parents, names_gone, planner_chooses, prunes, reads, sources};
use super::{Parts, column, roles, subject};
use crate::state::{Catalog, Link, Relation};

/// The parts of a query.
pub(super) fn query(it: &Query, catalog: &Catalog, parts: &mut Parts) {
    let (named, below) = sources(it, catalog);
    reads(it, &named, catalog, parts);
    for source in below {
        parts.lock(source, LockMode::AccessShareLock);
    }
    for write in &it.writes {
        one_write(write, it, &named, catalog, parts);
    }
    calls(it, parts, catalog);
    names_gone(it, &named, catalog, parts);
}

/// Functions that may do anything, and those that lock the sequence they are given.
pub(super) fn calls(it: &Query, parts: &mut Parts, catalog: &Catalog) {
    // What is declared immutable reads no table.
    let follows = |volatility: Option<Volatility>| volatility.is_some_and(|it| it > Volatility::Immutable);
    for call in it.functions.iter().filter(|call| follows(catalog.routine(&call.function))) {
        parts.unknown(format!("what the function {} does is not followed", call.function));
    }
    for call in it.functions.iter().filter(|_| !it.explained) {
        if let ("nextval" | "setval" | "currval", Some(Some(sequence))) =
            (call.function.name.as_str(), call.arguments.first())
        {
            let default = ["nextval('", sequence, "')"].concat();
            column::lock_sequence(&default, catalog, parts);
        }
    }
}

fn one_write(write: &Write, it: &Query, named: &[Name], catalog: &Catalog, parts: &mut Parts) {
    let name = catalog.resolve(&write.table);
    if catalog.is_absent(&name) {
        return;
    }
    let (shape, roles) = match it.only.contains(&write.table) {
        true => (roles::shape(catalog, &name), roles::alone(catalog, &name)),
        false => subject(catalog, &name, None),
    };
    let Some(relation) = catalog.relation(&name).cloned() else { return };
    if relation.kind == RelationKind::View {
        parts.lock(name.clone(), LockMode::RowExclusiveLock);
        return parts.unknown(format!("{name} is a view: the tables under it are written"));
    }
    let sources: Vec<Name> = named.iter().filter(|source| **source != name).cloned().collect();
    let reads = write.from_others && !sources.is_empty();
    let form = match (write.kind, reads) {
        (WriteKind::Insert, true) => Form::InsertSelect,
        (WriteKind::Insert, false) => Form::Insert,
        (WriteKind::InsertOnConflict, _) => Form::InsertOnConflict,
        (WriteKind::Update, true) => Form::UpdateFrom,
        (WriteKind::Update, false) => Form::Update,
        (WriteKind::Delete, true) => Form::DeleteUsing,
        (WriteKind::Delete, false) => Form::Delete,
        (WriteKind::Merge, _) => Form::Merge,
    };
    let unscanned: Vec<Name> =
        std::iter::once(name.clone()).chain(catalog.descendants(&name)).chain(sources.clone()).collect();
    parts.add(form, shape, roles.clone().with_all(Role::Source, sources));
    if it.explained {
        parts.without_scans(unscanned);
        return parts.only_plans();
    }
    if write.kind == WriteKind::Insert && relation.is_partitioned() {
        parts
            .unknown(format!("which partitions of {name} the rows go to is not known; those are locked too"));
    } else if prunes(it, &relation) {
        parts.unknown(format!("which partitions of {name} the condition leaves out is not known"));
    } else if write.kind == WriteKind::Merge || (write.from_others && it.has_where) {
        parts.unknown(planner_chooses(&name));
    }
    let pinned = is_pinned(&write.pinned, &relation);
    if pinned || (it.has_where && write.kind == WriteKind::Insert) {
        parts.without_scans(unscanned.clone());
    }
    let before = parts.len();
    referential(write, &name, &relation, catalog, (shape, roles), parts);
    if pinned {
        parts.without_scans_since(before, &unscanned);
    }
    if write.kind != WriteKind::Delete || relation.is_partitioned() {
        lock_parents(&name, catalog, parts);
    }
    let takes_defaults = matches!(write.kind, WriteKind::Insert | WriteKind::InsertOnConflict);
    let left_out = |column: &&model::Column| !write.columns.contains(&column.name);
    for column in relation.table.columns.iter().filter(|_| takes_defaults).filter(left_out) {
        let default = column.default.as_ref().map_or("", |default| default.0.as_str());
        column::lock_sequence(default, catalog, parts);
    }
    for trigger in relation.table.triggers.keys() {
        parts.unknown(format!("what the trigger {trigger} of {name} does is not followed"));
    }
}

/// Whether `WHERE` names at most a few rows by a key.
pub(crate) fn is_pinned(pinned: &[Ident], relation: &Relation) -> bool {
    let keys = relation.table.constraints.values().filter(|it| {
        matches!(it.kind, model::ConstraintKind::PrimaryKey { .. } | model::ConstraintKind::Unique { .. })
    });
    let covers = |columns: &[Ident]| !columns.is_empty() && columns.iter().all(|it| pinned.contains(it));
    let by_constraint = keys.into_iter().any(|key| covers(key.columns()));
    let by_index = relation.table.indexes.values().filter(|index| index.unique).any(|index| {
        let columns: Vec<Ident> = index.keys.iter().filter_map(|key| key.column.clone()).collect();
        columns.len() == index.keys.len() && covers(&columns)
    });
    // Nothing is known of the keys of a table that was only mentioned; a column called id is one.
    let by_habit = !relation.whole && pinned.iter().any(|column| column.as_str() == "id");
    by_constraint || by_index || by_habit
}

/// What the checks behind foreign keys lock.
fn referential(
    write: &Write,
    name: &Name,
    relation: &Relation,
    catalog: &Catalog,
    (shape, roles): (Shape, Roles),
    parts: &mut Parts,
) {
    let touches = |columns: &[Ident]| match write.kind {
        WriteKind::Insert | WriteKind::InsertOnConflict => {
            write.columns.is_empty() || columns.iter().any(|it| write.columns.contains(it))
        }
        WriteKind::Update => columns.iter().any(|it| write.columns.contains(it)),
        WriteKind::Delete => false,
        WriteKind::Merge => true,
    };
    let form = match write.kind {
        WriteKind::Update => Form::UpdateReferencing,
        _ => Form::InsertReferencing,
    };
    for (_, key) in relation.table.foreign_keys().filter(|(_, key)| touches(&key.columns)) {
        let referenced = key.references.clone();
        if referenced != *name {
            parts.add(form, shape, roles.clone().with(Role::Referenced, referenced));
        }
    }
    for source in roles::referencing(catalog, name) {
        let Some(child) = catalog.relation(&source) else { continue };
        for (_, key) in child.table.foreign_keys().filter(|(_, key)| key.references == *name) {
            if let Some(form) = referenced_form(write, key, child) {
                parts.add(form, shape, roles.clone().with(Role::Referencing, source.clone()));
            }
        }
    }
}

fn referenced_form(write: &Write, key: &model::ForeignKey, child: &Relation) -> Option<Form> {
    let indexed = child.index_keys().any(|columns| {
        let leading: Vec<&Ident> = columns.into_iter().take(key.columns.len()).collect();
        key.columns.iter().all(|column| leading.contains(&column))
    });
    match write.kind {
        WriteKind::Delete => Some(match (key.on_delete == ForeignKeyAction::Cascade, indexed) {
            (true, true) => Form::DeleteCascade,
            (true, false) => Form::DeleteCascadeUnindexed,
            (false, true) => Form::DeleteReferenced,
            (false, false) => Form::DeleteReferencedUnindexed,
        }),
        WriteKind::Update if key.referenced_columns.iter().any(|it| write.columns.contains(it)) => {
            Some(Form::UpdateReferenced)
        }
        _ => None,
    }
}

/// The parts of a `COPY`.
pub(super) fn copy(it: &Copy, catalog: &Catalog, parts: &mut Parts) {
    if let Some(inner) = &it.query {
        query(inner, catalog, parts);
    }
    if let Some(table) = &it.table {
        let name = catalog.resolve(table);
        if !catalog.is_absent(&name) {
            let form = if it.from { Form::CopyFrom } else { Form::CopyTo };
            let (shape, roles) = subject(catalog, &name, None);
            parts.add(form, shape, roles);
        }
    }
}

/// The parts of a `TRUNCATE`.
pub(super) fn truncate(it: &Truncate, catalog: &Catalog, parts: &mut Parts) {
    let tables: Vec<Name> = it.tables.iter().map(|table| catalog.resolve(table)).collect();
    let form = if it.restart_identity { Form::TruncateRestartIdentity } else { Form::Truncate };
    for name in tables.iter().filter(|name| !catalog.is_absent(name)) {
        let only = it.only.iter().any(|only| catalog.resolve(only) == *name);
        let (shape, mut roles) = match only {
            true => (roles::shape(catalog, name), roles::alone(catalog, name)),
            false => subject(catalog, name, None),
        };
        if it.restart_identity {
            roles = roles.with_all(Role::Sequence, sequences(name, catalog));
        }
        parts.add(form, shape, roles.clone());
        if it.cascade {
            let others = cascade(name, catalog);
            if catalog.relation(name).is_some_and(|relation| !relation.whole) {
                parts.unknown(format!("which tables reference {name} is not known; all of them are emptied"));
            }
            if !others.is_empty() {
                parts.add(Form::TruncateCascade, shape, roles.with_all(Role::Referencing, others));
            }
        }
    }
}

/// The sequences a table's columns own.
fn sequences(name: &Name, catalog: &Catalog) -> Vec<Name> {
    let is_sequence = |it: &&Name| catalog.relation(it).is_some_and(|it| it.kind == RelationKind::Sequence);
    catalog.pointing_at(Link::Belongs, name).filter(is_sequence).cloned().collect()
}

/// All tables that reference a table, through any number of others.
pub(crate) fn cascade(name: &Name, catalog: &Catalog) -> Vec<Name> {
    let mut found = BTreeSet::new();
    let mut open = vec![name.clone()];
    while let Some(next) = open.pop() {
        for source in roles::referencing(catalog, &next) {
            if source != *name && found.insert(source.clone()) {
                open.push(source);
            }
        }
    }
    found.into_iter().collect()
}

/// The parts of a `LOCK TABLE`.
pub(super) fn lock(tables: &[Reference], mode: LockMode, catalog: &Catalog, parts: &mut Parts) {
    let form = match mode {
        LockMode::AccessShareLock => Form::LockAccessShare,
        LockMode::RowShareLock => Form::LockRowShare,
        LockMode::RowExclusiveLock => Form::LockRowExclusive,
        LockMode::ShareUpdateExclusiveLock => Form::LockShareUpdateExclusive,
        LockMode::ShareLock => Form::LockShare,
        LockMode::ShareRowExclusiveLock => Form::LockShareRowExclusive,
        LockMode::ExclusiveLock => Form::LockExclusive,
        LockMode::AccessExclusiveLock => Form::LockAccessExclusive,
    };
    for table in tables {
        let name = catalog.resolve(table);
        let (shape, roles) = subject(catalog, &name, None);
        parts.add(form, shape, roles);
        if catalog.relation(&name).is_some_and(|it| it.kind == RelationKind::View) {
            // What a view reads is locked with it.
            below(catalog, &name).into_iter().for_each(|it| parts.lock(it, mode));
        }
    }
}
