//! Statements that read and write rows.

use std::collections::BTreeSet;

use facts::{Form, Role, Roles, Shape};
use model::{ForeignKeyAction, Ident, LockMode, Name, ObjectRef};
use parse::{Copy, Query, Reference, RelationKind, Truncate, Write, WriteKind};

use super::{Parts, roles, subject};
use crate::state::{Catalog, Link, Relation};

/// The relations a query names, those of the system aside, and what views among them read in turn.
pub(super) fn sources(query: &Query, catalog: &Catalog) -> (Vec<Name>, Vec<Name>) {
    let named = query.reads.iter().filter(|read| !catalog.is_system(read)).map(|read| catalog.resolve(read));
    let named: Vec<Name> = named.filter(|name| !catalog.is_absent(name)).collect();
    let below = named.iter().flat_map(|name| below(catalog, name)).collect();
    (named, below)
}

/// What a view reads, through all views on the way; for tables, their children.
fn below(catalog: &Catalog, name: &Name) -> Vec<Name> {
    match catalog.relation(name).map(|it| it.kind) {
        Some(RelationKind::View) => {
            let mut found = BTreeSet::new();
            let mut open = vec![name.clone()];
            while let Some(next) = open.pop() {
                for read in read_by(catalog, &next) {
                    let is_view = catalog.relation(&read).is_some_and(|it| it.kind == RelationKind::View);
                    if found.insert(read.clone()) && is_view {
                        open.push(read);
                    }
                }
            }
            found.into_iter().collect()
        }
        _ => catalog.descendants(name),
    }
}

/// The relations that a view's query names.
pub(super) fn read_by(catalog: &Catalog, view: &Name) -> Vec<Name> {
    let reads = catalog.relation(view).map(|it| it.reads.clone()).unwrap_or_default();
    let names: BTreeSet<Name> = reads
        .into_iter()
        .filter_map(|read| match read {
            ObjectRef::Table(name) | ObjectRef::View(name) | ObjectRef::Column(name, _) => Some(name),
            _ => None,
        })
        .collect();
    names.into_iter().collect()
}

/// The parts of a query.
pub(super) fn query(it: &Query, catalog: &Catalog, parts: &mut Parts) {
    let (named, below) = sources(it, catalog);
    let locking: BTreeSet<Name> = it.row_locks.iter().map(|name| catalog.resolve(name)).collect();
    for source in &named {
        let form = if locking.contains(source) { Form::SelectForUpdate } else { Form::Select };
        let (shape, roles) = subject(catalog, source, None);
        parts.add(form, shape, roles);
        let view = catalog.relation(source).is_some_and(|it| it.kind == RelationKind::View);
        if it.explained || it.has_where || it.limited || view {
            parts.without_scans(std::iter::once(source.clone()).chain(catalog.descendants(source)));
        }
    }
    for source in below {
        parts.lock(source, LockMode::AccessShareLock);
    }
    for write in &it.writes {
        one_write(write, it, &named, catalog, parts);
    }
    calls(it, parts, catalog);
}

/// Functions that may do anything.
pub(super) fn calls(it: &Query, parts: &mut Parts, catalog: &Catalog) {
    for call in it.functions.iter().filter(|call| catalog.routine(&call.function).is_some()) {
        parts.unknown(format!("what the function {} does is not followed", call.function));
    }
}

fn one_write(write: &Write, it: &Query, named: &[Name], catalog: &Catalog, parts: &mut Parts) {
    let name = catalog.resolve(&write.table);
    if catalog.is_absent(&name) {
        return;
    }
    let (shape, roles) = subject(catalog, &name, None);
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
    let pinned = is_pinned(write, &relation);
    if pinned || (it.has_where && write.kind == WriteKind::Insert) {
        parts.without_scans(unscanned.clone());
    }
    let before = parts.len();
    referential(write, &name, &relation, catalog, (shape, roles), parts);
    if pinned {
        parts.without_scans_since(before, &unscanned);
    }
    for trigger in relation.table.triggers.keys() {
        parts.unknown(format!("what the trigger {trigger} of {name} does is not followed"));
    }
}

/// Whether `WHERE` names at most a few rows by a key.
pub(crate) fn is_pinned(write: &Write, relation: &Relation) -> bool {
    let keys = relation.table.constraints.values().filter(|it| {
        matches!(it.kind, model::ConstraintKind::PrimaryKey { .. } | model::ConstraintKind::Unique { .. })
    });
    let covers =
        |columns: &[Ident]| !columns.is_empty() && columns.iter().all(|it| write.pinned.contains(it));
    let by_constraint = keys.into_iter().any(|key| covers(key.columns()));
    let by_index = relation.table.indexes.values().filter(|index| index.unique).any(|index| {
        let columns: Vec<Ident> = index.keys.iter().filter_map(|key| key.column.clone()).collect();
        columns.len() == index.keys.len() && covers(&columns)
    });
    // Nothing is known of the keys of a table that was only mentioned; a column called id is one.
    let by_habit = !relation.whole && write.pinned.iter().any(|column| column.as_str() == "id");
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
        let (shape, mut roles) = subject(catalog, name, None);
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
        let (shape, roles) = subject(catalog, &catalog.resolve(table), None);
        parts.add(form, shape, roles);
    }
}
