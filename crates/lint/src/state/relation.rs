//! Relations and types as the state holds them.

use std::collections::BTreeSet;

use model::{Column, Constraint, Expr, ForeignKey, Ident, Name, ObjectRef, Policy, Table, Trigger};
use parse::{Expression, OnTableKind, Reference, RelationKind};

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
}

impl Default for Relation {
    fn default() -> Self {
        Self::new(RelationKind::Table)
    }
}

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

/// Changes that keep what belongs together together.
impl Relation {
    /// Whatever pointed at a relation points at its new name.
    pub(crate) fn repoint(&mut self, from: &Name, to: &Name) {
        for constraint in self.table.constraints.values_mut() {
            if let model::ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *from
            {
                key.references = to.clone();
            }
        }
        if let Some((parent, _)) = &mut self.table.partition_of
            && parent == from
        {
            *parent = to.clone();
        }
        for parent in self.table.inherits.iter_mut().filter(|parent| *parent == from) {
            *parent = to.clone();
        }
        if let Some((owner, _)) = &mut self.owner
            && owner == from
        {
            *owner = to.clone();
        }
        self.map_reads(|read| match read {
            ObjectRef::Table(name) if name == *from => ObjectRef::Table(to.clone()),
            ObjectRef::View(name) if name == *from => ObjectRef::View(to.clone()),
            ObjectRef::Column(name, column) if name == *from => ObjectRef::Column(to.clone(), column),
            other => other,
        });
    }

    fn map_reads(&mut self, change: impl Fn(ObjectRef) -> ObjectRef) {
        self.reads = std::mem::take(&mut self.reads).into_iter().map(change).collect();
    }

    /// A column has a new name, in constraints and indexes too.
    pub(crate) fn rename_column(&mut self, from: &Ident, to: &Ident) {
        let rename = |name: &mut Ident| {
            if name == from {
                *name = to.clone();
            }
        };
        self.table.columns.iter_mut().for_each(|column| rename(&mut column.name));
        for constraint in self.table.constraints.values_mut() {
            rename_in_constraint(&mut constraint.kind, from, to);
        }
        for index in self.table.indexes.values_mut() {
            for key in &mut index.keys {
                key.column.iter_mut().for_each(rename);
            }
            index.include.iter_mut().for_each(rename);
        }
        self.gone.insert(from.clone());
    }

    /// A column that this one's foreign keys reference has a new name.
    pub(crate) fn rename_referenced(&mut self, table: &Name, from: &Ident, to: &Ident) {
        for constraint in self.table.constraints.values_mut() {
            if let model::ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *table
            {
                key.referenced_columns
                    .iter_mut()
                    .filter(|name| *name == from)
                    .for_each(|name| *name = to.clone());
            }
        }
    }

    /// A column that this view reads has a new name.
    pub(crate) fn rename_read(&mut self, table: &Name, from: &Ident, to: &Ident) {
        self.map_reads(|read| match read {
            ObjectRef::Column(name, column) if name == *table && column == *from => {
                ObjectRef::Column(name, to.clone())
            }
            other => other,
        });
    }

    /// An index has a new name; so has the constraint it stands behind.
    pub(crate) fn rename_index(&mut self, from: &Ident, to: &Ident) {
        if let Some(index) = self.table.indexes.remove(from) {
            self.table.indexes.insert(to.clone(), model::Index { name: to.clone(), ..index });
        }
        self.rename_constraint(from, to);
    }

    /// A constraint has a new name.
    pub(crate) fn rename_constraint(&mut self, from: &Ident, to: &Ident) {
        if let Some(constraint) = self.table.constraints.remove(from) {
            self.table.constraints.insert(to.clone(), Constraint { name: to.clone(), ..constraint });
        }
    }

    /// A constraint is proved; `column` is the one a NOT NULL constraint is on.
    pub(crate) fn mark_valid(&mut self, name: &Ident, column: Option<&Ident>) {
        if let Some(constraint) = self.table.constraints.get_mut(name) {
            constraint.not_valid = false;
        }
        if let Some(column) = column {
            self.table.constraints.remove(name);
            self.table.columns.iter_mut().filter(|it| it.name == *column).for_each(|it| it.not_null = true);
        }
    }

