//! What a statement does to the relations it touches.

use serde::{Deserialize, Serialize};

use crate::{Name, RelationLock};

/// What one statement does, as facts say or as a trace measured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effect {
    /// The strongest mode taken on each relation that existed before the statement, sorted by relation.
    pub locks: Vec<RelationLock>,
    /// Relations whose rows are all written anew.
    pub rewrites: Vec<Name>,
    /// Relations all of whose rows are read under the lock.
    pub scans: Vec<Name>,
    /// Indexes built or rebuilt by the statement.
    pub index_builds: u32,
    /// Whether rows or values are gone afterwards.
    pub data_loss: bool,
}

impl Effect {
    /// The strongest lock of all, if there is one.
    pub fn strongest(&self) -> Option<&RelationLock> {
        self.locks.iter().max_by_key(|lock| lock.mode)
    }
}
