//! What a query reads: relations, and whether all of their rows.

use std::collections::BTreeSet;

use facts::Form;
use model::{LockMode, Name, ObjectRef};
use parse::{Expression, Query, RelationKind};

use super::query::is_pinned;
use super::{Parts, roles, subject};
use crate::state::{Catalog, Relation};

/// The relations a query names, those of the system aside, and what views among them read in turn.
pub(super) fn sources(query: &Query, catalog: &Catalog) -> (Vec<Name>, Vec<Name>) {
    let named = query.reads.iter().filter(|read| !catalog.is_system(read)).map(|read| catalog.resolve(read));
    let named: Vec<Name> = named.filter(|name| !catalog.is_absent(name)).collect();
    let only: BTreeSet<Name> = query.only.iter().map(|name| catalog.resolve(name)).collect();
    let below =
        named.iter().filter(|name| !only.contains(name)).flat_map(|name| below(catalog, name)).collect();
    (named, below)
}

/// What a view reads, through all views on the way; for tables, their children.
pub(super) fn below(catalog: &Catalog, name: &Name) -> Vec<Name> {
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

/// A column that went may be named as one of another relation, or of the query itself: only the server can say.
pub(super) fn names_gone(it: &Query, named: &[Name], catalog: &Catalog, parts: &mut Parts) {
    let written = it.writes.iter().map(|write| catalog.resolve(&write.table));
    for source in named.iter().cloned().chain(written) {
        let Some(relation) = catalog.relation(&source) else { continue };
        let is_missing = |column: &&model::Ident| {
            relation.gone.contains(*column) && relation.table.column(column).is_none()
        };
        if let Some(column) = it.columns.iter().find(is_missing) {
            parts.unknown(format!(
                "whether the query still needs {column}, which went from {source}, is not known"
            ));
        }
    }
}

/// The parts of the relations a query names.
pub(super) fn reads(it: &Query, named: &[Name], catalog: &Catalog, parts: &mut Parts) {
    let locking: BTreeSet<Name> = it.row_locks.iter().map(|name| catalog.resolve(name)).collect();
    let only: BTreeSet<Name> = it.only.iter().map(|name| catalog.resolve(name)).collect();
    for source in named {
        let form = if locking.contains(source) { Form::SelectForUpdate } else { Form::Select };
        let (shape, roles) = match only.contains(source) {
            true => (roles::shape(catalog, source), roles::alone(catalog, source)),
            false => subject(catalog, source, None),
        };
        parts.add(form, shape, roles);
        if !only.contains(source) && catalog.relation(source).is_some_and(|it| it.is_partitioned()) {
            lock_parents(source, catalog, parts);
        }
        if !reads_all(it, source, named.len(), catalog, parts) {
            parts.without_scans(std::iter::once(source.clone()).chain(catalog.descendants(source)));
        }
    }
}

/// Whether a query reads all rows of a relation it names. Where indexes might serve it, that is for the
/// planner to say.
fn reads_all(it: &Query, source: &Name, sources: usize, catalog: &Catalog, parts: &mut Parts) -> bool {
    let Some(relation) = catalog.relation(source) else { return !it.has_where && !it.limited };
    if it.explained || it.limited {
        return false;
    }
    if prunes(it, relation) {
        parts.unknown(format!("which partitions of {source} the condition leaves out is not known"));
        return false;
    }
    if relation.kind == RelationKind::View || (it.has_where && sources > 1) {
        parts.unknown(planner_chooses(source));
        return false;
    }
    if !it.has_where {
        return true;
    }
    if !it.writes.is_empty() || !relation.whole || is_pinned(&it.pinned, relation) {
        return false;
    }
    let served = relation.index_keys().any(|keys| keys.iter().any(|key| it.columns.contains(*key)));
    if served || relation.table.indexes.values().any(|index| index.predicate.is_some()) {
        parts.unknown(planner_chooses(source));
        return false;
    }
    true
}

/// The partitioned tables above a partition are looked at for its bound.
pub(super) fn lock_parents(name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let parent = |name: &Name| catalog.relation(name)?.table.partition_of.clone().map(|(parent, _)| parent);
    for parent in std::iter::successors(parent(name), parent) {
        parts.lock(parent, LockMode::AccessShareLock);
    }
}

/// Whether a condition may leave out partitions: it names a column of the partition key.
pub(super) fn prunes(it: &Query, relation: &Relation) -> bool {
    it.has_where && partition_columns(relation).iter().any(|column| it.columns.contains(column))
}

/// The columns that decide which partition a row is in.
pub(crate) fn partition_columns(relation: &Relation) -> BTreeSet<model::Ident> {
    let Some(key) = &relation.table.partition_by else { return BTreeSet::new() };
    let from = key.0.find('(').unwrap_or(0);
    Expression::parse(&key.0[from..]).columns
}

pub(super) fn planner_chooses(name: &Name) -> String {
    format!("whether all of {name} is read is for the planner to say")
}
