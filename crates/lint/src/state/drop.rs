//! What `DROP` statements do to the state, and when they are certain to fail.

use std::collections::BTreeSet;

use model::{ConstraintKind, Ident, Name};
use parse::{Drop, DropKind, OnTableKind, Truncate};

use super::Catalog;
use super::relation::{Known, Link, Relation};
use crate::failure::{Failure, missing, missing_column, missing_constraint};

type Applied = Result<(), Failure>;

impl Catalog {
    /// Drops an object; `together` are the relations that the same statement drops.
    pub(crate) fn drop_object(&mut self, it: &Drop, together: &BTreeSet<Name>) -> Applied {
        match it.kind {
            DropKind::Table
            | DropKind::ForeignTable
            | DropKind::View
            | DropKind::MaterializedView
            | DropKind::Sequence
            | DropKind::Index => self.drop_named_relation(it, together),
            DropKind::Trigger | DropKind::Policy | DropKind::Rule => self.drop_on_table(it),
            DropKind::Type | DropKind::Domain => self.drop_type(it),
            DropKind::Schema => self.drop_schema(it),
            DropKind::Routine => {
                let name = it.name.in_schema(&self.default_namespace());
                self.set_routine(name, None);
                Ok(())
            }
            DropKind::Statistics | DropKind::Extension | DropKind::Collation | DropKind::Publication => {
                Ok(())
            }
        }
    }

    fn drop_named_relation(&mut self, it: &Drop, together: &BTreeSet<Name>) -> Applied {
        let name = self.resolve(&it.name);
        if self.is_absent(&name) {
            if it.if_exists {
                return Ok(());
            }
            let word = match it.kind {
                DropKind::View => "view",
                DropKind::MaterializedView => "materialized view",
                DropKind::Sequence => "sequence",
                DropKind::Index => "index",
                _ => "table",
            };
            let text = match &it.name.schema {
                Some(schema) if self.complete && !self.has_namespace(schema) => {
                    return Err(missing("schema", schema));
                }
                Some(schema) => Ident::new(format!("{}.{}", schema.as_str(), it.name.name.as_str())),
                None => name.name.clone(),
            };
            let sqlstate = if word == "index" { "42704" } else { "42P01" };
            return Err(Failure::new(sqlstate, missing(word, &text).message));
        }
        let Some(relation) = self.relation(&name).cloned() else { return Ok(()) };
        if relation.whole && !kind_matches(it.kind, &relation) {
            let word = kind_word(it.kind);
            return Err(Failure::new("42809", format!("\"{}\" is not {word}", name.name.as_str())));
        }
        if it.kind == DropKind::Index {
            return self.drop_index(&name, &relation, it);
        }
        if !it.cascade {
            self.expect_no_dependents(&name, together, kind_noun(it.kind))?;
        }
        self.remove_with_dependents(&name);
        Ok(())
    }

    fn expect_no_dependents(&self, name: &Name, together: &BTreeSet<Name>, noun: &str) -> Applied {
        let others = self.dependents(name);
        if others.iter().all(|other| together.contains(other)) {
            return Ok(());
        }
        let text = format!("cannot drop {noun} {} because other objects depend on it", shown(name));
        Err(Failure::new("2BP01", text))
    }

    /// Relations that keep another one from being dropped: tables that reference it, views that read it,
    /// heirs that are no partitions.
    pub(crate) fn dependents(&self, name: &Name) -> Vec<Name> {
        let mut found: Vec<Name> = Vec::new();
        for family in std::iter::once(name.clone()).chain(self.descendants(name)) {
            let referencing = self.pointing_at(Link::References, &family);
            found.extend(referencing.filter(|source| *source != name && **source != family).cloned());
            found.extend(self.pointing_at(Link::Reads, &family).cloned());
        }
        let heir = |child: &&Name| self.relation(child).is_some_and(|it| it.table.partition_of.is_none());
        found.extend(self.pointing_at(Link::Child, name).filter(heir).cloned());
        found.sort();
        found.dedup();
        found
    }

    /// Removes a relation and, as `CASCADE` does, what depends on it: foreign keys, views, heirs.
    fn remove_with_dependents(&mut self, name: &Name) {
        let children: Vec<Name> = self.pointing_at(Link::Child, name).cloned().collect();
        for child in children {
            self.remove_with_dependents(&child);
        }
        let referencing: Vec<Name> = self.pointing_at(Link::References, name).cloned().collect();
        for source in referencing.into_iter().filter(|source| source != name) {
            self.change(&source, |relation| {
                relation.table.constraints.retain(
                    |_, it| !matches!(&it.kind, ConstraintKind::ForeignKey(key) if key.references == *name),
                );
            });
        }
        let readers: Vec<Name> = self.pointing_at(Link::Reads, name).cloned().collect();
        for reader in readers {
            self.remove_with_dependents(&reader);
        }
        let belonging: Vec<Name> = self.pointing_at(Link::Belongs, name).cloned().collect();
        for relation in belonging {
            self.drop_relation(&relation);
        }
        self.drop_relation(name);
    }

