//! Whole objects that come, go, or are replaced.

use model::{Ident, Name, Object, ObjectRef};

use super::node::{Builder, Node};
use super::slot::{Slot, slots};
use crate::find;

impl Builder<'_> {
    pub(super) fn create(&self, object: &Object, node: &mut Node) {
        node.needs.extend(namespace(object));
        node.makes.insert(object.reference());
        node.takes.extend(slots(object));
        if let Object::Table { name, table } = object {
            node.makes.extend(find::parts(name, table));
        }
    }

    pub(super) fn drop(&self, object: &Object, node: &mut Node) {
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

    /// The sequences that go with a table, or with one of its columns.
    pub(super) fn owned(&self, table: &Name, column: Option<&Ident>, node: &mut Node) {
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

    pub(super) fn replace(&self, from: &Object, to: &Object, node: &mut Node) {
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
            // It stays for what stands on it, and lets go of what it stood on itself.
            (Object::View { .. }, _) => {
                node.releases.extend(self.from.uses.of(&from.reference()).iter().cloned());
                false
            }
            (Object::Trigger { .. } | Object::Policy { .. } | Object::Rule { .. }, _) => true,
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
