//! Red flags of `ON DELETE CASCADE`: how many rows one deletion can reach.

use std::collections::BTreeSet;

use model::{
    Change, Constraint, ConstraintKind, ForeignKeyAction, Name, RedFlag, TableStatistics, rows_text,
};

use crate::{Input, has_rows};

/// A foreign key that begins to cascade, with what hangs below it.
pub(super) fn of(input: &Input<'_>, change: &Change) -> Option<RedFlag> {
    let (table, before, after) = match change {
        Change::AddConstraint { table, constraint } => (table, None, constraint),
        Change::AlterForeignKey { table, from, to } => (table, Some(from), to),
        _ => return None,
    };
    let parent = cascades(after)?;
    if before.and_then(cascades).is_some() || has_rows(input, table) == Some(false) {
        return None;
    }
    let reached = reached(input, table);
    let rows = |name: &Name| input.table_statistics(name).map(TableStatistics::rows_or_guess);
    let words = reached.iter().map(|name| match rows(name) {
        Some(rows) => format!("{name} ({} rows)", rows_text(rows)),
        None => format!("{name} (rows unknown)"),
    });
    let words = words.collect::<Vec<_>>().join(", then ");
    let all: Option<f64> = reached.iter().map(rows).sum();
    let stake =
        all.map_or_else(|| "an unknown number of rows".to_owned(), |all| format!("{} rows", rows_text(all)));
    Some(RedFlag {
        rule: "cascade".to_owned(),
        object: change.object().to_string(),
        message: format!("deleting rows of {parent} deletes those of {words} with them: {stake} at stake"),
        help: "say ON DELETE RESTRICT unless nobody may ever need the rows; index the referencing columns"
            .to_owned(),
    })
}

/// The table whose deletions a constraint passes on.
fn cascades(constraint: &Constraint) -> Option<&Name> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) if key.on_delete == ForeignKeyAction::Cascade => {
            Some(&key.references)
        }
        _ => None,
    }
}

/// The constraints that are there, and those that the same push brings, each with its table.
fn keys<'a>(input: &'a Input<'_>) -> impl Iterator<Item = (&'a Name, &'a Constraint)> {
    let there = input.from.tables.iter();
    let there = there.flat_map(|(name, table)| table.constraints.values().map(move |key| (name, key)));
    let comes = input.changes.iter().filter_map(|judged| match &judged.change {
        Change::AddConstraint { table, constraint } => Some((table, constraint)),
        Change::AlterForeignKey { table, to, .. } => Some((table, to)),
        _ => None,
    });
    there.chain(comes)
}

/// A table and all that go with its rows, nearest first.
fn reached(input: &Input<'_>, table: &Name) -> Vec<Name> {
    let mut reached = vec![table.clone()];
    let mut known = BTreeSet::from([table.clone()]);
    let mut next = 0;
    while let Some(parent) = reached.get(next).cloned() {
        next += 1;
        for (child, _) in keys(input).filter(|(_, key)| cascades(key) == Some(&parent)) {
            if known.insert(child.clone()) {
                reached.push(child.clone());
            }
        }
    }
    reached
}
