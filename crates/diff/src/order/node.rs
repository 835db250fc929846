//! What a change makes, ends, needs and lets go of.

use std::collections::BTreeSet;

use model::{Change, Column, Constraint, ConstraintKind, Name, ObjectRef, Schema};

use super::lineage::Lineage;
use super::rank::rank;
use super::slot::{Slot, constraint_slots, identity_sequence, named, routine_slot, sequence_of};
use crate::find;

/// One change among others.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) rank: u32,
    /// Objects that are there, as they are wanted, only after it.
    pub(super) makes: BTreeSet<ObjectRef>,
    /// Objects that are there, as they were, only before it.
    pub(super) ends: BTreeSet<ObjectRef>,
    /// Objects, as they are wanted, that have to be there for it.
    pub(super) needs: BTreeSet<ObjectRef>,
    /// Objects, as they were, that something stands on until it.
    pub(super) releases: BTreeSet<ObjectRef>,
    /// Names that are taken until it.
    pub(super) frees: BTreeSet<Slot>,
    /// Names that are taken from it on.
    pub(super) takes: BTreeSet<Slot>,
}

/// A node for each change.
pub(super) fn nodes(changes: &[Change], from: &Schema, to: &Schema) -> Vec<Node> {
    let builder = Builder { from, to, lineage: Lineage::new(changes, from, to) };
    changes.iter().map(|change| builder.node(change)).collect()
}

pub(super) struct Builder<'a> {
    pub(super) from: &'a Schema,
    pub(super) to: &'a Schema,
    lineage: Lineage,
}

