//! Indexes and maintenance.

use facts::{Form, Role, Roles, Shape};
use model::Name;
use parse::{CreateIndex, Maintain, MaintainTarget, RelationKind, Task};

use super::{Parts, reading, roles, subject};
use crate::state::Catalog;

/// The parts of a `CREATE INDEX`.
pub(super) fn create(it: &CreateIndex, catalog: &Catalog, parts: &mut Parts) {
    let table = catalog.resolve(&it.table);
    let form = match (it.concurrently, it.only) {
        (true, _) => Form::CreateIndexConcurrently,
        (false, true) => Form::CreateIndexOnly,
        (false, false) => Form::CreateIndex,
    };
    let (shape, roles) = subject(catalog, &table, None);
    let form =
        if form == Form::CreateIndexOnly && shape != Shape::Partitioned { Form::CreateIndex } else { form };
    let there = it.name.as_ref().is_some_and(|name| catalog.relation(&table.sibling(name)).is_some());
    if there && it.if_not_exists {
        let mode = if it.concurrently {
            model::LockMode::ShareUpdateExclusiveLock
        } else {
            model::LockMode::ShareLock
        };
        return parts.lock(table, mode);
    }
    parts.add(form, shape, roles);
}

/// The parts of a maintenance statement.
pub(super) fn maintain(it: &Maintain, catalog: &Catalog, parts: &mut Parts) {
    let form = match (it.task, it.concurrently) {
        (Task::Vacuum { analyze: false }, _) => Form::Vacuum,
        (Task::Vacuum { analyze: true }, _) => Form::VacuumAnalyze,
        (Task::VacuumFull, _) => Form::VacuumFull,
        (Task::Analyze, _) => Form::Analyze,
        (Task::Cluster, _) => Form::Cluster,
        (Task::Repack, _) => return parts.unknown("REPACK is of PostgreSQL 19, which was not measured"),
        (Task::Reindex, concurrently) => return reindex(it, concurrently, catalog, parts),
        (Task::Refresh { with_data }, concurrently) => {
            return refresh(it, with_data, concurrently, catalog, parts);
        }
    };
    match &it.target {
        MaintainTarget::Relations(relations) => {
            for name in relations.iter().map(|relation| catalog.resolve(relation)) {
                let (shape, roles) = subject(catalog, &name, None);
                parts.add(form, shape, roles);
                if it.task == Task::Cluster && it.index.is_none() {
                    parts.unknown(format!("whether {name} was clustered before is not known; else it fails"));
                }
            }
        }
        _ => everything(form, catalog, parts),
    }
}

/// A task on every table there is.
fn everything(form: Form, catalog: &Catalog, parts: &mut Parts) {
    for name in catalog.tables() {
        let shape = roles::shape(catalog, &name);
        if shape != Shape::Partitioned {
            parts.add(form, Shape::Plain, roles::alone(catalog, &name));
        }
    }
    // Even where no table is known, it is this form: it may be barred from a transaction.
    parts.add(form, Shape::Plain, Roles::default());
    if !catalog.complete {
        parts.unknown("which tables there are is not known; it takes all of them");
    }
}

fn reindex(it: &Maintain, concurrently: bool, catalog: &Catalog, parts: &mut Parts) {
    match &it.target {
        MaintainTarget::Index(index) => {
            let index = catalog.resolve(index);
            let form = if concurrently { Form::ReindexIndexConcurrently } else { Form::ReindexIndex };
            let owner = catalog.relation(&index).and_then(|it| it.owner.clone()).map(|(table, _)| table);
            let roles = match &owner {
                Some(table) if catalog.relation(table).is_some_and(|it| it.is_partitioned()) => {
                    parts.unknown(format!("which indexes of partitions belong to {index} is not known"));
                    roles::alone(catalog, table)
                }
                Some(table) => roles::alone(catalog, table),
                None => {
                    parts.unknown(format!("the table of the index {index} is not known; it is locked too"));
                    Roles::default()
                }
            };
            parts.add(form, Shape::Plain, roles.with(Role::Index, index));
        }
        MaintainTarget::Relations(relations) => {
            let form = if concurrently { Form::ReindexTableConcurrently } else { Form::ReindexTable };
            for relation in relations {
                reindex_table(form, &catalog.resolve(relation), catalog, parts);
            }
        }
        MaintainTarget::Schema(schema) => {
            let form = if concurrently { Form::ReindexSchemaConcurrently } else { Form::ReindexSchema };
            let tables = catalog.relations_in(schema).filter(|(_, it)| it.is_table() && !it.is_partitioned());
            let tables: Vec<Name> = tables.map(|(name, _)| name.clone()).collect();
            for name in tables {
                reindex_table(form, &name, catalog, parts);
            }
            parts.add(form, Shape::Plain, Roles::default());
        }
        MaintainTarget::Database => {
            let form = if concurrently { Form::ReindexSchemaConcurrently } else { Form::ReindexSchema };
            everything(form, catalog, parts);
        }
    }
}

