//! PostgreSQL's table-level lock modes and their conflict table.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Name;

/// A table-level lock mode, weakest first, named as in `pg_locks.mode`.
/// Source: PostgreSQL manual, 13.3.1 "Table-Level Locks".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LockMode {
    /// Taken by `SELECT`.
    AccessShareLock,
    /// Taken by `SELECT … FOR UPDATE` and on the parent while a foreign key is validated.
    RowShareLock,
    /// Taken by `INSERT`, `UPDATE`, `DELETE`.
    RowExclusiveLock,
    /// Taken by `VACUUM`, `ANALYZE`, `CREATE INDEX CONCURRENTLY`, `VALIDATE CONSTRAINT`.
    ShareUpdateExclusiveLock,
    /// Taken by `CREATE INDEX`.
    ShareLock,
    /// Taken by `CREATE TRIGGER` and `ADD FOREIGN KEY`.
    ShareRowExclusiveLock,
    /// Taken by `REFRESH MATERIALIZED VIEW CONCURRENTLY`.
    ExclusiveLock,
    /// Taken by most forms of `ALTER TABLE`, `DROP`, `TRUNCATE`.
    AccessExclusiveLock,
}

impl LockMode {
    /// All modes, weakest first.
    pub const ALL: [Self; 8] = [
        Self::AccessShareLock,
        Self::RowShareLock,
        Self::RowExclusiveLock,
        Self::ShareUpdateExclusiveLock,
        Self::ShareLock,
        Self::ShareRowExclusiveLock,
        Self::ExclusiveLock,
        Self::AccessExclusiveLock,
    ];

    /// The name in `pg_locks.mode`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessShareLock => "AccessShareLock",
            Self::RowShareLock => "RowShareLock",
            Self::RowExclusiveLock => "RowExclusiveLock",
            Self::ShareUpdateExclusiveLock => "ShareUpdateExclusiveLock",
            Self::ShareLock => "ShareLock",
            Self::ShareRowExclusiveLock => "ShareRowExclusiveLock",
            Self::ExclusiveLock => "ExclusiveLock",
            Self::AccessExclusiveLock => "AccessExclusiveLock",
        }
    }

    /// The mode as `LOCK TABLE … IN … MODE` spells it: `ACCESS EXCLUSIVE`.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::AccessShareLock => "ACCESS SHARE",
            Self::RowShareLock => "ROW SHARE",
            Self::RowExclusiveLock => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusiveLock => "SHARE UPDATE EXCLUSIVE",
            Self::ShareLock => "SHARE",
            Self::ShareRowExclusiveLock => "SHARE ROW EXCLUSIVE",
            Self::ExclusiveLock => "EXCLUSIVE",
            Self::AccessExclusiveLock => "ACCESS EXCLUSIVE",
        }
    }

    /// The mode with this name in `pg_locks.mode`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Whether two sessions cannot hold these modes on one table at once.
    pub fn conflicts_with(self, other: Self) -> bool {
        use LockMode::*;
        let (weak, strong) = (self.min(other), self.max(other));
        match strong {
            AccessShareLock | RowShareLock | RowExclusiveLock => false,
            ShareUpdateExclusiveLock => weak == ShareUpdateExclusiveLock,
            ShareLock => matches!(weak, RowExclusiveLock | ShareUpdateExclusiveLock),
            ShareRowExclusiveLock => weak >= RowExclusiveLock,
            ExclusiveLock => weak >= RowShareLock,
            AccessExclusiveLock => true,
        }
    }

    /// Whether a plain `SELECT` waits behind this mode.
    pub fn blocks_reads(self) -> bool {
        self.conflicts_with(Self::AccessShareLock)
    }

    /// Whether `INSERT`, `UPDATE` and `DELETE` wait behind this mode.
    pub fn blocks_writes(self) -> bool {
        self.conflicts_with(Self::RowExclusiveLock)
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The strongest mode a statement takes on one relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RelationLock {
    /// The relation, as it was named before the statement.
    pub relation: Name,
    /// The strongest mode taken on it.
    pub mode: LockMode,
}

#[cfg(test)]
mod tests {
    use super::LockMode::{self, *};

    /// The rows of the manual's table 13.2, as the modes each one conflicts with.
    #[test]
    fn conflicts_are_those_of_the_manual() {
        let table: [(LockMode, &[LockMode]); 8] = [
            (AccessShareLock, &[AccessExclusiveLock]),
            (RowShareLock, &[ExclusiveLock, AccessExclusiveLock]),
            (RowExclusiveLock, &[ShareLock, ShareRowExclusiveLock, ExclusiveLock, AccessExclusiveLock]),
            (
                ShareUpdateExclusiveLock,
                &[
                    ShareUpdateExclusiveLock,
                    ShareLock,
                    ShareRowExclusiveLock,
                    ExclusiveLock,
                    AccessExclusiveLock,
                ],
            ),
            (
                ShareLock,
                &[
                    RowExclusiveLock,
                    ShareUpdateExclusiveLock,
                    ShareRowExclusiveLock,
                    ExclusiveLock,
                    AccessExclusiveLock,
                ],
            ),
            (
                ShareRowExclusiveLock,
                &[
                    RowExclusiveLock,
                    ShareUpdateExclusiveLock,
                    ShareLock,
                    ShareRowExclusiveLock,
                    ExclusiveLock,
                    AccessExclusiveLock,
                ],
            ),
            (
                ExclusiveLock,
                &[
                    RowShareLock,
                    RowExclusiveLock,
                    ShareUpdateExclusiveLock,
                    ShareLock,
                    ShareRowExclusiveLock,
                    ExclusiveLock,
                    AccessExclusiveLock,
                ],
            ),
            (AccessExclusiveLock, &LockMode::ALL),
        ];
        for (mode, conflicting) in table {
            for other in LockMode::ALL {
                assert_eq!(mode.conflicts_with(other), conflicting.contains(&other), "{mode} and {other}");
            }
        }
    }
}
