//! What the live data puts in a plan's way, by the same answers that `check` gives.

use assess::{Outcome, Precondition};
use model::{Change, Fault};
use plan::Told;

/// Notes for the plan's reader on what was counted. A plan that rows would make fail is not made: it would stop
/// at that step, with everything before it done.
///
/// # Errors
/// The gate `plan.data`, with each count and the query that shows the rows.
pub fn met(changes: &[Change], told: &Told, asked: &[Precondition]) -> Result<Vec<String>, Fault> {
    let mut notes = Vec::new();
    let mut fatal = Vec::new();
    for precondition in asked {
        let handled = changes.get(precondition.change).and_then(|change| handled(change, told, precondition));
        match (precondition.is_violated(), precondition.outcome, handled) {
            (Some(false), ..) => {}
            (Some(true), Outcome::Fails, None) => fatal.push(precondition),
            (_, _, Some(how)) => notes.push(note(precondition, how)),
            (_, Outcome::Loses, None) => notes.push(note(precondition, "kept until cleanup")),
            (_, Outcome::Changes, None) => {
                notes.push(note(precondition, "the plan does not ask whether that is wanted"))
            }
            (None, Outcome::Fails, None) => {
                notes.push(note(precondition, "if there are any, the plan stops there"))
            }
        }
    }
    if fatal.is_empty() { Ok(notes) } else { Err(fault(&fatal, changes)) }
}

/// How the plan deals with rows that a push would fail on, where it does.
fn handled(change: &Change, told: &Told, precondition: &Precondition) -> Option<&'static str> {
    match change {
        Change::AddColumn { .. } if precondition.rule == "not-null-without-default" => {
            Some("the plan adds it nullable, and waits until every row has a value")
        }
        Change::SetNotNull { table, column, .. } => {
            let mut fills = told.fills.iter();
            let is_told = fills.any(|fill| fill.table == *table && fill.column == *column);
            is_told.then_some("they get the value that [[fill]] tells, and null again on the way back")
        }
        Change::ReplaceEnum { name, from, to, .. } => {
            let mut lost = from.iter().filter(|label| !to.contains(label));
            let mapped = told.labels.iter().find(|labels| labels.type_name == *name)?;
            let is_mapped = |label: &String| mapped.map.iter().any(|(old, _)| old == label);
            lost.all(is_mapped).then_some("[[labels]] tells which labels take their place")
        }
        _ => None,
    }
}

fn note(precondition: &Precondition, how: &str) -> String {
    let seen =
        precondition.query.as_ref().map(|query| format!("; see them with: {query}")).unwrap_or_default();
    format!("{}: {}; {how}{seen}", precondition.object, precondition.sentence())
}

fn fault(fatal: &[&Precondition], changes: &[Change]) -> Fault {
    let each = fatal.iter().map(|asked| format!("{}: {}", asked.object, asked.sentence()));
    let what = format!("rows are in the way: {}", each.collect::<Vec<_>>().join("; "));
    let queries = fatal.iter().filter_map(|asked| asked.query.as_ref()).map(ToString::to_string);
    let told: Vec<String> =
        fatal.iter().filter_map(|asked| by_settings(changes.get(asked.change)?)).collect();
    let told = if told.is_empty() { String::new() } else { format!(", or {}", told.join("; ")) };
    Fault::gate("plan.data", what).help(format!(
        "mend them first{told}; see them with: {}. Where they are mended by the time the plan is applied, \
         --query-seconds 0 makes it without asking",
        queries.collect::<Vec<_>>().join("; ")
    ))
}

/// What can be told in `lockkeeper.toml`, so that the plan mends the rows itself.
fn by_settings(change: &Change) -> Option<String> {
    match change {
        Change::ReplaceEnum { .. } => Some(
            "tell with [[labels]] in lockkeeper.toml which labels take the place of those that go".to_owned(),
        ),
        Change::SetNotNull { table, column, .. } => Some(format!(
            "tell in lockkeeper.toml what null becomes ([[fill]] column = \"{table}.{column}\", with = an expression over \
             the row), and the plan fills them in small transactions; by hand in batches, until it changes no row: \
             UPDATE {table} SET {column} = … WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {column} IS NULL LIMIT 10000))"
        )),
        _ => None,
    }
}
