//! The parts relations play in a statement, so that one fact holds for all tables.

use std::collections::BTreeMap;
use std::fmt;

use model::Name;
use serde::{Deserialize, Serialize};

/// The part a relation plays in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The relation the statement names: the table of an `ALTER TABLE` or `CREATE INDEX`, the parent of
    /// an `ATTACH PARTITION`, the view, materialized view or sequence of statements on those.
    Table,
    /// Partitions and inheriting tables of [`Role::Table`], all generations, those aside that play a
    /// part of their own.
    Child,
    /// The parent of [`Role::Table`], where that is a partition or inherits, or is about to.
    Parent,
    /// The table that an `ATTACH` or `DETACH` takes in or lets go.
    Partition,
    /// The DEFAULT partition of the table that a partition is created in, attached to or detached from.
    DefaultPartition,
    /// The table that a foreign key of [`Role::Table`] references.
    Referenced,
    /// A table with a foreign key that references [`Role::Table`].
    Referencing,
    /// A table or view whose rows the statement reads: the query of a view, of `INSERT … SELECT`, of
    /// `MERGE … USING`; the table of a `LIKE`.
    Source,
    /// A view or materialized view that reads [`Role::Table`].
    View,
    /// A table with a column of the type, domain, sequence or function that the statement names.
    User,
    /// The index that the statement names.
    Index,
    /// Each index of [`Role::Table`] and of its children, where its lock is stronger than its table's.
    Indexes,
    /// A sequence that a column of [`Role::Table`] owns.
    Sequence,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 13] = [
        Self::Table,
        Self::Child,
        Self::Parent,
        Self::Partition,
        Self::DefaultPartition,
        Self::Referenced,
        Self::Referencing,
        Self::Source,
        Self::View,
        Self::User,
        Self::Index,
        Self::Indexes,
        Self::Sequence,
    ];
}

/// What kind of table plays [`Role::Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A table of its own. Statements without a table are measured as if on one.
    #[default]
    Plain,
    /// A partitioned table.
    Partitioned,
    /// A table that others inherit from.
    Inherited,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Partitioned, Self::Inherited];

    /// The word for it in the data files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Partitioned => "partitioned",
            Self::Inherited => "inherited",
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who plays which part in one statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles {
    names: BTreeMap<Role, Vec<Name>>,
    indexes: BTreeMap<Name, IndexCounts>,
}

/// How many indexes a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IndexCounts {
    /// All of them.
    pub all: u32,
    /// Those with the statement's column as a key, in an expression or in their WHERE.
    pub of_column: u32,
}

impl Roles {
    /// A statement on one table, or other relation, alone.
    pub fn of(table: Name) -> Self {
        Self::default().with(Role::Table, table)
    }

    /// One more relation in a role.
    #[must_use]
    pub fn with(mut self, role: Role, name: Name) -> Self {
        self.names.entry(role).or_default().push(name);
        self
    }

    /// Several more relations in a role.
    #[must_use]
    pub fn with_all(mut self, role: Role, names: impl IntoIterator<Item = Name>) -> Self {
        self.names.entry(role).or_default().extend(names);
        self
    }

    /// How many indexes a table has, in whatever role; none unless told.
    #[must_use]
    pub fn indexed(mut self, table: Name, counts: IndexCounts) -> Self {
        self.indexes.insert(table, counts);
        self
    }

    /// The relations in a role.
    pub fn named(&self, role: Role) -> &[Name] {
        self.names.get(&role).map_or(&[], Vec::as_slice)
    }

    /// How many indexes a table has.
    pub fn index_counts(&self, table: &Name) -> IndexCounts {
        self.indexes.get(table).copied().unwrap_or_default()
    }
}
