//! Reading entries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::RunReceipt;
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, Row, params, params_from_iter};

use crate::store::{Selection, conditions};
use crate::{Body, Entry, Kind, Tenant};

/// The entries a selection wants.
pub(super) fn entries(
    connection: &Connection,
    tenant: &Tenant,
    selection: &Selection,
) -> rusqlite::Result<Vec<Entry>> {
    let (condition, mut values) = condition(tenant, selection);
    let select = "SELECT id, tenant, happened_ns, body, seq FROM entry WHERE ";
    let query = [select, &condition, " ORDER BY ", conditions::order(selection), " LIMIT ?"].concat();
    values.push(selection.limit.map_or(-1, i64::from).into());
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_map(params_from_iter(values), entry_of)?.collect()
}

/// How many entries of each kind a selection wants.
pub(super) fn counts(
    connection: &Connection,
    tenant: &Tenant,
    selection: &Selection,
) -> rusqlite::Result<BTreeMap<Kind, u64>> {
    let (condition, values) = condition(tenant, selection);
    let query = ["SELECT kind, count(*) FROM entry WHERE ", &condition, " GROUP BY kind"].concat();
    let mut statement = connection.prepare_cached(&query)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let kind = Kind::from_name(row.get_ref(0)?.as_str()?);
        counts.extend(kind.zip(Some(row.get::<_, i64>(1)?.cast_unsigned())));
    }
    Ok(counts)
}

/// The next entries after one, in the order they were written.
pub(super) fn page(
    connection: &Connection,
    tenant: &Tenant,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, Entry)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, tenant, happened_ns, body, seq FROM entry WHERE tenant = ? AND seq > ? ORDER BY seq LIMIT ?",
    )?;
    let rows = statement
        .query_map(params![tenant.as_str(), after, limit], |row| Ok((row.get(4)?, entry_of(row)?)))?;
    rows.collect()
}

/// Conditions of a selection in one, with their values.
pub(super) fn condition(tenant: &Tenant, selection: &Selection) -> (String, Vec<Value>) {
    let (parts, values): (Vec<_>, Vec<_>) = conditions::of_entries(tenant, selection).into_iter().unzip();
    let values = values.into_iter().map(|value| match value {
        conditions::Value::Text(text) => text.into(),
        conditions::Value::Number(number) => number.into(),
    });
    (parts.join(" AND "), values.collect())
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
