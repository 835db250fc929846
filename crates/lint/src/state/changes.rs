//! Changes of a relation that keep together what belongs together.

use std::collections::BTreeSet;

use model::{Constraint, Ident, Name, ObjectRef};
use parse::Expression;

use super::relation::Relation;

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
        let (old, new) = (["'", &from.to_string(), "'"].concat(), ["'", &to.to_string(), "'"].concat());
        for default in self.table.columns.iter_mut().filter_map(|column| column.default.as_mut()) {
            if default.0.contains("nextval(") {
                default.0 = default.0.replace(&old, &new);
            }
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
