//! What there is to ask before each change.

mod bound;
mod constraint;
mod conversion;
mod domain;
mod exclusion;
mod loss;
mod partition;

use assess::Outcome;
use model::{Change, Column, ConstraintKind, Literal, Name, Object, Schema, Sql, TypeName, sql};

use crate::relation::Types;

/// What the questions are about.
pub(crate) struct Scene<'a> {
    /// The schema as it is.
    pub(crate) from: &'a Schema,
    /// The schema as it is wanted.
    pub(crate) to: &'a Schema,
    /// The changes between them.
    pub(crate) changes: &'a [Change],
    /// The server's major version.
    pub(crate) major: u32,
}

/// One thing to find out.
#[derive(Debug)]
pub(crate) struct Question {
    /// The place of its change.
    pub(crate) change: usize,
    /// The rule.
    pub(crate) rule: &'static str,
    /// The object of the change.
    pub(crate) object: String,
    /// What becomes of the rows.
    pub(crate) outcome: Outcome,
    /// Whose rows they are, where it is not the object's.
    pub(crate) of: Option<String>,
    /// What many such rows do, its verb first.
    pub(crate) what: String,
    /// How to find them.
    pub(crate) search: Search,
}

/// How rows are found.
#[derive(Debug)]
pub(crate) enum Search {
    /// Rows of `relation` for which `filter` is true.
    Filter {
        /// After `FROM`.
        relation: Sql,
        /// After `WHERE`; none for every row.
        filter: Option<Sql>,
    },
    /// Rows that share their `keys` with another row.
    Groups {
        /// After `FROM`.
        relation: Sql,
        /// After `WHERE`.
        filter: Option<Sql>,
        /// After `GROUP BY`.
        keys: Sql,
    },
    /// Values that a conversion refuses or changes.
    Conversion(Box<conversion::Conversion>),
    /// Nothing that a query could tell, and why.
    None(String),
}

pub(crate) use conversion::{Back, Conversion};

/// Everything to ask, in the order of the changes.
pub(crate) fn questions(scene: &Scene<'_>) -> Vec<Question> {
    let each = scene.changes.iter().enumerate();
    each.flat_map(|(at, change)| of(scene, change).into_iter().map(move |draft| draft.question(at, change)))
        .collect()
}

/// A question that does not know its change yet.
struct Draft {
    rule: &'static str,
    outcome: Outcome,
    of: Option<String>,
    what: String,
    search: Search,
}

impl Draft {
    /// The same of rows of something else than the object.
    fn of(self, whose: impl ToString) -> Self {
        Self { of: Some(whose.to_string()), ..self }
    }

    fn question(self, at: usize, change: &Change) -> Question {
        Question {
            change: at,
            rule: self.rule,
            object: change.object().to_string(),
            outcome: self.outcome,
            of: self.of,
            what: self.what,
            search: self.search,
        }
    }
}

fn of(scene: &Scene<'_>, change: &Change) -> Vec<Draft> {
    match change {
        Change::SetNotNull { table, column, not_null: true } => {
            constraint::not_null(scene, table, column).into_iter().collect()
        }
        Change::AddColumn { table, column } => without_value(scene, table, column).into_iter().collect(),
        Change::AddConstraint { table, constraint } if !constraint.not_valid && !constraint.not_enforced => {
            constraint::added(scene, table, constraint)
        }
        Change::ValidateConstraint { table, constraint } => constraint::added(scene, table, constraint),
        Change::AlterForeignKey { table, from, to } if is_another_demand(&from.kind, &to.kind) => {
            constraint::added(scene, table, to)
        }
        Change::CreateIndex { table, index } if index.unique => {
            constraint::unique_index(scene, table, index).into_iter().collect()
        }
        Change::AlterColumnType { table, from, to, using } => {
            conversion::of(scene, table, from, to, using.as_ref())
        }
        Change::ReplaceEnum { from, to, columns, .. } => conversion::labels(scene, from, to, columns),
        Change::DropColumn { .. } | Change::Drop { .. } => loss::of(scene, change).into_iter().collect(),
        Change::Replace {
            from: Object::Domain { domain: from, .. },
            to: Object::Domain { name, domain },
        } => domain::altered(scene, name, from, domain),
        Change::SetPartition { .. } | Change::Create { .. } => partition::of(scene, change),
        _ => Vec::new(),
    }
}

/// Rows that would have no value in a column that demands one, by itself or by its domain.
fn without_value(scene: &Scene<'_>, table: &Name, column: &Column) -> Option<Draft> {
    let domain = domain::of(scene.to, &column.type_name).map(|(_, domain)| domain);
    let demands = column.not_null || domain.is_some_and(|domain| domain.not_null);
    if !demands || column.fills_itself() || domain.is_some_and(|domain| domain.default.is_some()) {
        return None;
    }
    let relation = scene.relation(table, Types::Now, |_| false)?.plain();
    Some(Draft {
        rule: "not-null-without-default",
        outcome: Outcome::Fails,
        of: None,
        what: "would have no value for it".to_owned(),
        search: Search::Filter { relation, filter: None },
    })
}

/// Whether a foreign key asks something else of its rows than before, and not only acts otherwise.
fn is_another_demand(from: &ConstraintKind, to: &ConstraintKind) -> bool {
    let (ConstraintKind::ForeignKey(from), ConstraintKind::ForeignKey(to)) = (from, to) else { return true };
    (&from.columns, &from.references, &from.referenced_columns, from.match_full)
        != (&to.columns, &to.references, &to.referenced_columns, to.match_full)
}

/// Texts as an array of SQL.
fn text_array<'a>(texts: impl IntoIterator<Item = &'a String>) -> Sql {
    sql!("ARRAY[{}]::text[]", Sql::join(texts.into_iter().map(|text| Literal::new(text.as_str())), ", "))
}

/// Whether it is an array of something.
fn is_array(type_name: &TypeName) -> bool {
    type_name.0.ends_with("[]")
}
