//! One measured fact, and the effect it has on given relations.

use std::collections::{BTreeMap, BTreeSet};

use model::{Effect, LockMode, Name, RelationLock};
use serde::{Deserialize, Serialize};

use crate::{Form, IndexCounts, Majors, Role, Roles, Shape};

/// What one form does on the servers of one or more majors, as measured there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The form of statement.
    pub form: Form,
    /// The shape of the table it ran on.
    pub on: Shape,
    /// The majors on which it was measured to do just this.
    pub majors: Majors,
    /// The statement it was measured with.
    pub sql: String,
    /// Whether it may run inside a transaction block.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub transaction: bool,
    /// The strongest mode it takes on the relations in each role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locks: BTreeMap<Role, LockMode>,
    /// Roles whose relations are written anew.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rewrites: BTreeSet<Role>,
    /// Roles all of whose rows are read.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scans: BTreeSet<Role>,
    /// The indexes it builds or rebuilds on each table in a role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub index_builds: BTreeMap<Role, Builds>,
    /// Whether rows or values that were there are gone.
    #[serde(default, skip_serializing_if = "is_no")]
    pub data_loss: bool,
    /// Why it always fails there, where it does; it then has no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// Which indexes of a table a form builds or rebuilds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Builds {
    /// One: a new index, or the one that the statement names.
    One,
    /// Those that use the statement's column.
    OfColumn,
    /// All that the table has.
    All,
    /// All that the table has, and a new one.
    AllAndOne,
}

impl Builds {
    /// New indexes, and those of the table's that are rebuilt.
    pub(crate) const fn counts(self, table: IndexCounts) -> (u32, u32) {
        match self {
            Self::One => (1, 0),
            Self::OfColumn => (0, table.of_column),
            Self::All => (0, table.all),
            Self::AllAndOne => (1, table.all),
        }
    }
}

/// An error that a statement of a form always ends with on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// SQLSTATE, five characters.
    pub sqlstate: String,
    /// The server's message for the measured statement.
    pub message: String,
}

impl Fact {
    /// What the statement does to the given relations. Roles that nobody plays fall away.
    pub fn effect(&self, roles: &Roles) -> Effect {
        let locks = self.locks.iter().flat_map(|(&role, &mode)| {
            roles.named(role).iter().map(move |name| RelationLock { relation: name.clone(), mode })
        });
        Effect {
            locks: strongest(locks),
            rewrites: named(&self.rewrites, roles),
            scans: named(&self.scans, roles),
            index_builds: index_builds(&[self], roles),
            data_loss: self.data_loss,
        }
    }
}

/// How many indexes a statement of these facts builds: new ones add up, and those that exist are rebuilt
/// once whatever the number of reasons.
pub(crate) fn index_builds(facts: &[&Fact], roles: &Roles) -> u32 {
    let mut tables: BTreeMap<&Name, (u32, u32)> = BTreeMap::new();
    for (&role, builds) in facts.iter().flat_map(|fact| &fact.index_builds) {
        for table in roles.named(role) {
            let (new, rebuilt) = builds.counts(roles.index_counts(table));
            let sum = tables.entry(table).or_default();
            *sum = (sum.0 + new, sum.1.max(rebuilt));
        }
    }
    tables.values().map(|(new, rebuilt)| new + rebuilt).sum()
}

/// The strongest mode for each relation, sorted by relation.
pub(crate) fn strongest(locks: impl IntoIterator<Item = RelationLock>) -> Vec<RelationLock> {
    let mut modes: BTreeMap<Name, LockMode> = BTreeMap::new();
    for lock in locks {
        let mode = modes.entry(lock.relation).or_insert(lock.mode);
        *mode = lock.mode.max(*mode);
    }
    modes.into_iter().map(|(relation, mode)| RelationLock { relation, mode }).collect()
}

fn named(wanted: &BTreeSet<Role>, roles: &Roles) -> Vec<Name> {
    let names: BTreeSet<_> = wanted.iter().flat_map(|&role| roles.named(role)).cloned().collect();
    names.into_iter().collect()
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_yes(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_no(value: &bool) -> bool {
    !*value
}
