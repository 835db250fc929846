//! The state a given schema puts the catalog in.

use std::collections::BTreeSet;

use model::{ConstraintKind, Name, ObjectRef, Routine, Schema, Volatility};
use parse::RelationKind;

use super::Catalog;
use super::relation::{Relation, TypeKind, TypeState};

impl Catalog {
    /// Everything a schema says; what it does not name does not exist.
    pub(crate) fn of(schema: &Schema) -> Self {
        let mut catalog = Self { complete: true, ..Self::empty() };
        catalog.namespaces.extend(schema.namespaces.keys().cloned());
        catalog.extended = schema.extensions.keys().any(|name| name.as_str() != "plpgsql");
        for (name, table) in &schema.tables {
            catalog.load_indexes(name, table.indexes.keys());
            let behind = table.constraints.values().filter(|it| it.has_index()).map(|it| &it.name);
            catalog.load_indexes(name, behind);
            let relation =
                Relation { whole: true, table: table.clone(), ..Relation::new(RelationKind::Table) };
            catalog.set_relation(name.clone(), Some(relation));
        }
        for (name, view) in &schema.views {
            catalog.load_indexes(name, view.indexes.keys());
            let kind = if view.materialized { RelationKind::MaterializedView } else { RelationKind::View };
            let mut relation =
                Relation { whole: true, reads: view.depends_on.clone(), ..Relation::new(kind) };
            relation.table.indexes.clone_from(&view.indexes);
            relation.table.columns =
                view.columns.iter().map(|it| model::Column::new(it.as_str(), "unknown")).collect();
            relation.populated = !view.no_data;
            catalog.set_relation(name.clone(), Some(relation));
        }
        for (name, sequence) in &schema.sequences {
            let owner = sequence.owned_by.clone().map(|(table, column)| (table, Some(column)));
            let relation = Relation { whole: true, owner, ..Relation::new(RelationKind::Sequence) };
            catalog.set_relation(name.clone(), Some(relation));
        }
        catalog.load_identities(schema);
        catalog.load_types(schema);
        for routine in schema.routines.values() {
            let volatility = super::volatility::of_routine(declared(routine), sql_body(routine), &catalog)
                .max(catalog.routines.get(&routine.name).copied().unwrap_or(Volatility::Immutable));
            catalog.set_routine(routine.name.clone(), Some(volatility));
        }
        catalog.commit();
        catalog
    }

    fn load_indexes<'n>(&mut self, table: &Name, names: impl Iterator<Item = &'n model::Ident>) {
        for name in names {
            let owner = Some((table.clone(), None));
            let relation = Relation { whole: true, owner, ..Relation::new(RelationKind::Index) };
            self.set_relation(table.sibling(name), Some(relation));
        }
    }

    /// Sequences of identity columns, under the names the server gives them.
    fn load_identities(&mut self, schema: &Schema) {
        for (name, table) in &schema.tables {
            for column in table.columns.iter().filter(|column| column.identity.is_some()) {
                let sequence = crate::state::chosen_name(&name.name, &[&column.name], "seq");
                let owner = Some((name.clone(), Some(column.name.clone())));
                let relation = Relation { whole: true, owner, ..Relation::new(RelationKind::Sequence) };
                self.set_relation(name.sibling(&sequence), Some(relation));
            }
        }
    }

    fn load_types(&mut self, schema: &Schema) {
        for (name, it) in &schema.enums {
            let kind = TypeKind::Enum { labels: it.labels.clone(), uncommitted: BTreeSet::new() };
            self.set_type(name.clone(), Some(TypeState { kind, fresh: false }));
        }
        for (name, it) in &schema.domains {
            let checks = it.constraints.iter().filter(|it| matches!(it.kind, ConstraintKind::Check { .. }));
            let kind = TypeKind::Domain {
                base: it.type_name.0.clone(),
                checks: checks.map(|it| (it.name.clone(), !it.not_valid)).collect(),
                not_null: it.not_null,
            };
            self.set_type(name.clone(), Some(TypeState { kind, fresh: false }));
        }
        for name in schema.composites.keys().chain(schema.ranges.keys()) {
            self.set_type(name.clone(), Some(TypeState { kind: TypeKind::Other, fresh: false }));
        }
        for object in schema.uses.iter().flat_map(|(_, used)| used) {
            // A type of an extension is in no list of its own, but it exists.
            if let ObjectRef::Type(name) = object
                && !self.types.contains_key(name)
            {
                self.set_type(name.clone(), Some(TypeState { kind: TypeKind::Other, fresh: false }));
            }
        }
    }
}

/// The body of a routine in SQL, as `pg_get_functiondef` quotes it.
fn sql_body(routine: &Routine) -> Option<&str> {
    let (head, rest) = routine.definition.0.split_once("AS $function$")?;
    let words: Vec<&str> = head.split_ascii_whitespace().collect();
    let language = words.windows(2).find(|pair| pair[0] == "LANGUAGE").map(|pair| pair[1]);
    let plain = !words.contains(&"SETOF") && !words.contains(&"DEFINER") && !words.contains(&"STRICT");
    (language == Some("sql") && plain).then(|| rest.split("$function$").next()).flatten()
}

/// The volatility a routine's definition declares.
fn declared(routine: &Routine) -> Volatility {
    // The words stand before the body in what `pg_get_functiondef` writes.
    let head = routine.definition.0.split(" AS ").next().unwrap_or_default();
    let says = |word: &str| head.split_ascii_whitespace().any(|part| part == word);
    if says("IMMUTABLE") {
        Volatility::Immutable
    } else if says("STABLE") {
        Volatility::Stable
    } else {
        Volatility::Volatile
    }
}
