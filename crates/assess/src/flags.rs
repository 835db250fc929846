//! Red flags: reasons to stop before pushing.

use model::{Change, Object, RedFlag, count_text};

use crate::{Input, Precondition, category};

/// A place in code that uses an object that goes or is renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeUse {
    /// The file, relative to the project.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The line's text, shortened.
    pub text: String,
}

pub(crate) fn red_flags(input: &Input<'_>) -> Vec<RedFlag> {
    let mut flags = Vec::new();
    for (at, judged) in input.changes.iter().enumerate() {
        let violated: Vec<RedFlag> =
            input.asked(at).filter(|asked| asked.is_violated() != Some(false)).map(violation).collect();
        let counted = input.asked(at).next().is_some() && input.asked(at).all(|a| a.is_violated().is_some());
        flags.extend(violated);
        // What was counted on the data is not said again as a possibility.
        flags.extend(of_change(input, &judged.change).filter(|flag| !(counted && is_about_data(flag))));
        flags.extend(still_used(input, &judged.change));
    }
    flags
}

/// Flags that say of data what counting says better.
fn is_about_data(flag: &RedFlag) -> bool {
    let rules = ["not-null-without-default", "type-change-without-conversion", "narrowing", "drop-table"];
    rules.contains(&flag.rule.as_str())
}

fn violation(asked: &Precondition) -> RedFlag {
    RedFlag {
        rule: asked.rule.to_owned(),
        object: asked.object.clone(),
        message: asked.sentence(),
        help: asked.help(),
    }
}

fn of_change(input: &Input<'_>, change: &Change) -> Option<RedFlag> {
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
        Change::AlterForeignKey { table, .. } if rows != Some(false) => flag(
            "foreign-key-change",
            format!(
                "a foreign key of {table} changes: a push leaves a moment without it, or blocks writes while it scans"
            ),
            "lockkeeper plan proves the new key beside the old one",
        ),
        Change::Drop { object: Object::Table { .. } } if rows != Some(false) => flag(
            "drop-table",
            "the table holds rows, or may".to_owned(),
            "lockkeeper plan puts it out of reach and keeps it until cleanup",
        ),
        Change::DropIndex { table, index } => {
            let scans = input.statistics?.table(table)?.index_scans.get(&index.name).copied()?;
            if scans == 0 {
                return None;
            }
            flag(
                "used-index",
                format!("queries used the index {} times since its statistics began", count_text(scans)),
                "find the queries first; without it they scan the table",
            )
        }
        _ => None,
    }
}

fn still_used(input: &Input<'_>, change: &Change) -> Option<RedFlag> {
    let object = match change {
        Change::DropColumn { .. } | Change::Drop { .. } => change.object().to_string(),
        Change::RenameColumn { table, from, .. } => format!("{table}.{from}"),
        Change::RenameTable { from, .. } => from.to_string(),
        _ => return None,
    };
    let uses = input.code_uses?.get(&object)?;
    let first = uses.first()?;
    Some(RedFlag {
        rule: "still-used".to_owned(),
        message: format!(
            "{} places in the code use it, the first at {}:{}: {}",
            uses.len(),
            first.file,
            first.line,
            first.text
        ),
        object,
        help: "deploy code that does not use it before it goes".to_owned(),
    })
}
