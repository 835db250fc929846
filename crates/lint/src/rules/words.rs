//! Words that several rules say.

use model::{Category, Ident, Name, Sql, sql};
use parse::{Alter, AlterChange, Verb};

use crate::rule::{Edit, Seen};

pub(super) use crate::rule::{Check, Danger, Example, Hit, Rule, Unless, Whole};
pub(super) use crate::rules::Hits;

/// The clause of an `ALTER TABLE` on a table that others may be using.
pub(super) fn altered<'s>(seen: &'s Seen<'_>) -> Option<(&'s Alter, &'s Name)> {
    let Verb::Alter(it) = &seen.action.verb else { return None };
    Some((it, seen.altered.as_ref()?))
}

/// The same, where work on all rows may take long.
pub(super) fn altered_busy<'s>(seen: &'s Seen<'_>) -> Option<(&'s Alter, &'s Name)> {
    altered(seen).filter(|(_, name)| !seen.small.contains(*name))
}

/// The column added to a busy table.
pub(super) fn added<'s>(seen: &'s Seen<'_>) -> Option<(&'s parse::ColumnDefinition, &'s Name)> {
    let (it, name) = altered_busy(seen)?;
    match &it.change {
        AlterChange::AddColumn { column, .. } => Some((column, name)),
        _ => None,
    }
}

/// The columns that the action defines, in a new table or an old one.
pub(super) fn defined<'s>(seen: &'s Seen<'_>) -> Vec<&'s parse::ColumnDefinition> {
    match &seen.action.verb {
        Verb::CreateTable(it) => it.columns.iter().collect(),
        Verb::Alter(it) => match &it.change {
            AlterChange::AddColumn { column, .. } => vec![column],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether the action is the whole statement or a clause of it, and not inside a `DO` block.
pub(super) fn at_top(seen: &Seen<'_>) -> bool {
    !seen.statement.actions.iter().any(|action| action.verb == Verb::Do)
}

/// Whether a statement may be replaced by several: it is alone in its statement and in no transaction.
pub(super) fn may_split(seen: &Seen<'_>) -> bool {
    at_top(seen) && !seen.in_transaction() && seen.statement.actions.len() == 1
}

/// The whole statement in the place of which others are put.
pub(super) fn instead(seen: &Seen<'_>, statements: &[Sql]) -> Vec<Edit> {
    let text: Vec<&str> = statements.iter().map(Sql::as_str).collect();
    vec![Edit::replace(seen.statement.span, text.join(";\n"))]
}

/// `CONCURRENTLY` after a word of the statement.
pub(super) fn concurrently_after(seen: &Seen<'_>, word: &str) -> Vec<Edit> {
    let place = seen.after_word(word).filter(|_| at_top(seen) && !seen.in_transaction());
    place.map(|at| vec![Edit::insert(at, " CONCURRENTLY")]).unwrap_or_default()
}

/// What is said where a remedy cannot run inside a transaction.
pub(super) fn outside(seen: &Seen<'_>) -> &'static str {
    if seen.in_transaction() { " in a migration that runs outside a transaction" } else { "" }
}

/// The name of a constraint, chosen where there is none.
pub(super) fn constraint_name(given: Option<&Ident>, table: &Name, columns: &[&Ident], label: &str) -> Ident {
    given.cloned().unwrap_or_else(|| crate::state::chosen_name(&table.name, columns, label))
}

/// The steps that make a column NOT NULL without reading the table under a strong lock.
pub(super) fn not_null_steps(table: &Name, column: &Ident) -> Vec<Sql> {
    let check = crate::state::chosen_name(&table.name, &[column], "not_null");
    vec![
        sql!("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID", table, check, column),
        sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, check),
        sql!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", table, column),
        sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, check),
    ]
}

/// Statements one a line, for pasting.
pub(super) fn lines(statements: &[Sql]) -> String {
    statements.iter().map(|statement| format!("{statement};")).collect::<Vec<_>>().join("\n")
}

/// A rule that is not advice.
pub(super) const fn rule(name: &'static str, category: Category, check: Check) -> Rule {
    Rule {
        name,
        category,
        advice: false,
        title: "",
        why: "",
        instead: "",
        bad: &[],
        good: &[],
        danger: Danger::Unstated,
        check,
    }
}

/// A rule that is only advice.
pub(super) const fn advice(name: &'static str, check: Check) -> Rule {
    Rule { advice: true, danger: Danger::Exempt("it is advice"), ..rule(name, Category::Safe, check) }
}
