//! The order in which tables are filled: what is referenced comes first.

use std::collections::{BTreeMap, BTreeSet};

use model::{Name, Schema};

use crate::layout::{foreign_keys, is_filled};

/// An order of tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    /// All tables that are filled.
    pub(crate) tables: Vec<Name>,
    /// References from a table to one that comes later, because they go round in a circle.
    pub(crate) forward: BTreeSet<(Name, Name)>,
}

/// Orders the tables of a schema. In a circle the table with the fewest references to what is not there
/// yet comes first.
pub(crate) fn order(schema: &Schema) -> Order {
    let mut waiting: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for (name, table) in schema.tables.iter().filter(|(name, _)| is_filled(schema, name)) {
        let others = foreign_keys(table).into_iter().map(|key| root(schema, &key.references));
        waiting.insert(name.clone(), others.filter(|other| other != name).collect());
    }
    let mut order = Order { tables: Vec::new(), forward: BTreeSet::new() };
    while let Some(next) = next(&waiting) {
        for other in waiting.remove(&next).unwrap_or_default() {
            if waiting.contains_key(&other) {
                order.forward.insert((next.clone(), other));
            }
        }
        order.tables.push(next);
    }
    order
}

fn next(waiting: &BTreeMap<Name, BTreeSet<Name>>) -> Option<Name> {
    let missing =
        |others: &BTreeSet<Name>| others.iter().filter(|other| waiting.contains_key(*other)).count();
    let fewest = waiting.iter().min_by_key(|(_, others)| missing(others));
    fewest.map(|(name, _)| name.clone())
}

/// The table that rows go into for this one: the root of a partition.
pub(crate) fn root(schema: &Schema, name: &Name) -> Name {
    let parent = schema.tables.get(name).and_then(|table| table.partition_of.as_ref());
    parent.map_or_else(|| name.clone(), |(parent, _)| root(schema, parent))
}

#[cfg(test)]
mod tests {
    use model::{Constraint, ConstraintKind, ForeignKey, Ident, Table};

    use super::*;

    fn schema(references: &[(&str, &[&str])]) -> Schema {
        let mut schema = Schema::default();
        for (name, others) in references {
            let mut table = Table::default();
            for other in *others {
                let key = ForeignKey {
                    columns: vec![Ident::new(*other)],
                    references: Name::new("public", *other),
                    referenced_columns: vec![Ident::new("id")],
                    on_update: Default::default(),
                    on_delete: Default::default(),
                    on_delete_columns: Vec::new(),
                    match_full: false,
                    period: false,
                };
                let constraint = Constraint::new(*other, ConstraintKind::ForeignKey(key));
                table.constraints.insert(constraint.name.clone(), constraint);
            }
            schema.tables.insert(Name::new("public", *name), table);
        }
        schema
    }

    fn names(order: &Order) -> Vec<&str> {
        order.tables.iter().map(|name| name.name.as_str()).collect()
    }

    #[test]
    fn referenced_tables_come_first() {
        let order = order(&schema(&[("a", &["b", "a"]), ("b", &["c"]), ("c", &[])]));
        assert_eq!((names(&order), order.forward.len()), (vec!["c", "b", "a"], 0));
    }

    #[test]
    fn a_circle_is_opened_where_least_is_missing() {
        let order = order(&schema(&[("a", &["b", "c"]), ("b", &["a"]), ("c", &[])]));
        assert_eq!(names(&order), ["c", "a", "b"]);
        assert_eq!(order.forward.len(), 1);
    }
}
