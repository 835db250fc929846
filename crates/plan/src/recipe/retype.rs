//! A column that changes its type in place goes with its default, in one transaction: between a default that goes
//! and one that comes an INSERT would find none. Labels of an enum that go become those that are told.

use model::{Action, Change, Column, Name, Sql, sql};

use super::{direct, second_column, together};
use crate::draft::Drafted;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let retyped = situation.changes.iter().find(|it| belongs(change, it))?;
    let is_ours = super::is_direct(retyped, situation) && together::draft(retyped, situation).is_none();
    let members: Vec<&Change> = situation
        .changes
        .iter()
        .filter(|it| belongs(it, retyped) && super::is_direct(it, situation))
        .collect();
    let mapping = mapping(retyped, situation);
    let is_alone = members.len() == 1 && matches!(retyped, Change::AlterColumnType { .. });
    if !is_ours || is_alone || !members.contains(&change) {
        return None;
    }
    if change != retyped {
        return Some(Drafted::new("changes in one transaction with the type of its column", Vec::new()));
    }
    let mut drafted = direct::draft(retyped, situation);
    for step in &mut drafted.drafts {
        let whole = together::in_one(&members, situation);
        (step.probe, step.verification, step.undo) = (whole.probe, whole.verification, whole.undo);
        let each = members.iter().flat_map(|member| sent(member, &mapping));
        step.action = Action::Transaction { sql: each.collect() };
        step.acts = whole.acts;
        step.table = largest(retyped, situation);
    }
    Some(drafted)
}

/// Whether the change is the one of a type, or gives or takes the default of a column that it is about.
fn belongs(change: &Change, retyped: &Change) -> bool {
    match (change, retyped) {
        (_, Change::AlterColumnType { .. } | Change::ReplaceEnum { .. }) if change == retyped => true,
        (Change::SetDefault { table, column, .. }, Change::AlterColumnType { table: of, to, .. }) => {
            table == of && *column == to.name
        }
        (Change::SetDefault { table, column, .. }, Change::ReplaceEnum { columns, .. }) => {
            columns.iter().any(|(of, it)| table == of && *column == it.name)
        }
        _ => false,
    }
}

/// The table whose rows take longest.
fn largest(retyped: &Change, situation: &Situation<'_>) -> Option<Name> {
    let Change::ReplaceEnum { columns, .. } = retyped else { return retyped.table() };
    let rows =
        |table: &Name| situation.table_statistics(table).map_or(f64::INFINITY, |it| it.rows_or_guess());
    let tables = columns.iter().map(|(table, _)| table);
    tables.max_by(|a, b| rows(a).total_cmp(&rows(b))).cloned()
}

/// Which labels take the place of those that go.
fn mapping(retyped: &Change, situation: &Situation<'_>) -> Vec<(String, String)> {
    match retyped {
        Change::ReplaceEnum { name, .. } => situation.told.mapped_labels(name),
        _ => Vec::new(),
    }
}

/// The change's statements; the labels that go are told into others where the columns move to the new type.
fn sent(change: &Change, mapping: &[(String, String)]) -> Vec<Sql> {
    let plain = change.sql();
    let Change::ReplaceEnum { columns, .. } = change else { return plain };
    let ([rename, create, ..], Some(drop), false) = (plain.as_slice(), plain.last(), mapping.is_empty())
    else {
        return plain;
    };
    let moves = columns.iter().map(|(table, column)| moved(table, column, mapping));
    [rename.clone(), create.clone()].into_iter().chain(moves).chain([drop.clone()]).collect()
}

/// Defaults are changes of their own, before and after.
fn moved(table: &Name, column: &Column, mapping: &[(String, String)]) -> Sql {
    let Column { name, type_name, .. } = column;
    let text = second_column::told_label(name, type_name, mapping);
    sql!("ALTER TABLE {} ALTER COLUMN {} TYPE {} USING {}::{}", table, name, type_name, text, type_name)
}
