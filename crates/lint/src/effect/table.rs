//! Tables as a whole, and whatever is dropped.

use facts::{Form, Role, Roles, Shape};
use model::{Ident, LockMode, Name};
use parse::{Alter, AlterChange, CreateFromQuery, CreateTable, Demand, Drop, DropKind, RelationKind};

use super::{Parts, dropped, object, query, reading, retyped, roles, subject, subject_of};
use crate::state::{Catalog, Link};

/// The parts of a `CREATE TABLE`.
pub(super) fn create(it: &CreateTable, catalog: &Catalog, parts: &mut Parts) {
    let Some(reference) = &it.name else { return };
    let name = catalog.new_relation_name(reference, it.persistence);
    if it.if_not_exists && catalog.relation(&name).is_some() {
        return;
    }
    let new = |form, roles| (form, Shape::Plain, roles);
    let mut add = |(form, shape, roles)| parts.add(form, shape, roles);
    let form = if it.partition_by.is_some() { Form::CreatePartitioned } else { Form::CreateTable };
    add(new(form, Roles::default()));
    let inside = it.columns.iter().flat_map(|column| &column.constraints);
    for constraint in inside.chain(&it.constraints) {
        if let Demand::ForeignKey(key) = &constraint.demand {
            let target = catalog.resolve(&key.references);
            if target != name {
                let referenced = roles::family(catalog, &target);
                add(new(
                    Form::CreateTableReferences,
                    Roles::default().with_all(Role::Referenced, referenced),
                ));
            }
        }
    }
    for like in &it.like {
        add(new(Form::CreateTableLike, Roles::default().with(Role::Source, catalog.resolve(&like.table))));
    }
    for parent in &it.inherits {
        add(new(Form::CreateInheriting, Roles::of(catalog.resolve(parent))));
    }
    if let Some((parent, bound)) = &it.partition_of {
        partition(&catalog.resolve(parent), bound.is_default, catalog, parts);
    }
}

/// A new partition of a table that exists.
fn partition(parent: &Name, is_default: bool, catalog: &Catalog, parts: &mut Parts) {
    let default = roles::default_partition(catalog, parent);
    let form = match (is_default, &default) {
        (true, _) => Form::CreateDefaultPartition,
        (false, Some(_)) => Form::CreatePartitionBesideDefault,
        (false, None) => Form::CreatePartition,
    };
    let roles = Roles::of(parent.clone())
        .with_all(Role::DefaultPartition, default)
        .with_all(Role::Referenced, roles::referenced(catalog, parent))
        .with_all(Role::Referencing, roles::referencing(catalog, parent));
    let shape = roles::shape(catalog, parent);
    if !roles.named(Role::Referenced).is_empty() {
        parts.add(Form::CreatePartitionReferencing, shape, roles.clone());
    }
    if !roles.named(Role::Referencing).is_empty() {
        parts.add(Form::CreatePartitionReferenced, shape, roles.clone());
    }
    parts.add(form, shape, roles);
}

/// The parts of what is created from a query.
pub(super) fn create_from_query(it: &CreateFromQuery, catalog: &Catalog, parts: &mut Parts) {
    let name = catalog.new_relation_name(&it.name, it.persistence);
    let there = catalog.relation(&name).is_some();
    if there && it.if_not_exists {
        return;
    }
    let form = match (it.kind, it.or_replace && there, it.with_data) {
        (RelationKind::View, true, _) => Form::ReplaceView,
        (RelationKind::View, false, _) => Form::CreateView,
        (RelationKind::MaterializedView, _, true) => Form::CreateMaterializedView,
        (RelationKind::MaterializedView, _, false) => Form::CreateMaterializedViewNoData,
        _ => Form::CreateTableAs,
    };
    let runs = it.kind != RelationKind::View && it.with_data;
    let (sources, below) = reading::sources(&it.query, catalog);
    reading::names_gone(&it.query, &sources, catalog, parts);
    let roles = if there { Roles::of(name) } else { Roles::default() };
    for source in sources.iter().filter(|_| runs) {
        if catalog.relation(source).is_some_and(|it| it.is_partitioned()) {
            reading::lock_parents(source, catalog, parts);
        }
    }
    let partitions = sources.iter().flat_map(|it| catalog.descendants(it)).collect::<Vec<_>>();
    let sources: Vec<Name> = sources.into_iter().chain(partitions.into_iter().filter(|_| runs)).collect();
    parts.add(form, Shape::Plain, roles.with_all(Role::Source, sources.iter().cloned()));
    // What a view reads is only locked where its query is run.
    if runs {
        below.iter().for_each(|source| parts.lock(source.clone(), LockMode::AccessShareLock));
    }
    if runs && it.query.has_where && sources.len() > 1 {
        sources.iter().for_each(|source| parts.unknown(reading::planner_chooses(source)));
    }
    if !runs || it.query.has_where {
        parts.without_scans(sources);
    }
    query::calls(&it.query, parts, catalog);
}

