//! Relations and types as the state holds them.

use std::collections::BTreeSet;

use model::{Column, Constraint, ForeignKey, Ident, Name, ObjectRef, Table};
use parse::{Expression, RelationKind};

impl Relation {
    /// A relation of which nothing else is known.
    pub(crate) fn new(kind: RelationKind) -> Self {
        Self {
            kind,
            whole: false,
            lists_columns: true,
            fresh: false,
            empty: false,
            table: Table::default(),
            reads: BTreeSet::new(),
            owner: None,
            gone: BTreeSet::new(),
            validated: BTreeSet::new(),
            populated: true,
            bound_kept: None,
        }
    }

    /// One made by a statement of this run.
    pub(crate) fn made(kind: RelationKind) -> Self {
        Self { whole: true, fresh: true, empty: true, ..Self::new(kind) }
    }

    /// Whether it stores rows of its own, or its partitions do.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.kind, RelationKind::Table | RelationKind::ForeignTable)
    }

    /// Whether it is a partitioned table.
    pub(crate) fn is_partitioned(&self) -> bool {
        self.table.partition_by.is_some()
    }

    /// What it points at.
    pub(crate) fn links(&self) -> Vec<(Link, Name)> {
        let table = &self.table;
        let mut links: Vec<(Link, Name)> =
            table.foreign_keys().map(|(_, key)| (Link::References, key.references.clone())).collect();
        let parents = table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits);
        links.extend(parents.map(|parent| (Link::Child, parent.clone())));
        links.extend(
            table.columns.iter().filter_map(|column| Some((Link::Uses, named_type(&column.type_name.0)?))),
        );
        let defaults = table.columns.iter().filter_map(|column| column.default.as_ref());
        links.extend(defaults.filter_map(|default| {
            let sequence = super::readers::sequence_in(&default.0)?;
            // A default keeps the namespace of its sequence.
            Some((Link::Draws, Name { schema: sequence.schema?, name: sequence.name }))
        }));
        links.extend(self.owner.iter().map(|(owner, _)| (Link::Belongs, owner.clone())));
        links.extend(self.reads.iter().filter_map(|read| match read {
            ObjectRef::Table(name) | ObjectRef::View(name) | ObjectRef::Column(name, _) => {
                Some((Link::Reads, name.clone()))
            }
            _ => None,
        }));
        links
    }

    /// What is known of a column.
    pub(crate) fn column(&self, name: &Ident) -> Known<&Column> {
        match self.table.column(name) {
            Some(column) => Known::Yes(column),
            None if (self.whole && self.lists_columns) || self.gone.contains(name) => Known::No,
            None => Known::Unknown,
        }
    }

    /// What is known of a constraint.
    pub(crate) fn constraint(&self, name: &Ident) -> Known<&Constraint> {
        match self.table.constraints.get(name) {
            Some(constraint) => Known::Yes(constraint),
            None if self.whole => Known::No,
            None => Known::Unknown,
        }
    }

    /// Whether a validated CHECK proves that a column holds no null.
    pub(crate) fn proves_not_null(&self, column: &Ident) -> bool {
        self.table.constraints.values().any(|constraint| match &constraint.kind {
            model::ConstraintKind::Check { expression, .. } => {
                !constraint.not_valid
                    && !constraint.not_enforced
                    && expression.0.to_ascii_lowercase().contains("null")
                    && Expression::parse(&expression.0).not_null_columns.contains(column)
            }
            _ => false,
        })
    }

    /// The foreign keys that a column is part of.
    pub(crate) fn keys_of(&self, column: &Ident) -> impl Iterator<Item = &ForeignKey> {
        self.table.foreign_keys().map(|(_, key)| key).filter(|key| key.columns.contains(column))
    }

    /// The key columns of every index, those behind constraints included.
    pub(crate) fn index_keys(&self) -> impl Iterator<Item = Vec<&Ident>> {
        let plain = self.table.indexes.values().filter(|index| !index.invalid && index.predicate.is_none());
        let plain = plain.map(|index| index.keys.iter().map_while(|key| key.column.as_ref()).collect());
        let behind = self.table.constraints.values().filter(|it| it.has_index());
        plain.chain(behind.map(|constraint| constraint.columns().iter().collect()))
    }
}

/// How one object points at another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Link {
    /// By a foreign key.
    References,
    /// As a partition or heir.
    Child,
    /// A view reads it.
    Reads,
    /// A column is of the type.
    Uses,
    /// A sequence or index belongs to it.
    Belongs,
    /// A default takes its values from the sequence.
    Draws,
}

/// A relation as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// What it is.
    pub(crate) kind: RelationKind,
    /// Whether its columns, constraints and indexes are all known.
    pub(crate) whole: bool,
    /// Whether all of its columns are among those listed, where it is known whole.
    pub(crate) lists_columns: bool,
    /// Whether it was made in this run, so that nobody else uses it yet.
    pub(crate) fresh: bool,
    /// Whether it cannot hold a row: made in this run, and nothing was put in.
    pub(crate) empty: bool,
    /// Columns, constraints, indexes, triggers of a table; the indexes of a materialized view.
    pub(crate) table: Table,
    /// What a view reads.
    pub(crate) reads: BTreeSet<ObjectRef>,
    /// The table of an index, the table and column that own a sequence.
    pub(crate) owner: Option<(Name, Option<Ident>)>,
    /// Columns that this run took away from a table that is not known whole.
    pub(crate) gone: BTreeSet<Ident>,
    /// Constraints of a table that is not known whole, of which nothing is known but that they are valid.
    pub(crate) validated: BTreeSet<Ident>,
    /// Whether a materialized view was filled.
    pub(crate) populated: bool,
    /// The bound it had as a partition, where a `DETACH … CONCURRENTLY` left a CHECK that says the same.
    pub(crate) bound_kept: Option<String>,
}

impl Default for Relation {
    fn default() -> Self {
        Self::new(RelationKind::Table)
    }
}

/// What is known of something that may not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known<T> {
    /// It exists.
    Yes(T),
    /// It does not.
    No,
    /// Nobody said.
    Unknown,
}

/// The user's type behind a type's text, without modifiers and array brackets.
pub(crate) fn named_type(text: &str) -> Option<Name> {
    let base = text.strip_suffix("[]").unwrap_or(text);
    let base = base.split_once('(').map_or(base, |(base, _)| base);
    if base.contains('.') { base.parse().ok() } else { None }
}

/// A type of the user's.
#[derive(Debug, Clone)]
pub(crate) struct TypeState {
    /// What it is.
    pub(crate) kind: TypeKind,
    /// Whether it was made in this run.
    pub(crate) fresh: bool,
}

/// What a type is.
#[derive(Debug, Clone)]
pub(crate) enum TypeKind {
    /// An enumerated type.
    Enum {
        /// Its labels in order.
        labels: Vec<String>,
        /// Labels added in the transaction that is open: they cannot be used before it ends.
        uncommitted: BTreeSet<String>,
    },
    /// A domain.
    Domain {
        /// The type underneath.
        base: String,
        /// Its constraints by name, with whether they are validated; NOT NULL aside.
        checks: Vec<(Ident, bool)>,
        /// `NOT NULL`.
        not_null: bool,
    },
    /// Composite, range, base.
    Other,
}