impl Builder<'_> {
    fn node(&self, change: &Change) -> Node {
        let mut node = Node { rank: rank(change), ..Node::default() };
        self.objects(change, &mut node);
        let uses = |schema: &Schema, objects: &BTreeSet<ObjectRef>| -> BTreeSet<ObjectRef> {
            objects.iter().flat_map(|object| schema.uses.of(object)).cloned().collect()
        };
        node.needs.extend(uses(self.to, &node.makes));
        node.releases.extend(uses(self.from, &node.ends));
        // A part needs its table, and lets go of it.
        node.needs.extend(node.makes.iter().filter_map(whole));
        node.releases.extend(node.ends.iter().filter_map(whole));
        let (makes, ends) = (&node.makes, &node.ends);
        node.needs.retain(|object| !makes.contains(object));
        let needed = node.needs.iter().filter_map(routine_slot);
        node.takes.extend(needed.filter(|slot| !node.frees.contains(slot)));
        node.releases.retain(|object| !ends.contains(object));
        node
    }

    /// What the change makes and ends, and what it needs and releases besides what those use.
    fn objects(&self, change: &Change, node: &mut Node) {
        match change {
            Change::Create { object } => self.create(object, node),
            Change::Drop { object } => self.drop(object, node),
            Change::Replace { from, to } => self.replace(from, to, node),
            Change::RenameTable { from, to } => {
                node.frees.extend([Slot::Relation(from.clone()), Slot::Type(from.clone())]);
                node.takes.extend([Slot::Relation(to.clone()), Slot::Type(to.clone())]);
            }
            Change::RenameColumn { table, from, to } => {
                node.frees.insert(Slot::Column(table.clone(), from.clone()));
                node.takes.insert(Slot::Column(table.clone(), to.clone()));
            }
            Change::RenameConstraint { table, from, to } => {
                node.frees.extend(named(table, from));
                node.takes.extend(named(table, to));
            }
            Change::RenameIndex { table, from, to } => {
                node.frees.insert(Slot::Relation(table.sibling(from)));
                node.takes.insert(Slot::Relation(table.sibling(to)));
            }
            Change::AddColumn { table, column } => {
                node.makes.extend(self.lineage.new_columns(table, &column.name));
                node.takes.insert(Slot::Column(table.clone(), column.name.clone()));
            }
            Change::DropColumn { table, column } => {
                node.ends.extend(self.lineage.old_columns(table, &column.name));
                node.frees.insert(Slot::Column(table.clone(), column.name.clone()));
                node.frees.extend(identity_sequence(table, column));
                self.owned(table, Some(&column.name), node);
            }
            Change::AlterColumnType { table, from, to, .. } => self.alter_type(table, from, to, node),
            Change::SetGenerated { table, to, .. } => {
                self.owned(table, Some(&to.name), node);
                node.ends.extend(self.lineage.old_columns(table, &to.name));
                node.makes.extend(self.lineage.new_columns(table, &to.name));
            }
            Change::SetDefault { table, column, to, .. } => {
                let object = ObjectRef::Column(table.clone(), column.clone());
                match to {
                    None => node.releases.extend(self.from.uses.of(&object).iter().cloned()),
                    Some(_) => {
                        node.needs.extend(self.to.uses.of(&object).iter().cloned());
                        node.needs.insert(object);
                    }
                }
            }
            Change::SetIdentity { table, column, from, to } => {
                if to.is_none() && from.is_some() {
                    node.frees.insert(Slot::Relation(sequence_of(table, column)));
                }
                node.needs.extend(to.as_ref().map(|_| ObjectRef::Column(table.clone(), column.clone())));
            }
            Change::SetNotNull { table, column, .. } => {
                node.needs.insert(ObjectRef::Column(table.clone(), column.clone()));
            }
            Change::SetColumnOption { table, column, .. } => {
                // New children are made before.
                node.needs.extend(self.lineage.new_columns(table, column));
            }
            Change::AddConstraint { table, constraint } => make_constraint(table, constraint, node),
            Change::DropConstraint { table, constraint } => self.end_constraint(table, constraint, node),
            Change::AlterForeignKey { table, from, to } => {
                self.end_constraint(table, from, node);
                make_constraint(table, to, node);
            }
            Change::ValidateConstraint { .. } => {}
            Change::CreateIndex { table, index } => {
                node.makes.insert(ObjectRef::Index(table.clone(), index.name.clone()));
                node.takes.insert(Slot::Relation(table.sibling(&index.name)));
            }
            Change::DropIndex { table, index } => {
                node.ends.insert(ObjectRef::Index(table.clone(), index.name.clone()));
                node.frees.insert(Slot::Relation(table.sibling(&index.name)));
                if index.unique {
                    let columns = index.keys.iter().filter_map(|key| key.column.clone()).collect();
                    node.frees.insert(Slot::Key(table.clone(), columns));
                }
            }
            Change::AddEnumValue { name, .. } => _ = node.makes.insert(ObjectRef::Type(name.clone())),
            Change::ReplaceEnum { name, columns, .. } => {
                let moved = columns.iter().map(|(table, column)| (table, &column.name));
                for (table, column) in moved {
                    node.ends.extend(self.lineage.old_columns(table, column));
                    node.makes.extend(self.lineage.new_columns(table, column));
                }
                node.ends.insert(ObjectRef::Type(name.clone()));
                node.makes.insert(ObjectRef::Type(name.clone()));
            }
            Change::SetTableOption { table, from, to, .. } => {
                node.needs.insert(ObjectRef::Table(table.clone()));
                // A replica identity needs its index, and lets go of it.
                let index = |schema: &Schema, text: &Option<String>| {
                    find::identity_index(table, schema.tables.get(table)?, text.as_deref()?)
                };
                node.needs.extend(index(self.to, to));
                node.releases.extend(index(self.from, from));
            }
            Change::SetPartition { table, from, to } => {
                node.releases.extend(from.iter().map(|(parent, _)| ObjectRef::Table(parent.clone())));
                // One that is to go after is a table by itself first.
                node.releases.extend(from.iter().map(|_| ObjectRef::Table(table.clone())));
                node.needs.extend(to.iter().map(|(parent, _)| ObjectRef::Table(parent.clone())));
                node.needs.extend(to.iter().map(|_| ObjectRef::Table(table.clone())));
            }
            Change::Comment { on: ObjectRef::MaterializedView(name), .. } => {
                node.needs.insert(ObjectRef::View(name.clone()));
            }
            Change::Comment { on, .. } => {
                node.needs.extend(on.relation().map(|name| ObjectRef::View(name.clone())));
                node.needs.insert(on.clone());
            }
        }
    }

    /// A column that leaves its type and returns to it does so in two changes: the one ends it as it was, the
    /// other makes it as it is wanted.
    fn alter_type(&self, table: &Name, from: &Column, to: &Column, node: &mut Node) {
        let is_of = |schema: &Schema, column: &Column| {
            let there = schema.tables.get(table).and_then(|table| table.column(&column.name));
            there.is_some_and(|there| {
                there.type_name == column.type_name && there.collation == column.collation
            })
        };
        if is_of(self.from, from) {
            node.ends.extend(self.lineage.old_columns(table, &from.name));
        }
        if is_of(self.to, to) {
            node.makes.extend(self.lineage.new_columns(table, &to.name));
        }
    }

    fn end_constraint(&self, table: &Name, constraint: &Constraint, node: &mut Node) {
        node.ends.insert(ObjectRef::Constraint(table.clone(), constraint.name.clone()));
        node.frees.extend(constraint_slots(table, constraint));
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
                node.frees.insert(Slot::Key(table.clone(), columns.iter().cloned().collect()));
            }
            // It stands on every partition of the table it points at.
            ConstraintKind::ForeignKey(key) => {
                let family = self.lineage.family(&key.references);
                node.releases.extend(family.into_iter().map(|table| ObjectRef::Table(table.clone())));
            }
            _ => {}
        }
    }
}

/// The table or view that an object is a part of.
fn whole(object: &ObjectRef) -> Option<ObjectRef> {
    match object {
        ObjectRef::Table(_) | ObjectRef::View(_) => None,
        _ => object.relation().map(|name| ObjectRef::Table(name.clone())),
    }
}

fn make_constraint(table: &Name, constraint: &Constraint, node: &mut Node) {
    node.makes.insert(ObjectRef::Constraint(table.clone(), constraint.name.clone()));
    node.takes.extend(constraint_slots(table, constraint));
    if let ConstraintKind::ForeignKey(key) = &constraint.kind {
        let columns = key.referenced_columns.iter().cloned().collect();
        node.takes.insert(Slot::Key(key.references.clone(), columns));
    }
    let columns = constraint.columns().iter();
    node.needs.extend(columns.map(|column| ObjectRef::Column(table.clone(), column.clone())));
}
