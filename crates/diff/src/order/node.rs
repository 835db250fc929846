//! What a change makes, ends, needs and lets go of.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, Column, Constraint, ConstraintKind, Ident, Name, Object, ObjectRef, Schema};

use super::rank::rank;
use crate::{find, inherit};

/// A name that only one object can have at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// A table, view, index or sequence.
    Relation(Name),
    /// A type, or the row type of a relation.
    Type(Name),
    /// A constraint of a table.
    Constraint(Name, Ident),
    /// A column of a table.
    Column(Name, Ident),
    /// Columns of a table that a foreign key points at: it takes the first key on them that it finds.
    Key(Name, BTreeSet<Ident>),
    /// A routine's name: with an old namesake about, a call may not tell which one it means.
    Routine(String),
}

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
    let builder =
        Builder { from, to, old_children: inherit::children(from), new_children: inherit::children(to) };
    changes.iter().map(|change| builder.node(change)).collect()
}

struct Builder<'a> {
    from: &'a Schema,
    to: &'a Schema,
    old_children: BTreeMap<Name, Vec<Name>>,
    new_children: BTreeMap<Name, Vec<Name>>,
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
            Change::Replace { from, to } => replace(from, to, node),
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
                node.makes.extend(self.columns(&self.new_children, table, &column.name));
                node.takes.insert(Slot::Column(table.clone(), column.name.clone()));
            }
            Change::DropColumn { table, column } => {
                node.ends.extend(self.columns(&self.old_children, table, &column.name));
                node.frees.insert(Slot::Column(table.clone(), column.name.clone()));
                node.frees.extend(identity_sequence(table, column));
                self.owned(table, Some(&column.name), node);
            }
            Change::AlterColumnType { table, from, to, .. } => self.alter_type(table, from, to, node),
            Change::SetGenerated { table, to, .. } => {
                self.owned(table, Some(&to.name), node);
                node.ends.extend(self.columns(&self.old_children, table, &to.name));
                node.makes.extend(self.columns(&self.new_children, table, &to.name));
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
                node.needs.extend(self.columns(&self.new_children, table, column));
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
                    node.ends.extend(self.columns(&self.old_children, table, column));
                    node.makes.extend(self.columns(&self.new_children, table, column));
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
            node.ends.extend(self.columns(&self.old_children, table, &from.name));
        }
        if is_of(self.to, to) {
            node.makes.extend(self.columns(&self.new_children, table, &to.name));
        }
    }

    fn create(&self, object: &Object, node: &mut Node) {
        node.needs.extend(namespace(object));
        node.makes.insert(object.reference());
        node.takes.extend(slots(object));
        if let Object::Table { name, table } = object {
            node.makes.extend(find::parts(name, table));
        }
    }

    fn drop(&self, object: &Object, node: &mut Node) {
        node.releases.extend(namespace(object));
        node.ends.insert(object.reference());
        node.frees.extend(slots(object));
        match object {
            // Without its foreign keys, which are dropped before.
            Object::Table { name, table } => {
                node.ends.extend(find::parts(name, table));
                self.owned(name, None, node);
            }
            Object::View { name, view } => node.ends.extend(find::view_parts(name, view)),
            _ => {}
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
                let mut tables = vec![&key.references];
                while let Some(table) = tables.pop() {
                    node.releases.insert(ObjectRef::Table(table.clone()));
                    tables.extend(self.old_children.get(table).into_iter().flatten());
                }
            }
            _ => {}
        }
    }

    /// The sequences that go with a table, or with one of its columns.
    fn owned(&self, table: &Name, column: Option<&Ident>, node: &mut Node) {
        let is_owner =
            |(of, owner): &(Name, Ident)| of == table && column.is_none_or(|column| owner == column);
        for (name, sequence) in &self.from.sequences {
            if sequence.owned_by.as_ref().is_some_and(is_owner) {
                node.frees.extend([Slot::Relation(name.clone()), Slot::Type(name.clone())]);
                if !self.to.sequences.contains_key(name) {
                    node.ends.insert(ObjectRef::Sequence(name.clone()));
                }
            }
        }
    }

    /// A column of a table and of its descendants, which the same statement changes.
    fn columns(&self, children: &BTreeMap<Name, Vec<Name>>, table: &Name, column: &Ident) -> Vec<ObjectRef> {
        let mut found = vec![ObjectRef::Column(table.clone(), column.clone())];
        for child in children.get(table).into_iter().flatten() {
            found.extend(self.columns(children, child, column));
        }
        found
    }
}

