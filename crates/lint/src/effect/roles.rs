//! Who plays which part.

use facts::{IndexCounts, Role, Roles, Shape};
use model::{Ident, Name};

use crate::state::{Catalog, Link, Relation, constrains, uses_column};

/// The shape of a table.
pub(super) fn shape(catalog: &Catalog, name: &Name) -> Shape {
    let partitioned = catalog.relation(name).is_some_and(|it| it.is_partitioned());
    let heirs = catalog.pointing_at(Link::Child, name).next().is_some();
    match (partitioned, heirs) {
        (true, _) => Shape::Partitioned,
        (false, true) => Shape::Inherited,
        (false, false) => Shape::Plain,
    }
}

/// A table with its children and the counts of their indexes.
pub(super) fn of(catalog: &Catalog, name: &Name, column: Option<&Ident>) -> Roles {
    let children = catalog.descendants(name);
    let mut roles = Roles::of(name.clone());
    for table in std::iter::once(name).chain(&children) {
        if let Some(relation) = catalog.relation(table).filter(|it| !it.is_partitioned()) {
            roles = roles.indexed(table.clone(), counts(relation, column));
        }
    }
    roles.with_all(Role::Child, children)
}

/// A table alone, whatever its children.
pub(super) fn alone(catalog: &Catalog, name: &Name) -> Roles {
    let roles = Roles::of(name.clone());
    match catalog.relation(name) {
        Some(relation) => roles.indexed(name.clone(), counts(relation, None)),
        None => roles,
    }
}

/// Whether an index has the column: of a partitioned table one that its partitions have as well.
pub(super) fn is_indexed(catalog: &Catalog, name: &Name, column: &Ident) -> bool {
    catalog.relation(name).is_some_and(|relation| counts(relation, Some(column)).of_column > 0)
}

fn counts(relation: &Relation, column: Option<&Ident>) -> IndexCounts {
    let table = &relation.table;
    let behind = table.constraints.values().filter(|it| it.has_index());
    let plain = table.indexes.values();
    let of_column = |column: &Ident| {
        behind.clone().filter(|it| constrains(&it.kind, column)).count()
            + plain.clone().filter(|index| uses_column(index, column)).count()
    };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    IndexCounts { all: count(table.index_count()), of_column: count(column.map_or(0, of_column)) }
}

/// The tables that a foreign key references: the one it names and, for a partitioned one, its partitions.
pub(super) fn family(catalog: &Catalog, name: &Name) -> Vec<Name> {
    let mut family = vec![name.clone()];
    if catalog.relation(name).is_some_and(|it| it.is_partitioned()) {
        family.extend(catalog.descendants(name));
    }
    family
}

/// Tables with a foreign key to this one, itself aside.
pub(super) fn referencing(catalog: &Catalog, name: &Name) -> Vec<Name> {
    catalog.pointing_at(Link::References, name).filter(|source| *source != name).cloned().collect()
}

/// Tables that this one's foreign keys reference, itself aside.
pub(super) fn referenced(catalog: &Catalog, name: &Name) -> Vec<Name> {
    let Some(relation) = catalog.relation(name) else { return Vec::new() };
    let targets = relation.table.foreign_keys().map(|(_, key)| &key.references);
    targets.filter(|target| *target != name).cloned().collect()
}

/// The same without those of keys that a partition has from its parent.
pub(super) fn referenced_by_own(catalog: &Catalog, name: &Name) -> Vec<Name> {
    let Some(relation) = catalog.relation(name) else { return Vec::new() };
    let own = relation.table.foreign_keys().filter(|(constraint, _)| !constraint.inherited);
    own.map(|(_, key)| &key.references).filter(|target| *target != name).cloned().collect()
}

/// Whatever else the keys that reference a partition reference: its parent, with all other partitions.
pub(super) fn referenced_with(catalog: &Catalog, name: &Name, referencing: &[Name]) -> Vec<Name> {
    let above = parents(catalog, name);
    let sources = referencing.iter().filter_map(|source| catalog.relation(source));
    let targets = sources.flat_map(|it| it.table.foreign_keys().map(|(_, key)| key.references.clone()));
    targets.filter(|target| above.contains(target)).flat_map(|target| family(catalog, &target)).collect()
}

/// The parents of a partition or heir.
pub(super) fn parents(catalog: &Catalog, name: &Name) -> Vec<Name> {
    let Some(relation) = catalog.relation(name) else { return Vec::new() };
    let partitioned = relation.table.partition_of.iter().map(|(parent, _)| parent);
    partitioned.chain(&relation.table.inherits).cloned().collect()
}

/// The DEFAULT partition of a table.
pub(crate) fn default_partition(catalog: &Catalog, name: &Name) -> Option<Name> {
    let is_default = |child: &&Name| {
        let bound =
            catalog.relation(child).and_then(|it| it.table.partition_of.as_ref()).map(|(_, bound)| bound);
        bound.is_some_and(|bound| bound.0.eq_ignore_ascii_case("default"))
    };
    catalog.pointing_at(Link::Child, name).find(is_default).cloned()
}
