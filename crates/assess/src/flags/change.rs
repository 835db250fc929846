//! Red flags of a change by what it is.

use model::{
    Change, Constraint, ConstraintKind, Index, Name, Object, RedFlag, TableStatistics, count_text, rows_text,
};

use crate::{Input, category};

pub(super) fn of(input: &Input<'_>, change: &Change) -> Option<RedFlag> {
    let object = change.object().to_string();
    let rows = change.table().and_then(|table| crate::has_rows(input, &table));
    let flag = |rule: &str, message: String, help: &str| {
        Some(RedFlag { rule: rule.to_owned(), object: object.clone(), message, help: help.to_owned() })
    };
    match change {
        Change::AddColumn { table, column }
            if column.not_null && !column.fills_itself() && rows != Some(false) =>
        {
            flag(
                "not-null-without-default",
                format!("{table} has rows, or may have: adding a NOT NULL column without a default fails"),
                "give the column a default, or let lockkeeper plan add it nullable, fill it and prove it",
            )
        }
        Change::AlterColumnType { from, to, using: Some(_), .. } => flag(
            "type-change-without-conversion",
            format!("PostgreSQL does not convert {} to {} by itself", from.type_name, to.type_name),
            "write how values convert (USING), and check that every value does",
        ),
        Change::AlterColumnType { from, to, .. } if category::narrows(&from.type_name, &to.type_name) => {
            flag(
                "narrowing",
                format!("values of {} may not fit {}", from.type_name, to.type_name),
                "count the values that do not fit first",
            )
        }
        Change::AlterForeignKey { table, to, .. } if rows != Some(false) => flag(
            "foreign-key-change",
            format!(
                "a foreign key of {table} changes: a push takes ACCESS EXCLUSIVE on it and on what it referred to, and reads every row{}",
                large(input, table, to)
            ),
            "lockkeeper plan proves the new key beside the old one",
        ),
        Change::AddConstraint { table, constraint } if !constraint.not_valid && rows != Some(false) => {
            let size = large(input, table, constraint);
            if size.is_empty() {
                return None;
            }
            flag(
                "foreign-key-on-large-table",
                format!("writes wait on both tables while every row is checked{size}"),
                "lockkeeper plan adds it NOT VALID and validates it beside the application",
            )
        }
        Change::DropConstraint { table, constraint } if rows != Some(false) => {
            let size = large(input, table, constraint);
            if size.is_empty() {
                return None;
            }
            flag(
                "foreign-key-on-large-table",
                format!("rows may refer to others that are gone from now on{size}"),
                "make sure that the application, or another key, keeps them true",
            )
        }
        Change::Drop { object: Object::Table { .. } } if rows != Some(false) => flag(
            "drop-table",
            "the table holds rows, or may".to_owned(),
            "lockkeeper plan puts it out of reach and keeps it until cleanup",
        ),
        Change::DropIndex { table, index } => {
            let scans = input.table_statistics(table)?.index_scans.get(&index.name).copied()?;
            if scans == 0 {
                return None;
            }
            flag(
                "used-index",
                used(input, table, index, scans),
                "find the queries first; without it they scan the table",
            )
        }
        _ => None,
    }
}

/// From here on a table counts as large.
const ROWS_LARGE: f64 = 1e6;

/// The sizes of the tables of a foreign key, where one of them is large; empty for everything else.
fn large(input: &Input<'_>, table: &Name, constraint: &Constraint) -> String {
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { return String::new() };
    let rows = |name: &Name| input.table_statistics(name).map_or(0.0, TableStatistics::rows_or_guess);
    let sizes = [table, &key.references].map(|name| (name, rows(name)));
    if sizes.iter().all(|(_, rows)| *rows < ROWS_LARGE) {
        return String::new();
    }
    let words = sizes.map(|(name, rows)| format!("{name} {}", rows_text(rows)));
    format!(" ({} rows)", words.join(", "))
}

/// How much queries use an index, by the statistics views and by statement statistics where there are some.
fn used(input: &Input<'_>, table: &Name, index: &Index, scans: u64) -> String {
    let live = input.live;
    let since = live.and_then(|live| live.since.as_deref()).unwrap_or("its statistics began");
    let mut text = format!("queries used the index {} times since {since}", count_text(scans));
    let readers = live.and_then(|live| live.index_readers.get(&table.sibling(&index.name)));
    if let Some(readers) = readers.filter(|readers| readers.statements > 0) {
        text.push_str(&format!(
            "; statements in pg_stat_statements that name the table and its first column: {}, calls: {}",
            count_text(readers.statements),
            count_text(readers.calls)
        ));
    }
    text
}
