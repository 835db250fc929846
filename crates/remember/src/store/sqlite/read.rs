//! Reading entries.

use jiff::Timestamp;
use model::RunReceipt;
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, Row, params_from_iter};

use super::append::nanoseconds;
use crate::store::Selection;
use crate::{Body, Entry, Tenant};

/// The entries a selection wants.
pub(super) fn entries(
    connection: &Connection,
    tenant: &Tenant,
    selection: &Selection,
) -> rusqlite::Result<Vec<Entry>> {
    let (condition, mut values) = conditions(tenant, selection);
    let order = if selection.newest_first { "happened_ns DESC, seq DESC" } else { "seq" };
    let select = "SELECT id, tenant, happened_ns, body FROM entry WHERE ";
    let query = [select, &condition, " ORDER BY ", order, " LIMIT ?"].concat();
    values.push(selection.limit.map_or(-1, i64::from).into());
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_map(params_from_iter(values), entry_of)?.collect()
}

/// The latest receipts of some runs.
pub(super) fn runs(
    connection: &Connection,
    tenant: &Tenant,
    runs: &[&str],
) -> rusqlite::Result<Vec<RunReceipt>> {
    // Of a bare column beside max(), SQLite takes the row with the maximum.
    let mut statement = connection.prepare_cached(
        "SELECT body, max(seq) FROM entry
         WHERE tenant = ?1 AND kind = 'run' AND run IN (SELECT value FROM json_each(?2)) GROUP BY run",
    )?;
    let wanted = serde_json::to_string(runs).map_err(|error| unreadable(0, error.into()))?;
    let bodies = statement.query_map((tenant.as_str(), wanted), |row| body_of(row, 0))?;
    let receipts = bodies.filter_map(|body| match body {
        Ok(Body::Run(receipt)) => Some(Ok(receipt)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    receipts.collect()
}

/// A condition made of fixed texts, and the values for its places.
fn conditions(tenant: &Tenant, selection: &Selection) -> (String, Vec<Value>) {
    let mut parts = vec!["tenant = ?"];
    let mut values = vec![Value::from(tenant.as_str().to_owned())];
    let mut add = |part: &'static str, value: Value| {
        parts.push(part);
        values.push(value);
    };
    if let Some(kind) = selection.kind {
        add("kind = ?", kind.name().to_owned().into());
    }
    if let Some(run) = &selection.run {
        add("run = ?", run.clone().into());
    }
    if let Some(lesson) = &selection.lesson {
        add("lesson = ?", lesson.clone().into());
    }
    if let Some(operation) = &selection.operation {
        add("operation = ?", operation.clone().into());
    }
    if let Some(table) = &selection.table {
        add("table_name = ?", table.name.as_str().to_owned().into());
        if let Some(schema) = &table.schema {
            add("(table_schema = ?) IS NOT FALSE", schema.as_str().to_owned().into());
        }
    }
    if let Some(prefix) = &selection.id_prefix {
        add("id >= ?", prefix.clone().into());
        // Ids are ASCII, so this is above all that begin with the prefix.
        add("id < ?", format!("{prefix}\u{7f}").into());
    }
    if let Some(after) = &selection.after {
        add("seq > (SELECT seq FROM entry WHERE tenant = ?1 AND id = ?)", after.clone().into());
    }
    if let Some(since) = selection.since {
        add("happened_ns >= ?", nanoseconds(since).into());
    }
    (parts.join(" AND "), values)
}

fn entry_of(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let body = body_of(row, 3)?;
    let tenant: String = row.get(1)?;
    let tenant = tenant.parse().map_err(|fault: model::Fault| unreadable(1, fault.into()))?;
    let happened_at = Timestamp::from_nanosecond(row.get::<_, i64>(2)?.into())
        .map_err(|error| unreadable(2, error.into()))?;
    Ok(Entry { id: row.get(0)?, tenant, happened_at, body })
}

fn body_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Body> {
    let body = row.get_ref(column)?.as_str()?;
    serde_json::from_str(body).map_err(|error| unreadable(column, error.into()))
}

fn unreadable(column: usize, error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error)
}