/// Adds the parts of a clause about a table as a whole; says whether facts know it.
pub(super) fn alter(it: &Alter, name: &Name, catalog: &Catalog, parts: &mut Parts) -> bool {
    let kind = catalog.relation(name).map_or(it.kind, |relation| relation.kind);
    if kind != RelationKind::Table && kind != RelationKind::ForeignTable {
        return object::alter(it, kind, name, catalog, parts);
    }
    let unlogged = catalog.relation(name).is_some_and(|relation| relation.table.unlogged);
    let form = match &it.change {
        AlterChange::Rename(_) => Form::RenameTable,
        AlterChange::SetSchema(_) => Form::SetSchema,
        AlterChange::SetOwner => Form::SetOwner,
        AlterChange::SetTablespace(_) => Form::SetTablespace,
        // What is so already is not written anew.
        AlterChange::SetLogged if catalog.relation(name).is_some_and(|it| it.whole) && !unlogged => {
            Form::SetOwner
        }
        AlterChange::SetUnlogged if unlogged => Form::SetOwner,
        AlterChange::SetLogged => Form::SetLogged,
        AlterChange::SetUnlogged => Form::SetUnlogged,
        AlterChange::SetAccessMethod(_) => Form::SetAccessMethod,
        AlterChange::SetParameters(names) if names.iter().any(|name| name == "user_catalog_table") => {
            Form::SetUserCatalogTable
        }
        AlterChange::SetParameters(_) => Form::SetStorageParameter,
        AlterChange::SetRowSecurity(_) => Form::EnableRowSecurity,
        AlterChange::ForceRowSecurity(_) => Form::ForceRowSecurity,
        AlterChange::ReplicaIdentity { using_index: Some(_) } => Form::ReplicaIdentityUsingIndex,
        AlterChange::ReplicaIdentity { using_index: None } => Form::ReplicaIdentityFull,
        AlterChange::ClusterOn(_) => Form::ClusterOn,
        AlterChange::SetWithoutOids => Form::SetWithoutOids,
        AlterChange::OfType => Form::OfType,
        AlterChange::NotOf => Form::NotOf,
        AlterChange::EnableTrigger { trigger: None, .. } => Form::EnableTriggerAll,
        AlterChange::EnableTrigger { .. } => Form::EnableTrigger,
        AlterChange::EnableRule => Form::EnableRule,
        _ => return false,
    };
    let (shape, mut roles) = subject_of(it, catalog, name, None);
    if let AlterChange::EnableTrigger { trigger, internal, .. } = &it.change
        && !reaches_partitions(trigger.as_ref(), *internal, name, catalog)
    {
        roles = Roles::of(name.clone());
    }
    parts.add(form, shape, roles);
    true
}

/// Whether the partitions have triggers that follow from the table's.
fn reaches_partitions(trigger: Option<&Ident>, internal: bool, name: &Name, catalog: &Catalog) -> bool {
    let Some(relation) = catalog.relation(name) else { return true };
    let rows = |definition: &str| definition.is_empty() || definition.to_uppercase().contains("FOR EACH ROW");
    let mut own = relation.table.triggers.iter().filter(|(name, _)| trigger.is_none_or(|it| it == *name));
    let keys = relation.table.foreign_keys().next().is_some()
        || catalog.pointing_at(Link::References, name).next().is_some();
    own.any(|(_, it)| rows(&it.definition.0)) || (internal && keys)
}

