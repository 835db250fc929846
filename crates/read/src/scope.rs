//! What a source can speak of. What it cannot say, it does not change.

use std::collections::{BTreeMap, BTreeSet};

use drizzle::Filter;
use model::{Column, ConstraintKind, Ident, Name, Schema, Table};

/// What a Drizzle project manages of a database: its schemas and filters, and the kinds of object that
/// Drizzle can declare. Functions, triggers, domains, partitions, comments and the like are not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub(crate) schemas: Vec<Ident>,
    pub(crate) filter: Filter,
    /// Its runner's own table.
    pub(crate) books: Option<Name>,
    /// The tables and views that it refers to and does not manage.
    pub(crate) external: BTreeSet<Name>,
}

impl Scope {
    /// The wanted schema with what the source cannot say, and what lies outside of it, taken over from the
    /// current one: a comparison of the two then finds only what the source is about.
    #[must_use]
    pub fn widen(&self, wanted: &Schema, current: &Schema) -> Schema {
        let mut adopted = wanted.clone();
        adopted.extensions = current.extensions.clone();
        for (name, extension) in &wanted.extensions {
            adopted.extensions.entry(name.clone()).or_insert_with(|| extension.clone());
        }
        adopted.collations = current.collations.clone();
        adopted.domains = current.domains.clone();
        adopted.composites = current.composites.clone();
        adopted.ranges = current.ranges.clone();
        adopted.routines = current.routines.clone();
        for (name, table) in &mut adopted.tables {
            if let Some(current) = current.tables.get(name) {
                adopt_table(table, current);
            }
        }
        let partitions = current.tables.iter().filter(|(name, table)| {
            let parents = table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits);
            !wanted.tables.contains_key(*name)
                && parents.into_iter().any(|parent| wanted.tables.contains_key(parent))
        });
        adopted.tables.extend(partitions.map(|(name, table)| (name.clone(), table.clone())));
        adopt_comments(&mut adopted, current);
        self.adopt_outside(&mut adopted, current);
        adopted
    }

    fn adopt_outside(&self, adopted: &mut Schema, current: &Schema) {
        adopt(&mut adopted.namespaces, &current.namespaces, |name, _| !self.holds_namespace(name));
        adopt(&mut adopted.tables, &current.tables, |name, _| !self.holds(name));
        adopt(&mut adopted.views, &current.views, |name, _| !self.holds(name));
        adopt(&mut adopted.enums, &current.enums, |name, _| !self.holds_namespace(&name.schema));
        adopt(&mut adopted.sequences, &current.sequences, |name, sequence| {
            let owner = sequence.owned_by.as_ref().map_or(name, |(table, _)| table);
            !self.holds(owner)
        });
    }

    fn holds(&self, name: &Name) -> bool {
        self.holds_namespace(&name.schema)
            && self.filter.admits(name)
            && self.books.as_ref() != Some(name)
            && !self.external.contains(name)
    }

    fn holds_namespace(&self, name: &Ident) -> bool {
        self.schemas.contains(name)
    }
}

fn adopt<K: Clone + Ord, V: Clone>(
    into: &mut BTreeMap<K, V>,
    from: &BTreeMap<K, V>,
    is_outside: impl Fn(&K, &V) -> bool,
) {
    for (key, value) in from.iter().filter(|(key, value)| is_outside(key, value)) {
        into.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

fn adopt_table(table: &mut Table, current: &Table) {
    table.triggers = current.triggers.clone();
    table.rules = current.rules.clone();
    table.partition_by = current.partition_by.clone();
    table.partition_of = current.partition_of.clone();
    table.inherits = current.inherits.clone();
    table.unlogged = current.unlogged;
    table.replica_identity = current.replica_identity.clone();
    table.options = current.options.clone();
    table.access_method = current.access_method.clone();
    table.force_row_security = current.force_row_security;
    table.comment = current.comment.clone();
    let unsaid = current.constraints.iter().filter(|(_, constraint)| {
        matches!(constraint.kind, ConstraintKind::Exclusion { .. } | ConstraintKind::NotNull { .. })
    });
    table.constraints.extend(unsaid.map(|(name, constraint)| (name.clone(), constraint.clone())));
    for column in &mut table.columns {
        if let Some(current) = current.column(&column.name) {
            *column = Column {
                storage: current.storage.clone(),
                compression: current.compression.clone(),
                statistics: current.statistics,
                inherited: current.inherited,
                comment: current.comment.clone(),
                ..column.clone()
            };
        }
    }
}

fn adopt_comments(adopted: &mut Schema, current: &Schema) {
    for (name, namespace) in &mut adopted.namespaces {
        namespace.comment = current.namespaces.get(name).and_then(|current| current.comment.clone());
    }
    for (name, enum_type) in &mut adopted.enums {
        enum_type.comment = current.enums.get(name).and_then(|current| current.comment.clone());
    }
    for (name, sequence) in &mut adopted.sequences {
        sequence.comment = current.sequences.get(name).and_then(|current| current.comment.clone());
    }
    for (name, view) in &mut adopted.views {
        view.comment = current.views.get(name).and_then(|current| current.comment.clone());
        if let Some(current) = current.views.get(name) {
            view.triggers = current.triggers.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope {
            schemas: vec![Ident::new("public")],
            filter: Filter::default(),
            books: Some(Name::new("public", "applied")),
            external: BTreeSet::from([Name::new("public", "legacy")]),
        }
    }

    #[test]
    fn what_a_source_cannot_say_it_does_not_change() {
        let funds = Name::new("public", "funds");
        let mut current = Schema::default();
        let table = Table { comment: Some("kept".to_owned()), unlogged: true, ..Table::default() };
        current.tables.insert(funds.clone(), table);
        current.tables.insert(Name::new("audit", "log"), Table::default());
        current.tables.insert(Name::new("public", "applied"), Table::default());
        current.tables.insert(Name::new("public", "legacy"), Table::default());
        let mut wanted = Schema::default();
        wanted.tables.insert(funds.clone(), Table::default());
        let scope = scope();
        assert_eq!(
            scope.widen(&wanted, &current),
            current,
            "audit.log is nobody's business, the runner's table its own, and what is only referred to is not dropped"
        );
    }
}