/// The namespace an object is in.
fn namespace(object: &Object) -> Option<ObjectRef> {
    let name = match object {
        Object::Extension { extension, .. } => Some(&extension.schema),
        Object::Routine { routine } => Some(&routine.name.schema),
        _ => match object.reference() {
            ObjectRef::Collation(name)
            | ObjectRef::Type(name)
            | ObjectRef::Sequence(name)
            | ObjectRef::Table(name)
            | ObjectRef::View(name) => return Some(ObjectRef::Namespace(name.schema)),
            _ => None,
        },
    };
    name.map(|name| ObjectRef::Namespace(name.clone()))
}

/// The table or view that an object is a part of.
fn whole(object: &ObjectRef) -> Option<ObjectRef> {
    match object {
        ObjectRef::Table(_) | ObjectRef::View(_) => None,
        _ => object.relation().map(|name| ObjectRef::Table(name.clone())),
    }
}

fn replace(from: &Object, to: &Object, node: &mut Node) {
    let loses = match (from, to) {
        (Object::Composite { composite: a, .. }, Object::Composite { composite: b, .. }) => {
            a.attributes.iter().any(|attribute| !b.attributes.contains(attribute))
        }
        // Owned by another column, it outlives the one that goes.
        (Object::Sequence { sequence, .. }, _) => {
            let owner = sequence.owned_by.clone();
            node.releases.extend(owner.map(|(table, column)| ObjectRef::Column(table, column)));
            false
        }
        (Object::Trigger { .. } | Object::Policy { .. } | Object::Rule { .. } | Object::View { .. }, _) => {
            true
        }
        (Object::Routine { .. } | Object::Domain { .. }, _) => true,
        _ => false,
    };
    if let Object::Sequence { sequence, .. } = to {
        let owner = sequence.owned_by.clone();
        node.needs.extend(owner.map(|(table, column)| ObjectRef::Column(table, column)));
    }
    if loses {
        node.ends.insert(from.reference());
    }
    // A sequence is there for those who need it before it has its owner.
    if !matches!(to, Object::Sequence { .. }) {
        node.makes.insert(to.reference());
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

fn constraint_slots(table: &Name, constraint: &Constraint) -> Vec<Slot> {
    let mut slots = named(table, &constraint.name);
    slots.truncate(if constraint.has_index() { 2 } else { 1 });
    slots
}

/// The names of a constraint and of the index behind it.
fn named(table: &Name, name: &Ident) -> Vec<Slot> {
    vec![Slot::Constraint(table.clone(), name.clone()), Slot::Relation(table.sibling(name))]
}

fn slots(object: &Object) -> Vec<Slot> {
    match object {
        Object::Table { name, table } => {
            let indexes = table.indexes.keys().map(|index| Slot::Relation(name.sibling(index)));
            let keys = table.constraints.values().flat_map(|constraint| constraint_slots(name, constraint));
            let sequences = table.columns.iter().filter_map(|column| identity_sequence(name, column));
            let own = [Slot::Relation(name.clone()), Slot::Type(name.clone())];
            own.into_iter().chain(indexes).chain(keys).chain(sequences).collect()
        }
        Object::View { name, view } => {
            let indexes = view.indexes.keys().map(|index| Slot::Relation(name.sibling(index)));
            [Slot::Relation(name.clone()), Slot::Type(name.clone())].into_iter().chain(indexes).collect()
        }
        Object::Composite { name, .. } => vec![Slot::Relation(name.clone()), Slot::Type(name.clone())],
        Object::Enum { name, .. } | Object::Domain { name, .. } | Object::Range { name, .. } => {
            vec![Slot::Type(name.clone())]
        }
        Object::Sequence { name, .. } => vec![Slot::Relation(name.clone()), Slot::Type(name.clone())],
        Object::Routine { routine } => {
            routine_slot(&ObjectRef::Routine(routine.identity())).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The name of a routine without its arguments.
fn routine_slot(object: &ObjectRef) -> Option<Slot> {
    match object {
        ObjectRef::Routine(identity) => {
            Some(Slot::Routine(identity.split('(').next().unwrap_or_default().to_owned()))
        }
        _ => None,
    }
}

/// The name that the server usually gives to the sequence of an identity column.
fn identity_sequence(table: &Name, column: &Column) -> Option<Slot> {
    column.identity.as_ref().map(|_| Slot::Relation(sequence_of(table, &column.name)))
}

fn sequence_of(table: &Name, column: &Ident) -> Name {
    table.sibling(&Ident::new(format!("{}_{}_seq", table.name.as_str(), column.as_str())).truncated())
}

/// Pairs of changes of which the first comes before the second: those of one column by rank, and those of a
/// parent's column before those of its children's.
pub(super) fn chains(changes: &[Change], nodes: &[Node], from: &Schema, to: &Schema) -> Vec<(usize, usize)> {
    let mut columns: BTreeMap<(Name, Ident), Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        if let Some(column) = altered_column(change) {
            columns.entry(column).or_default().push(at);
        }
    }
    for chain in columns.values_mut() {
        // What is taken from a column that goes is taken before it goes.
        let drop = chain.iter().copied().find(|at| matches!(changes[*at], Change::DropColumn { .. }));
        let before = |at: usize| drop.is_some_and(|drop| at < drop);
        chain.sort_by_key(|at| (!before(*at), nodes[*at].rank, *at));
    }
    let mut pairs: Vec<(usize, usize)> =
        columns.values().flat_map(|chain| chain.windows(2).map(|pair| (pair[0], pair[1]))).collect();
    for ((table, column), chain) in &columns {
        let now = to.tables.get(table).map(inherit::parents).unwrap_or_default();
        let before = from.tables.get(table).map(inherit::parents);
        // One that joins its parent later has its changes before.
        let stays = |parent: &&Name| before.as_ref().is_none_or(|before| before.contains(parent));
        // A child gives up its own identity before its parent's change reaches it.
        let gives_up = |at: &&usize| matches!(changes[**at], Change::SetIdentity { to: None, .. });
        let (early, first) = (chain.iter().find(gives_up), chain.iter().find(|at| !gives_up(at)));
        for parent in now.iter().filter(stays) {
            let Some(above) = columns.get(&(parent.clone(), column.clone())) else { continue };
            pairs.extend(early.zip(above.first()).map(|(early, above)| (*early, *above)));
            pairs.extend(above.last().zip(first).map(|(last, first)| (*last, *first)));
        }
    }
    pairs
}

/// The column that a change alters, as its children's are altered after it.
fn altered_column(change: &Change) -> Option<(Name, Ident)> {
    match change {
        Change::AddColumn { table, column } | Change::DropColumn { table, column } => {
            Some((table.clone(), column.name.clone()))
        }
        Change::AlterColumnType { table, to, .. } | Change::SetGenerated { table, to, .. } => {
            Some((table.clone(), to.name.clone()))
        }
        Change::SetDefault { table, column, .. }
        | Change::SetNotNull { table, column, .. }
        | Change::SetIdentity { table, column, .. }
        | Change::SetColumnOption { table, column, .. } => Some((table.clone(), column.clone())),
        _ => None,
    }
}