    fn drop_index(&mut self, name: &Name, relation: &Relation, it: &Drop) -> Applied {
        let Some((table, _)) = relation.owner.clone() else {
            self.drop_relation(name);
            return Ok(());
        };
        let behind =
            self.relation(&table).is_some_and(|known| known.table.constraints.contains_key(&name.name));
        if behind {
            let text = format!(
                "cannot drop index {} because constraint {} on table {} requires it",
                shown(name),
                name.name,
                shown(&table)
            );
            return Err(Failure::new("2BP01", text));
        }
        if it.concurrently && self.relation(&table).is_some_and(|known| known.is_partitioned()) {
            let text = format!("cannot drop partitioned index \"{}\" concurrently", name.name.as_str());
            return Err(Failure::new("0A000", text));
        }
        self.remove_index(&table, &name.name);
        Ok(())
    }

    fn remove_index(&mut self, table: &Name, index: &Ident) {
        self.drop_relation(&table.sibling(index));
        self.change(table, |relation| drop(relation.table.indexes.remove(index)));
    }

    fn drop_on_table(&mut self, it: &Drop) -> Applied {
        let Some(table) = &it.table else { return Ok(()) };
        let name = self.resolve(table);
        if it.if_exists && self.is_absent(&name) {
            return Ok(());
        }
        let name = self.expect_relation(table)?;
        let kind = match it.kind {
            DropKind::Trigger => OnTableKind::Trigger,
            DropKind::Policy => OnTableKind::Policy,
            _ => OnTableKind::Rule,
        };
        if !it.if_exists {
            self.expect_on_table(kind, &it.name.name, &name)?;
        }
        self.change(&name, |relation| relation.remove_on_table(kind, &it.name.name));
        Ok(())
    }

    fn drop_type(&mut self, it: &Drop) -> Applied {
        let name = self.resolve_type(&it.name);
        if self.type_state(&name).is_none() {
            return Ok(());
        }
        let users: Vec<Name> = self.pointing_at(Link::Uses, &name).cloned().collect();
        if !users.is_empty() && !it.cascade {
            let text = format!("cannot drop type {} because other objects depend on it", shown(&name));
            return Err(Failure::new("2BP01", text));
        }
        for user in users {
            self.change(&user, |relation| {
                let uses = |text: &str| super::relation::named_type(text).as_ref() == Some(&name);
                relation.table.columns.retain(|column| !uses(&column.type_name.0));
            });
        }
        self.set_type(name, None);
        Ok(())
    }

    fn drop_schema(&mut self, it: &Drop) -> Applied {
        let schema = it.name.name.clone();
        if self.complete && !self.has_namespace(&schema) {
            return if it.if_exists { Ok(()) } else { Err(missing("schema", &schema)) };
        }
        let names: Vec<Name> = self.relations_in(&schema).map(|(name, _)| name.clone()).collect();
        if !names.is_empty() && !it.cascade {
            let text = format!("cannot drop schema {schema} because other objects depend on it");
            return Err(Failure::new("2BP01", text));
        }
        for name in names {
            self.remove_with_dependents(&name);
        }
        let types: Vec<Name> = self.types.keys().filter(|name| name.schema == schema).cloned().collect();
        for name in types {
            self.set_type(name, None);
        }
        self.set_namespace(schema, false);
        Ok(())
    }

