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
    let is_enum =
        |asked: &&Precondition| matches!(changes.get(asked.change), Some(Change::ReplaceEnum { .. }));
    let labels = if fatal.iter().any(is_enum) {
        " ([[labels]] in lockkeeper.toml tells which labels take the place of those that go)"
    } else {
        ""
    };
    Fault::gate("plan.data", what).help(format!(
        "mend them first{labels}; see them with: {}. Where they are mended by the time the plan is applied, \
         --query-seconds 0 makes it without asking",
        queries.collect::<Vec<_>>().join("; ")
    ))
}