    /// Takes a column away with the indexes and constraints on it; answers the names of indexes gone.
    pub(crate) fn take_column(&mut self, column: &Ident) -> BTreeSet<Ident> {
        self.table.columns.retain(|it| it.name != *column);
        self.gone.insert(column.clone());
        let mut gone = BTreeSet::new();
        self.table.indexes.retain(|name, index| {
            let stays = !uses_column(index, column);
            if !stays {
                gone.insert(name.clone());
            }
            stays
        });
        self.table.constraints.retain(|name, constraint| {
            let stays = !constrains(&constraint.kind, column);
            if !stays {
                gone.insert(name.clone());
            }
            stays
        });
        gone
    }

    /// Adds a trigger, policy or rule.
    pub(crate) fn store_on_table(&mut self, kind: OnTableKind, name: Ident, function: Option<&Reference>) {
        match kind {
            OnTableKind::Trigger => {
                let function = function.map(ToString::to_string).unwrap_or_default();
                let trigger = Trigger { definition: Expr::new(""), enabled: 'O', function, comment: None };
                self.table.triggers.insert(name, trigger);
            }
            OnTableKind::Policy => {
                let policy = Policy {
                    permissive: true,
                    command: "ALL".to_owned(),
                    roles: Vec::new(),
                    using: None,
                    check: None,
                    comment: None,
                };
                self.table.policies.insert(name, policy);
            }
            OnTableKind::Rule => drop(self.table.rules.insert(name, Expr::new(""))),
            OnTableKind::Statistics => {}
        }
    }

    /// Takes a trigger, policy or rule away.
    pub(crate) fn remove_on_table(&mut self, kind: OnTableKind, name: &Ident) {
        match kind {
            OnTableKind::Trigger => drop(self.table.triggers.remove(name)),
            OnTableKind::Policy => drop(self.table.policies.remove(name)),
            OnTableKind::Rule => drop(self.table.rules.remove(name)),
            OnTableKind::Statistics => {}
        }
    }

    /// Gives a trigger, policy or rule another name.
    pub(crate) fn rename_on_table(&mut self, kind: OnTableKind, from: &Ident, to: Ident) {
        match kind {
            OnTableKind::Trigger => {
                if let Some(trigger) = self.table.triggers.remove(from) {
                    self.table.triggers.insert(to, trigger);
                }
            }
            OnTableKind::Policy => {
                if let Some(policy) = self.table.policies.remove(from) {
                    self.table.policies.insert(to, policy);
                }
            }
            OnTableKind::Rule => {
                if let Some(rule) = self.table.rules.remove(from) {
                    self.table.rules.insert(to, rule);
                }
            }
            OnTableKind::Statistics => {}
        }
    }
}

/// Whether an index has a column as a key, beside a key, in an expression or in its WHERE.
pub(crate) fn uses_column(index: &model::Index, column: &Ident) -> bool {
    let named = index.keys.iter().any(|key| match &key.column {
        Some(name) => name == column,
        None => Expression::parse(&key.expression.0).columns.contains(column),
    });
    named
        || index.include.contains(column)
        || index.predicate.as_ref().is_some_and(|it| Expression::parse(&it.0).columns.contains(column))
}

/// Whether a constraint is on a column.
pub(crate) fn constrains(kind: &model::ConstraintKind, column: &Ident) -> bool {
    use model::ConstraintKind as Kind;
    match kind {
        Kind::PrimaryKey { columns, .. } | Kind::Unique { columns, .. } => columns.contains(column),
        Kind::ForeignKey(key) => key.columns.contains(column),
        Kind::NotNull { column: own } => own == column,
        Kind::Check { expression, .. } => Expression::parse(&expression.0).columns.contains(column),
        Kind::Exclusion { keys, .. } => keys.iter().any(|(key, _)| key.column.as_ref() == Some(column)),
    }
}

fn rename_in_constraint(kind: &mut model::ConstraintKind, from: &Ident, to: &Ident) {
    use model::ConstraintKind as Kind;
    let columns = match kind {
        Kind::PrimaryKey { columns, .. } | Kind::Unique { columns, .. } => columns.as_mut_slice(),
        Kind::ForeignKey(key) => key.columns.as_mut_slice(),
        Kind::NotNull { column } => std::slice::from_mut(column),
        Kind::Check { expression, .. } => {
            expression.0 = parse::rename_column(&expression.0, from, to);
            return;
        }
        Kind::Exclusion { .. } => return,
    };
    columns.iter_mut().filter(|name| *name == from).for_each(|name| *name = to.clone());
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
