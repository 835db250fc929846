//! Maintenance of relations.

use model::{Ident, Operation};

use crate::names::Reference;

/// `VACUUM`, `ANALYZE`, `CLUSTER`, `REINDEX`, `REFRESH MATERIALIZED VIEW`, `REPACK`.
#[derive(Debug, Clone, PartialEq)]
pub struct Maintain {
    /// The index that `CLUSTER` names.
    pub index: Option<Ident>,
    /// Which.
    pub task: Task,
    /// What it works on.
    pub target: MaintainTarget,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
}

/// A maintenance task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// `VACUUM`
    Vacuum {
        /// `ANALYZE`.
        analyze: bool,
    },
    /// `VACUUM FULL`
    VacuumFull,
    /// `ANALYZE`
    Analyze,
    /// `CLUSTER`
    Cluster,
    /// `REPACK` (19)
    Repack,
    /// `REINDEX`
    Reindex,
    /// `REFRESH MATERIALIZED VIEW`
    Refresh {
        /// `WITH DATA`, or nothing said.
        with_data: bool,
    },
}

impl Task {
    /// The operation.
    pub const fn operation(self) -> Operation {
        match self {
            Self::Vacuum { .. } | Self::VacuumFull => Operation::Vacuum,
            Self::Analyze => Operation::Analyze,
            Self::Cluster | Self::Repack => Operation::Cluster,
            Self::Reindex => Operation::Reindex,
            Self::Refresh { .. } => Operation::RefreshMaterializedView,
        }
    }
}

/// What a maintenance task works on.
#[derive(Debug, Clone, PartialEq)]
pub enum MaintainTarget {
    /// These tables or materialized views.
    Relations(Vec<Reference>),
    /// One index.
    Index(Reference),
    /// All tables of a namespace.
    Schema(Ident),
    /// The whole database.
    Database,
}
