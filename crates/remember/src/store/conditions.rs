//! Selections as SQL that both stores understand.

use jiff::Timestamp;

use super::Selection;
use crate::Tenant;

/// A value for a place in SQL.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
}

/// Conditions on table `entry`; each has one `?` and one value.
pub(super) fn of_entries(tenant: &Tenant, selection: &Selection) -> Vec<(&'static str, Value)> {
    let mut conditions = vec![("tenant = ?", Value::Text(tenant.as_str().to_owned()))];
    let mut text = |condition: &'static str, value: Option<&str>| {
        conditions.extend(value.map(|value| (condition, Value::Text(value.to_owned()))));
    };
    text("kind = ?", selection.kind.map(|kind| kind.name()));
    text("run = ?", selection.run.as_deref());
    text("lesson = ?", selection.lesson.as_deref());
    text("operation = ?", selection.operation.as_deref());
    let table = selection.table.as_ref();
    text("table_name = ?", table.map(|table| table.name.as_str()));
    // A schema that was not said matches any.
    let schema = table.and_then(|table| table.schema.as_ref());
    text("(table_schema = ?) IS NOT FALSE", schema.map(|schema| schema.as_str()));
    text("id >= ?", selection.id_prefix.as_deref());
    // Ids are ASCII, so this is above all that begin with the prefix.
    let above = selection.id_prefix.as_ref().map(|prefix| format!("{prefix}\u{7f}"));
    text("id < ?", above.as_deref());
    let mut number = |condition: &'static str, value: Option<i64>| {
        conditions.extend(value.map(|value| (condition, Value::Number(value))));
    };
    number("happened_ns >= ?", selection.since.map(nanoseconds));
    number("happened_ns < ?", selection.until.map(nanoseconds));
    conditions
}

/// A time as stores keep it. Times beyond the year 2262 are kept as its end.
pub(super) fn nanoseconds(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX)
}

/// The order of a selection.
pub(super) fn order(selection: &Selection) -> &'static str {
    if selection.newest_first { "happened_ns DESC, seq DESC" } else { "seq" }
}
