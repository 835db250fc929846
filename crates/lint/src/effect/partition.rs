//! Partitions and inheritance.

use facts::{Form, Role};
use model::{ConstraintKind, LockMode, Name};
use parse::{Alter, AlterChange, Bound, Expression, Reference};

use super::index::index_names;
use super::{Parts, roles, subject};
use crate::state::Catalog;

/// Adds the parts of a clause about partitions or parents; says whether it was one.
pub(super) fn alter(it: &Alter, name: &Name, catalog: &Catalog, parts: &mut Parts) -> bool {
    match &it.change {
        AlterChange::AttachPartition { partition, bound } => {
            attach(name, partition, bound, catalog, parts);
        }
        AlterChange::DetachPartition { partition, concurrently, finalize } => {
            detach(name, partition, *concurrently, *finalize, catalog, parts);
        }
        AlterChange::Inherit(parent) | AlterChange::NoInherit(parent) => {
            let inherits = matches!(it.change, AlterChange::Inherit(_));
            let form = if inherits { Form::Inherit } else { Form::NoInherit };
            let (shape, roles) = subject(catalog, name, None);
            parts.add(form, shape, roles.with(Role::Parent, catalog.resolve(parent)));
        }
        _ => return false,
    }
    true
}

fn attach(name: &Name, partition: &Reference, bound: &Bound, catalog: &Catalog, parts: &mut Parts) {
    let child = catalog.resolve(partition);
    let shape = roles::shape(catalog, name);
    let own = catalog.relation(&child);
    let mut roles = facts::Roles::of(name.clone()).with(Role::Partition, child.clone());
    roles = roles.with_all(Role::Parent, roles::parents(catalog, name));
    if let Some(relation) = own {
        let all = u32::try_from(relation.table.index_count()).unwrap_or(u32::MAX);
        roles = roles.indexed(child.clone(), facts::IndexCounts { all, of_column: 0 });
    }
    // A partition that has partitions is locked with them.
    catalog.descendants(&child).into_iter().for_each(|it| parts.lock(it, LockMode::AccessExclusiveLock));
    // A foreign key of the table's own makes room for its parent's.
    for (_, key) in own.iter().flat_map(|it| it.table.foreign_keys()) {
        if roles::referenced(catalog, name).contains(&key.references) {
            parts.lock(key.references.clone(), LockMode::AccessExclusiveLock);
        }
    }
    let kept = own.and_then(|it| it.bound_kept.as_deref()).is_some_and(|kept| same_bound(kept, &bound.text));
    let form = if kept || proves_bound(&child, catalog) {
        Form::AttachPartitionProven
    } else {
        Form::AttachPartition
    };
    parts.add(form, shape, roles.clone());
    if let Some(default) = roles::default_partition(catalog, name).filter(|_| !bound.is_default) {
        let form = Form::AttachPartitionBesideDefault;
        parts.add(form, shape, roles.clone().with(Role::DefaultPartition, default));
    }
    for _ in catalog.missing_indexes(name, &child) {
        parts.add(Form::AttachPartitionIndexed, shape, roles.clone());
    }
    let referenced = roles::referenced(catalog, name);
    if !referenced.is_empty() {
        let roles = roles.clone().with_all(Role::Referenced, referenced);
        parts.add(Form::AttachPartitionReferencing, shape, roles);
    }
    let referencing = roles::referencing(catalog, name);
    if !referencing.is_empty() {
        parts.add(Form::AttachPartitionReferenced, shape, roles.with_all(Role::Referencing, referencing));
    }
}

/// Whether two bounds are the same, blanks and case aside.
fn same_bound(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_ascii_lowercase();
    plain(one) == plain(other)
}

/// Whether a table has a validated CHECK that may prove a partition's bound. Which bounds a CHECK proves is
/// the server's to decide: one on the key's columns, NOT NULL included, is taken for a proof.
fn proves_bound(child: &Name, catalog: &Catalog) -> bool {
    let Some(relation) = catalog.relation(child) else { return false };
    relation.table.constraints.values().any(|constraint| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => {
            let bounded = Expression::parse(&expression.0);
            !constraint.not_valid && bounds(&expression.0) && !bounded.columns.is_empty()
        }
        _ => false,
    })
}

/// Whether an expression compares with constants, as a bound does.
fn bounds(text: &str) -> bool {
    text.contains(">=")
        || text.contains('<')
        || text.contains(" = ")
        || text.contains("ANY")
        || text.contains(" IN ")
}

fn detach(
    name: &Name,
    partition: &Reference,
    concurrently: bool,
    finalize: bool,
    catalog: &Catalog,
    parts: &mut Parts,
) {
    let child = catalog.resolve(partition);
    let default = roles::default_partition(catalog, name).filter(|it| *it != child);
    let form = match (concurrently, finalize, &default) {
        (true, ..) => Form::DetachPartitionConcurrently,
        (_, true, _) => Form::DetachPartitionFinalize,
        (_, _, Some(_)) => Form::DetachPartitionBesideDefault,
        _ => Form::DetachPartition,
    };
    catalog.descendants(&child).into_iter().for_each(|it| parts.lock(it, LockMode::AccessExclusiveLock));
    let (referenced, referencing) = (roles::referenced(catalog, name), roles::referencing(catalog, name));
    let shape = roles::shape(catalog, name);
    let roles = facts::Roles::of(name.clone())
        .with(Role::Partition, child.clone())
        .with_all(Role::Indexes, index_names(&child, catalog))
        .with_all(Role::DefaultPartition, default);
    if catalog.major < 14 && roles::default_partition(catalog, name).as_ref() == Some(&child) {
        parts.lock(child, LockMode::AccessExclusiveLock);
    }
    if !referenced.is_empty() && !concurrently && !finalize {
        let roles = roles.clone().with_all(Role::Referenced, referenced.clone());
        parts.add(Form::DetachPartitionReferencing, shape, roles);
    }
    if concurrently {
        referenced.iter().for_each(|it| parts.lock(it.clone(), LockMode::ShareRowExclusiveLock));
    }
    if !referencing.is_empty() && !concurrently && !finalize {
        let roles = roles.clone().with_all(Role::Referencing, referencing);
        parts.add(Form::DetachPartitionReferenced, shape, roles);
    }
    parts.add(form, shape, roles.with_all(Role::Referenced, referenced));
}