/// The parts of a `DROP`.
pub(super) fn drop_object(it: &Drop, catalog: &Catalog, parts: &mut Parts) {
    match it.kind {
        DropKind::Table | DropKind::ForeignTable => {
            let name = catalog.resolve(&it.name);
            if !catalog.is_absent(&name) {
                drop_table(&name, catalog, parts, &mut Vec::new());
            }
        }
        _ => dropped::drop_object(it, catalog, parts),
    }
}

/// A table that goes, with what its foreign keys, partitions and readers lock.
fn drop_table(name: &Name, catalog: &Catalog, parts: &mut Parts, seen: &mut Vec<Name>) {
    if seen.contains(name) {
        return;
    }
    seen.push(name.clone());
    let (shape, roles) = subject(catalog, name, None);
    parts.add(Form::DropTable, shape, roles.clone());
    let parent = catalog.relation(name).and_then(|it| it.table.partition_of.clone());
    if let Some((parent, _)) = parent {
        let default = roles::default_partition(catalog, &parent).filter(|it| it != name);
        let roles = roles.clone().with(Role::Parent, parent).with_all(Role::DefaultPartition, default);
        parts.add(Form::DropPartition, Shape::Plain, roles);
    }
    for table in std::iter::once(name.clone()).chain(catalog.descendants(name)) {
        let referenced = roles::referenced_by_own(catalog, &table);
        if !referenced.is_empty() {
            // Before 15 the partitions are locked and the partitioned table itself is not.
            let locked =
                |it: &Name| catalog.major >= 15 || catalog.relation(it).is_none_or(|it| !it.is_partitioned());
            let family = referenced.iter().flat_map(|it| roles::family(catalog, it)).filter(locked);
            parts.add(Form::DropTableReferencing, shape, roles.clone().with_all(Role::Referenced, family));
        }
        let referencing = roles::referencing(catalog, &table);
        for other in roles::referenced_with(catalog, &table, &referencing) {
            parts.lock(other, LockMode::AccessExclusiveLock);
        }
        if !referencing.is_empty() {
            parts.add(
                Form::DropTableReferenced,
                shape,
                roles.clone().with_all(Role::Referencing, referencing),
            );
        }
        for reader in catalog.readers(&table) {
            parts.add(Form::DropTableViewed, shape, roles.clone().with(Role::View, reader));
        }
    }
    if catalog.relation(name).is_some_and(|relation| !relation.whole) {
        parts.unknown(format!(
            "which tables {name} references, and is referenced by, is not known; they are locked too"
        ));
    }
}

/// The tables of a namespace that goes with everything in it.
pub(super) fn drop_schema(it: &Drop, catalog: &Catalog, parts: &mut Parts) {
    // Indexes and sequences go with the tables they belong to.
    let alone = catalog.relations_in(&it.name.name).filter(|(_, relation)| relation.owner.is_none());
    let tables: Vec<Name> = alone.map(|(name, _)| name.clone()).collect();
    if it.cascade && !tables.is_empty() {
        parts.add(
            Form::DropSchemaCascade,
            Shape::Plain,
            Roles::default().with_all(Role::User, tables.clone()),
        );
        let mut seen = Vec::new();
        for table in tables.iter().filter(|name| catalog.relation(name).is_some_and(|it| it.is_table())) {
            drop_table(table, catalog, parts, &mut seen);
        }
    } else {
        parts.add(Form::DropSchema, Shape::Plain, Roles::default());
    }
    if it.cascade && !catalog.complete {
        parts.unknown(format!("what is in the schema {} is not known; all of it goes", it.name.name));
    }
}

/// Tables whose columns a type change concerns.
pub(super) fn users(catalog: &Catalog, name: &Name) -> Vec<Name> {
    retyped::users(catalog, name)
}
