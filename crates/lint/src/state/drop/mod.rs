//! What `DROP` statements do to the state, and when they are certain to fail.

mod column;
mod object;

use std::collections::BTreeSet;

use model::{ConstraintKind, Ident, Name};
use parse::{Drop, DropKind};

use crate::failure::{Failure, missing};
use crate::state::Catalog;
use crate::state::{Link, Relation};
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
                self.expect_routine(it)?;
                self.set_routine(name, None);
                Ok(())
            }
            DropKind::Statistics | DropKind::Extension | DropKind::Collation | DropKind::Publication => {
                Ok(())
            }
        }
    }

    pub(super) fn drop_named_relation(&mut self, it: &Drop, together: &BTreeSet<Name>) -> Applied {
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

    pub(super) fn expect_no_dependents(&self, name: &Name, together: &BTreeSet<Name>, noun: &str) -> Applied {
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
        found.extend(self.pointing_at(Link::Draws, name).filter(|source| *source != name).cloned());
        let heir = |child: &&Name| self.relation(child).is_some_and(|it| it.table.partition_of.is_none());
        found.extend(self.pointing_at(Link::Child, name).filter(heir).cloned());
        found.sort();
        found.dedup();
        found
    }

    /// Removes a relation and, as `CASCADE` does, what depends on it: foreign keys, views, heirs.
    pub(super) fn remove_with_dependents(&mut self, name: &Name) {
        let children: Vec<Name> = self.pointing_at(Link::Child, name).cloned().collect();
        for child in children {
            self.remove_with_dependents(&child);
        }
        for target in std::iter::once(name.clone()).chain(self.partitioned_above(name)) {
            self.drop_keys_to(&target, name);
        }
        let readers: Vec<Name> = self.pointing_at(Link::Reads, name).cloned().collect();
        for reader in readers {
            self.remove_with_dependents(&reader);
        }
        let drawing: Vec<Name> = self.pointing_at(Link::Draws, name).cloned().collect();
        for table in drawing {
            self.change(&table, |relation| {
                for column in &mut relation.table.columns {
                    let text = column.default.as_ref().map(|default| default.0.as_str());
                    let from = text.and_then(super::readers::sequence_in).map(|it| it.name);
                    column.default = column.default.take().filter(|_| from.as_ref() != Some(&name.name));
                }
            });
        }
        let belonging: Vec<Name> = self.pointing_at(Link::Belongs, name).cloned().collect();
        for relation in belonging {
            self.drop_relation(&relation);
        }
        self.drop_relation(name);
    }

    /// Removes the foreign keys that reference a table, those of a table that goes anyway aside.
    fn drop_keys_to(&mut self, target: &Name, going: &Name) {
        let referencing: Vec<Name> = self.pointing_at(Link::References, target).cloned().collect();
        for source in referencing.into_iter().filter(|source| source != going) {
            self.change(&source, |relation| {
                relation.table.constraints.retain(
                    |_, it| !matches!(&it.kind, ConstraintKind::ForeignKey(key) if key.references == *target),
                );
            });
        }
    }

    /// The partitioned tables that a table is part of: a key to one of them is a key to the partition too.
    fn partitioned_above(&self, name: &Name) -> Vec<Name> {
        let parent = |name: &Name| self.relation(name)?.table.partition_of.as_ref().map(|(it, _)| it.clone());
        std::iter::successors(parent(name), parent).collect()
    }

    pub(super) fn drop_index(&mut self, name: &Name, relation: &Relation, it: &Drop) -> Applied {
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
        if let Some(parent) = self.parent_index(&table, &name.name) {
            let text = format!("cannot drop index {} because index {parent} requires it", shown(name));
            return Err(Failure::new("2BP01", text));
        }
        if it.concurrently && self.relation(&table).is_some_and(|known| known.is_partitioned()) {
            let text = format!("cannot drop partitioned index \"{}\" concurrently", name.name.as_str());
            return Err(Failure::new("0A000", text));
        }
        self.remove_index(&table, &name.name);
        Ok(())
    }

    /// The index of a partition's parent that an index follows from.
    fn parent_index(&self, table: &Name, index: &Ident) -> Option<String> {
        let relation = self.relation(table)?;
        let own = relation.table.indexes.get(index).filter(|it| it.inherited)?;
        let (parent, _) = relation.table.partition_of.as_ref()?;
        let same = |other: &&model::Index| other.keys == own.keys && other.unique == own.unique;
        let found = self.relation(parent)?.table.indexes.values().find(same)?;
        Some(shown(&parent.sibling(&found.name)))
    }

    pub(super) fn remove_index(&mut self, table: &Name, index: &Ident) {
        self.drop_relation(&table.sibling(index));
        self.change(table, |relation| drop(relation.table.indexes.remove(index)));
    }
}

/// A name as the server shows it in messages: without the namespace everybody has on the search path.
pub(super) fn shown(name: &Name) -> String {
    if name.schema.as_str() == "public" { name.name.to_string() } else { name.to_string() }
}

pub(super) fn kind_matches(kind: DropKind, relation: &Relation) -> bool {
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

pub(super) fn kind_noun(kind: DropKind) -> &'static str {
    match kind {
        DropKind::View => "view",
        DropKind::MaterializedView => "materialized view",
        DropKind::Sequence => "sequence",
        DropKind::Index => "index",
        _ => "table",
    }
}

pub(super) fn kind_word(kind: DropKind) -> &'static str {
    match kind {
        DropKind::View => "a view",
        DropKind::MaterializedView => "a materialized view",
        DropKind::Sequence => "a sequence",
        DropKind::Index => "an index",
        _ => "a table",
    }
}