    pub(crate) fn drop_column(
        &mut self,
        name: &Name,
        column: &Ident,
        if_exists: bool,
        cascade: bool,
    ) -> Applied {
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        match relation.column(column) {
            Known::No if if_exists => return Ok(()),
            Known::No => return Err(missing_column(column, name)),
            Known::Yes(known) if known.inherited && relation.whole => {
                let text = format!("cannot drop inherited column \"{}\"", column.as_str());
                return Err(Failure::new("42P16", text));
            }
            _ => {}
        }
        if !cascade {
            self.expect_column_free(name, column)?;
        }
        for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
            self.take_column(&table, column);
        }
        Ok(())
    }

    /// Fails where something of another object stands on a column.
    fn expect_column_free(&self, name: &Name, column: &Ident) -> Applied {
        let referenced = self.referencing_keys(name, column).next().is_some();
        let generated = self.relation(name).is_some_and(|relation| {
            relation.table.columns.iter().any(|other| {
                other.generation().is_some_and(|it| {
                    other.name != *column
                        && parse::Expression::parse(&it.expression.0).columns.contains(column)
                })
            })
        });
        if self.reader_of(name, column).is_some() || referenced || generated {
            let text = format!(
                "cannot drop column {column} of table {} because other objects depend on it",
                shown(name)
            );
            return Err(Failure::new("2BP01", text));
        }
        Ok(())
    }

    /// Tables whose foreign keys reference a column.
    pub(crate) fn referencing_keys<'c>(
        &'c self,
        name: &'c Name,
        column: &'c Ident,
    ) -> impl Iterator<Item = &'c Name> {
        self.pointing_at(Link::References, name).filter(move |source| {
            self.relation(source).is_some_and(|relation| {
                relation
                    .table
                    .foreign_keys()
                    .any(|(_, key)| key.references == *name && key.referenced_columns.contains(column))
            })
        })
    }

    /// Removes a column with the constraints and indexes on it, and foreign keys and views elsewhere.
    fn take_column(&mut self, name: &Name, column: &Ident) {
        let referencing: Vec<Name> = self.referencing_keys(name, column).cloned().collect();
        for source in referencing {
            self.change(&source, |relation| {
                relation.table.constraints.retain(|_, it| {
                    !matches!(&it.kind, ConstraintKind::ForeignKey(key)
                        if key.references == *name && key.referenced_columns.contains(column))
                });
            });
        }
        if let Some(reader) = self.reader_of(name, column) {
            self.remove_with_dependents(&reader);
        }
        let Some(relation) = self.relation(name).cloned() else { return };
        let belonging: Vec<Name> = self.pointing_at(Link::Belongs, name).cloned().collect();
        let mut changed = Relation::clone(&relation);
        let gone = changed.take_column(column);
        self.set_relation(name.clone(), Some(changed));
        for relation in belonging {
            let owned = self.relation(&relation).and_then(|it| it.owner.clone());
            let by_column = owned.is_some_and(|(_, owner)| owner.as_ref() == Some(column));
            if by_column || gone.contains(&relation.name) {
                self.drop_relation(&relation);
            }
        }
    }

    pub(crate) fn drop_constraint(
        &mut self,
        name: &Name,
        constraint: &Ident,
        if_exists: bool,
        cascade: bool,
    ) -> Applied {
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        let known = match relation.constraint(constraint) {
            Known::Yes(known) => known.clone(),
            Known::No if if_exists || constraint.as_str().ends_with("not_null") => return Ok(()),
            Known::No => return Err(missing_constraint(constraint, name)),
            Known::Unknown => return Ok(()),
        };
        if known.inherited {
            let text = format!(
                "cannot drop inherited constraint \"{}\" of relation \"{}\"",
                constraint.as_str(),
                name.name.as_str()
            );
            return Err(Failure::new("42P16", text));
        }
        let needed = self.keys_needing(name, &known);
        if !needed.is_empty() && !cascade {
            let text = format!(
                "cannot drop constraint {constraint} on table {} because other objects depend on it",
                shown(name)
            );
            return Err(Failure::new("2BP01", text));
        }
        for source in needed {
            self.change(&source, |relation| {
                relation.table.constraints.retain(
                    |_, it| !matches!(&it.kind, ConstraintKind::ForeignKey(key) if key.references == *name),
                );
            });
        }
        if known.has_index() {
            self.drop_relation(&name.sibling(constraint));
        }
        for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
            self.change(&table, |relation| drop(relation.table.constraints.remove(constraint)));
        }
        Ok(())
    }

    /// Tables whose foreign keys need a key of this one.
    pub(crate) fn keys_needing(&self, name: &Name, key: &model::Constraint) -> Vec<Name> {
        let unique = matches!(key.kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. });
        if !unique {
            return Vec::new();
        }
        let wanted: BTreeSet<&Ident> = key.columns().iter().collect();
        let needs = |source: &&Name| {
            self.relation(source).is_some_and(|relation| {
                relation.table.foreign_keys().any(|(_, it)| {
                    it.references == *name && it.referenced_columns.iter().collect::<BTreeSet<_>>() == wanted
                })
            })
        };
        self.pointing_at(Link::References, name).filter(needs).cloned().collect()
    }

    pub(crate) fn truncate(&mut self, it: &Truncate) -> Applied {
        let tables =
            it.tables.iter().map(|table| self.expect_relation(table)).collect::<Result<Vec<_>, _>>()?;
        for table in &tables {
            let others = self.pointing_at(Link::References, table);
            let free = others.into_iter().all(|other| tables.contains(other));
            if !it.cascade && !free {
                let text = "cannot truncate a table referenced in a foreign key constraint".to_owned();
                return Err(Failure::new("0A000", text));
            }
        }
        Ok(())
    }
}

/// A name as the server shows it in messages: without the namespace everybody has on the search path.
fn shown(name: &Name) -> String {
    if name.schema.as_str() == "public" { name.name.to_string() } else { name.to_string() }
}

fn kind_matches(kind: DropKind, relation: &Relation) -> bool {
    use parse::RelationKind as Kind;
    matches!(
        (kind, relation.kind),
        (DropKind::Table, Kind::Table)
            | (DropKind::ForeignTable, Kind::ForeignTable)
            | (DropKind::View, Kind::View)
            | (DropKind::MaterializedView, Kind::MaterializedView)
            | (DropKind::Sequence, Kind::Sequence)
            | (DropKind::Index, Kind::Index)
    )
}

fn kind_noun(kind: DropKind) -> &'static str {
    match kind {
        DropKind::View => "view",
        DropKind::MaterializedView => "materialized view",
        DropKind::Sequence => "sequence",
        DropKind::Index => "index",
        _ => "table",
    }
}

fn kind_word(kind: DropKind) -> &'static str {
    match kind {
        DropKind::View => "a view",
        DropKind::MaterializedView => "a materialized view",
        DropKind::Sequence => "a sequence",
        DropKind::Index => "an index",
        _ => "a table",
    }
}
