//! What stands on what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::object::ObjectRef;
use crate::{Ident, Name};

/// Which objects use which others, as the server records it in `pg_depend`: a view the columns it reads, a
/// column the type it has and the functions its default calls, an index the columns and functions of its
/// keys, a foreign key the key it points at.
///
/// Derived from the objects themselves, so it does not count when schemas are compared. What the text of a
/// function's body names is not known to the server either. A member of an extension stands for the
/// extension; what every database has is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Use>", into = "Vec<Use>")]
pub struct Uses(BTreeMap<ObjectRef, BTreeSet<ObjectRef>>);

/// One object with what it uses.
#[derive(Serialize, Deserialize)]
struct Use {
    object: ObjectRef,
    uses: BTreeSet<ObjectRef>,
}

static NOTHING: BTreeSet<ObjectRef> = BTreeSet::new();

impl Uses {
    /// Notes that `object` uses `used`.
    pub fn insert(&mut self, object: ObjectRef, used: ObjectRef) {
        self.0.entry(object).or_default().insert(used);
    }

    /// What an object uses.
    pub fn of(&self, object: &ObjectRef) -> &BTreeSet<ObjectRef> {
        self.0.get(object).unwrap_or(&NOTHING)
    }

    /// Every object that uses something, with what it uses.
    pub fn iter(&self) -> impl Iterator<Item = (&ObjectRef, &BTreeSet<ObjectRef>)> {
        self.0.iter()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Says the same of objects under other names.
    #[must_use]
    pub fn renamed(self, name: impl Fn(ObjectRef) -> ObjectRef) -> Self {
        let renamed = |uses: BTreeSet<ObjectRef>| uses.into_iter().map(&name).collect();
        Self(self.0.into_iter().map(|(object, uses)| (name(object), renamed(uses))).collect())
    }
}

impl From<Vec<Use>> for Uses {
    fn from(list: Vec<Use>) -> Self {
        Self(list.into_iter().map(|each| (each.object, each.uses)).collect())
    }
}

impl From<Uses> for Vec<Use> {
    fn from(uses: Uses) -> Self {
        uses.0.into_iter().map(|(object, uses)| Use { object, uses }).collect()
    }
}

impl ObjectRef {
    /// The table or view that the object is, or is a part of.
    pub fn relation(&self) -> Option<&Name> {
        match self {
            Self::Table(name)
            | Self::View(name)
            | Self::MaterializedView(name)
            | Self::Column(name, _)
            | Self::Constraint(name, _)
            | Self::Index(name, _)
            | Self::Trigger(name, _)
            | Self::Rule(name, _)
            | Self::Policy(name, _) => Some(name),
            _ => None,
        }
    }

    /// The same object where its table or view has another name.
    #[must_use]
    pub fn within(self, relation: &Name) -> Self {
        let relation = relation.clone();
        match self {
            Self::Table(_) => Self::Table(relation),
            Self::View(_) => Self::View(relation),
            Self::MaterializedView(_) => Self::MaterializedView(relation),
            Self::Column(_, name) => Self::Column(relation, name),
            Self::Constraint(_, name) => Self::Constraint(relation, name),
            Self::Index(_, name) => Self::Index(relation, name),
            Self::Trigger(_, name) => Self::Trigger(relation, name),
            Self::Rule(_, name) => Self::Rule(relation, name),
            Self::Policy(_, name) => Self::Policy(relation, name),
            other => other,
        }
    }

    /// The column that the object is.
    pub fn column(&self) -> Option<(&Name, &Ident)> {
        match self {
            Self::Column(relation, name) => Some((relation, name)),
            _ => None,
        }
    }
}