fn reindex_table(form: Form, name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let (shape, mut roles) = subject(catalog, name, None);
    if form == Form::ReindexTableConcurrently || shape == Shape::Partitioned {
        roles = leaves(&roles, form == Form::ReindexTableConcurrently, catalog);
    }
    let tables: Vec<Name> =
        roles.named(Role::Table).iter().chain(roles.named(Role::Child)).cloned().collect();
    // Heirs are tables of their own here.
    let tables = if shape == Shape::Inherited { vec![name.clone()] } else { tables };
    let stored = tables.iter().filter(|it| catalog.relation(it).is_some_and(|it| !it.is_partitioned()));
    let indexes: Vec<Name> = stored.flat_map(|table| index_names(table, catalog)).collect();
    let bare = tables.iter().filter(|table| index_names(table, catalog).is_empty()).cloned();
    let bare: Vec<Name> = bare.filter(|it| catalog.relation(it).is_some_and(|it| it.whole)).collect();
    parts.add(form, shape, roles.with_all(Role::Indexes, indexes));
    // Nothing is built where there is no index.
    parts.without_scans(bare);
}

/// What a partitioned table's `REINDEX` works on: partitions that have none themselves, and, with
/// `CONCURRENTLY`, all indexes but those of exclusion constraints.
fn leaves(roles: &Roles, concurrently: bool, catalog: &Catalog) -> Roles {
    let stores = |name: &&Name| catalog.relation(name).is_some_and(|it| !it.is_partitioned());
    let named = roles.named(Role::Table).iter().cloned();
    let children: Vec<Name> = roles.named(Role::Child).iter().filter(stores).cloned().collect();
    let mut leaves = named.fold(Roles::default(), |roles, name| roles.with(Role::Table, name));
    for table in leaves.named(Role::Table).iter().chain(&children).cloned().collect::<Vec<_>>() {
        let Some(relation) = catalog.relation(&table) else { continue };
        let excluding = relation
            .table
            .constraints
            .values()
            .filter(|it| concurrently && matches!(it.kind, model::ConstraintKind::Exclusion { .. }));
        let excluded = u32::try_from(excluding.count()).unwrap_or(u32::MAX);
        let all = roles.index_counts(&table).all.saturating_sub(excluded);
        leaves = leaves.indexed(table, facts::IndexCounts { all, of_column: 0 });
    }
    leaves.with_all(Role::Child, children)
}

/// The names of a table's indexes, those behind constraints included.
pub(super) fn index_names(table: &Name, catalog: &Catalog) -> Vec<Name> {
    let Some(relation) = catalog.relation(table) else { return Vec::new() };
    let behind = relation.table.constraints.values().filter(|it| it.has_index()).map(|it| &it.name);
    relation.table.indexes.keys().chain(behind).map(|index| table.sibling(index)).collect()
}

fn refresh(it: &Maintain, with_data: bool, concurrently: bool, catalog: &Catalog, parts: &mut Parts) {
    let MaintainTarget::Relations(views) = &it.target else { return };
    let form = match (with_data, concurrently) {
        (false, _) => Form::RefreshMaterializedViewNoData,
        (true, true) => Form::RefreshMaterializedViewConcurrently,
        (true, false) => Form::RefreshMaterializedView,
    };
    for view in views {
        let name = catalog.resolve(view);
        let known =
            catalog.relation(&name).filter(|it| it.kind == RelationKind::MaterializedView && it.whole);
        if known.is_none() {
            parts.unknown(format!("what {name} reads is not known; it is locked too"));
        }
        let sources = reading::read_by(catalog, &name);
        parts.add(form, Shape::Plain, roles::alone(catalog, &name).with_all(Role::Source, sources));
    }
}
