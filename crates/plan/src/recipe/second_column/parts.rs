//! What stands on the twins: constraints and indexes as they are, and as they are wanted, under the names that
//! their columns have at each time.

use std::collections::BTreeSet;

use model::{COMING_PREFIX, Constraint, ConstraintKind, Ident, Index, IndexKey, Name, Schema};

use super::BACK_PREFIX;
use super::twin::{Twin, constraint_stands_on, index_stands_on};

/// Whatever of one schema stands on the twins, with the tables it belongs to.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Primary keys and unique constraints.
    pub(super) keys: Vec<(Name, Constraint)>,
    /// CHECK constraints.
    pub(super) checks: Vec<(Name, Constraint)>,
    /// Foreign keys from and to the twins.
    pub(super) foreign: Vec<(Name, Constraint)>,
    /// Indexes behind no constraint.
    pub(super) indexes: Vec<(Name, Index)>,
}

/// A table and the name of a constraint or an index on it.
type Named = (Name, Ident);

impl Parts {
    /// Finds them in both schemas. What only has the name of one in the other schema is among them: the one goes
    /// and the other comes when the columns change places.
    pub(super) fn of_both(schemas: [&Schema; 2], twins: &[Twin<'_>]) -> [Self; 2] {
        let names: BTreeSet<Named> =
            schemas.iter().flat_map(|schema| Self::of(schema, twins, &BTreeSet::new()).names()).collect();
        schemas.map(|schema| Self::of(schema, twins, &names))
    }

    fn of(schema: &Schema, twins: &[Twin<'_>], also: &BTreeSet<Named>) -> Self {
        let mut parts = Self::default();
        for (name, table) in &schema.tables {
            let of_it = |column: &Ident| find(twins, name, column).is_some();
            let own: Vec<&Twin<'_>> = twins.iter().filter(|twin| twin.table == name).collect();
            let is_named = |part: &Ident| also.contains(&(name.clone(), part.clone()));
            for constraint in table.constraints.values() {
                let stands = own.iter().any(|twin| constraint_stands_on(constraint, twin.name()))
                    || is_named(&constraint.name);
                match &constraint.kind {
                    ConstraintKind::ForeignKey(key) => {
                        let points = |column| find(twins, &key.references, column).is_some();
                        if stands
                            || key.columns.iter().any(of_it)
                            || key.referenced_columns.iter().any(points)
                        {
                            parts.foreign.push((name.clone(), constraint.clone()));
                        }
                    }
                    ConstraintKind::Check { .. } if stands => {
                        parts.checks.push((name.clone(), constraint.clone()));
                    }
                    _ if stands => parts.keys.push((name.clone(), constraint.clone())),
                    _ => {}
                }
            }
            let stands = |index: &&Index| {
                own.iter().any(|twin| index_stands_on(index, twin.name())) || is_named(&index.name)
            };
            let indexes = table.indexes.values().filter(stands);
            parts.indexes.extend(indexes.map(|index| (name.clone(), index.clone())));
        }
        parts
    }

    fn names(self) -> impl Iterator<Item = Named> {
        let constraints = self.keys.into_iter().chain(self.checks).chain(self.foreign);
        let constraints = constraints.map(|(table, constraint)| (table, constraint.name));
        constraints.chain(self.indexes.into_iter().map(|(table, index)| (table, index.name)))
    }

    /// Whether a constraint of this table and name is among them.
    pub(super) fn has_constraint(&self, table: &Name, name: &Ident) -> bool {
        let all = self.keys.iter().chain(&self.checks).chain(&self.foreign);
        all.into_iter().any(|(on, constraint)| on == table && constraint.name == *name)
    }

    /// Whether an index of this table and name is among them.
    pub(super) fn has_index(&self, table: &Name, name: &Ident) -> bool {
        self.indexes.iter().any(|(on, index)| on == table && index.name == *name)
    }
}

fn find<'t, 'a>(twins: &'t [Twin<'a>], table: &Name, column: &Ident) -> Option<&'t Twin<'a>> {
    twins.iter().find(|twin| twin.table == table && twin.name() == column)
}

/// Which of the two columns something stands on while both are there, and so which names it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The second column, before it takes over.
    Coming,
    /// The first column, after that: for the way back.
    Back,
}

impl Side {
    /// How the names begin of what is made on it.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Coming => COMING_PREFIX,
            Self::Back => BACK_PREFIX,
        }
    }

    /// The name that the twin's column has on it.
    fn column<'t>(self, twin: &'t Twin<'_>) -> &'t Ident {
        match self {
            Self::Coming => &twin.coming,
            Self::Back => &twin.kept,
        }
    }

    /// An expression over the twin, with the names of this side.
    fn expression(self, text: &str, twin: &Twin<'_>) -> String {
        let named = diff::rename_in_expression(text, twin.name(), self.column(twin));
        twin.labels.as_ref().map_or(named.clone(), |labels| labels.cast_on(&named, self))
    }
}

/// The name with a prefix, cut to what PostgreSQL keeps.
pub(super) fn prefixed(prefix: &str, name: &Ident) -> Ident {
    Ident::new(format!("{prefix}{}", name.as_str())).truncated()
}

/// A constraint with its columns, and itself, under other names.
pub(super) fn constraint(
    (table, constraint): &(Name, Constraint),
    twins: &[Twin<'_>],
    side: Side,
) -> Constraint {
    let mut out = constraint.clone();
    out.name = prefixed(side.prefix(), &constraint.name);
    out.comment = None;
    let rename = |on: &Name, column: &mut Ident| {
        if let Some(twin) = find(twins, on, column) {
            *column = side.column(twin).clone();
        }
    };
    match &mut out.kind {
        ConstraintKind::PrimaryKey { columns, include, .. }
        | ConstraintKind::Unique { columns, include, .. } => {
            columns.iter_mut().chain(include).for_each(|column| rename(table, column));
        }
        ConstraintKind::ForeignKey(key) => {
            key.columns.iter_mut().for_each(|column| rename(table, column));
            let references = key.references.clone();
            key.referenced_columns.iter_mut().for_each(|column| rename(&references, column));
        }
        ConstraintKind::Check { expression, .. } => {
            for twin in twins.iter().filter(|twin| twin.table == table) {
                expression.0 = side.expression(&expression.0, twin);
            }
        }
        ConstraintKind::Exclusion { .. } | ConstraintKind::NotNull { .. } => {}
    }
    out
}

/// An index with its columns, and itself, under other names.
pub(super) fn index((table, index): &(Name, Index), twins: &[Twin<'_>], side: Side) -> Index {
    let mut out = Index { name: prefixed(side.prefix(), &index.name), comment: None, ..index.clone() };
    for twin in twins.iter().filter(|twin| twin.table == table) {
        let (old, new) = (twin.name(), side.column(twin).clone());
        for key in &mut out.keys {
            *key = if key.column.as_ref() == Some(old) {
                IndexKey {
                    expression: model::Expr::new(new.to_string()),
                    column: Some(new.clone()),
                    ..key.clone()
                }
            } else if key.column.is_none() {
                let expression = side.expression(&key.expression.0, twin);
                IndexKey { expression: model::Expr::new(expression), ..key.clone() }
            } else {
                key.clone()
            };
        }
        out.include.iter_mut().filter(|column| *column == old).for_each(|column| *column = new.clone());
        if let Some(predicate) = &mut out.predicate {
            predicate.0 = side.expression(&predicate.0, twin);
        }
    }
    out
}
