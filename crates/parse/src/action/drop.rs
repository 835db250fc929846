//! Objects as statements drop them.

use model::Operation;

use crate::names::Reference;

/// `DROP …` of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Drop {
    /// What is dropped.
    pub kind: DropKind,
    /// Its name.
    pub name: Reference,
    /// The table of a trigger, rule or policy.
    pub table: Option<Reference>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// How many objects the statement drops.
    pub of: usize,
}

/// What a `DROP` is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropKind {
    /// A table.
    Table,
    /// A foreign table.
    ForeignTable,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A type other than a domain.
    Type,
    /// A domain.
    Domain,
    /// A function, procedure or aggregate.
    Routine,
    /// A trigger.
    Trigger,
    /// A rule.
    Rule,
    /// A policy.
    Policy,
    /// Extended statistics.
    Statistics,
    /// A namespace.
    Schema,
    /// An extension.
    Extension,
    /// A collation.
    Collation,
    /// A publication.
    Publication,
}

impl DropKind {
    /// The operation.
    pub const fn operation(self) -> Operation {
        match self {
            Self::Table | Self::ForeignTable => Operation::DropTable,
            Self::View => Operation::DropView,
            Self::MaterializedView => Operation::DropMaterializedView,
            Self::Index => Operation::DropIndex,
            Self::Sequence => Operation::DropSequence,
            Self::Type => Operation::DropType,
            Self::Domain => Operation::DropDomain,
            Self::Routine => Operation::DropFunction,
            Self::Trigger => Operation::DropTrigger,
            Self::Rule => Operation::DropRule,
            Self::Policy => Operation::DropPolicy,
            Self::Statistics => Operation::DropStatistics,
            Self::Schema => Operation::DropSchema,
            Self::Extension => Operation::DropExtension,
            Self::Collation => Operation::DropCollation,
            Self::Publication => Operation::Other,
        }
    }
}
