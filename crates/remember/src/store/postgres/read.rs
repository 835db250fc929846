//! Reading and removing entries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{Fault, RunReceipt};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::link::{Open, fault};
use crate::store::{Selection, conditions};
use crate::{Body, Entry, Kind, Tenant};

/// Values for the places of a query, by reference.
pub(super) type Values = Vec<Box<dyn ToSql + Sync + Send>>;

/// Values as the driver takes them.
pub(super) fn references(values: &Values) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect()
}

/// The entries a selection wants.
pub(super) async fn entries(
    open: &mut Open,
    tenant: &Tenant,
    selection: &Selection,
) -> Result<Vec<Entry>, Fault> {
    let (condition, mut values) = condition(tenant, selection);
    let place = format!(" LIMIT ${}", values.len() + 1);
    values.push(Box::new(selection.limit.map(i64::from)));
    let select = "SELECT id, tenant, happened_ns, body FROM entry WHERE ";
    let query = [select, &condition, " ORDER BY ", conditions::order(selection), &place].concat();
    let rows = open.session.query(&query, &references(&values)).await;
    let rows = rows.map_err(|error| fault(&open.session, "read", &error))?;
    rows.iter().map(entry_of).collect()
}

/// How many entries of each kind a selection wants.
pub(super) async fn counts(
    open: &mut Open,
    tenant: &Tenant,
    selection: &Selection,
) -> Result<BTreeMap<Kind, u64>, Fault> {
    let (condition, values) = condition(tenant, selection);
    let query = ["SELECT kind, count(*) FROM entry WHERE ", &condition, " GROUP BY kind"].concat();
    let rows = open.session.query(&query, &references(&values)).await;
    let rows = rows.map_err(|error| fault(&open.session, "read", &error))?;
    let count = |row: &Row| Kind::from_name(row.get(0)).zip(Some(row.get::<_, i64>(1).cast_unsigned()));
    Ok(rows.iter().filter_map(count).collect())
}

/// The next entries after one, in the order they were written.
pub(super) async fn page(
    open: &mut Open,
    tenant: &Tenant,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Entry)>, Fault> {
    let query = "SELECT id, tenant, happened_ns, body, seq FROM entry WHERE tenant = $1 AND seq > $2
        ORDER BY seq LIMIT $3";
    let rows = open.session.query(query, &[&tenant.as_str(), &after, &i64::from(limit)]).await;
    let rows = rows.map_err(|error| fault(&open.session, "read", &error))?;
    rows.iter().map(|row| Ok((row.get(4), entry_of(row)?))).collect()
}

/// The latest receipts of some runs.
pub(super) async fn runs(open: &mut Open, tenant: &Tenant, runs: &[&str]) -> Result<Vec<RunReceipt>, Fault> {
    let query = "SELECT DISTINCT ON (run) body FROM entry
        WHERE tenant = $1 AND kind = 'run' AND run = ANY ($2) ORDER BY run, seq DESC";
    let rows = open.session.query(query, &[&tenant.as_str(), &runs]).await;
    let rows = rows.map_err(|error| fault(&open.session, "read", &error))?;
    let bodies = rows.iter().map(|row| body_of(row.get(0)));
    let receipts = bodies.filter_map(|body| match body {
        Ok(Body::Run(receipt)) => Some(Ok(receipt)),
        Ok(_) => None,
        Err(fault) => Some(Err(fault)),
    });
    receipts.collect()
}

/// Removes the entries a selection wants and what was made from them. Their rows are gone for every
/// reader at once; vacuum then frees the pages.
pub(super) async fn forget(open: &mut Open, tenant: &Tenant, selection: &Selection) -> Result<u64, Fault> {
    let (condition, values) = condition(tenant, selection);
    let query = [
        "WITH gone AS (DELETE FROM entry WHERE ",
        &condition,
        " RETURNING tenant, id),
         documents AS (DELETE FROM document AS d USING gone WHERE d.tenant = gone.tenant AND d.entry = gone.id)
         SELECT count(*) FROM gone",
    ];
    let row = open.session.query_one(&query.concat(), &references(&values)).await;
    let removed: i64 = row.map_err(|error| fault(&open.session, "write to", &error))?.get(0);
    if removed > 0 {
        // A role that does not own the tables may not vacuum them; autovacuum will.
        let vacuum = open.session.batch_execute("VACUUM entry, document").await;
        drop(vacuum);
    }
    Ok(removed.cast_unsigned())
}

/// How often a recipe went well and failed, rehearsals aside.
pub(super) async fn tally(
    open: &mut Open,
    tenant: &Tenant,
    operation: &str,
    recipe: &str,
) -> Result<(u64, u64), Fault> {
    let query = "SELECT count(*) FILTER (WHERE outcome = 'done'), count(*) FILTER (WHERE outcome = 'failed')
        FROM document WHERE tenant = $1 AND operation = $2 AND recipe = $3 AND NOT rehearsal";
    let row = open.session.query_one(query, &[&tenant.as_str(), &operation, &recipe]).await;
    let row = row.map_err(|error| fault(&open.session, "read", &error))?;
    let (good, bad): (i64, i64) = (row.get(0), row.get(1));
    Ok((good.cast_unsigned(), bad.cast_unsigned()))
}

/// Conditions of a selection in one, with their values.
fn condition(tenant: &Tenant, selection: &Selection) -> (String, Values) {
    let mut parts = Vec::new();
    let mut values: Values = Vec::new();
    for (condition, value) in conditions::of_entries(tenant, selection) {
        values.push(match value {
            conditions::Value::Text(text) => Box::new(text),
            conditions::Value::Number(number) => Box::new(number),
        });
        parts.push(condition.replace('?', &format!("${}", values.len())));
    }
    (parts.join(" AND "), values)
}

fn entry_of(row: &Row) -> Result<Entry, Fault> {
    let tenant: String = row.get(1);
    let happened_at = Timestamp::from_nanosecond(i128::from(row.get::<_, i64>(2))).unwrap_or(Timestamp::MAX);
    Ok(Entry { id: row.get(0), tenant: tenant.parse()?, happened_at, body: body_of(row.get(3))? })
}

fn body_of(body: &str) -> Result<Body, Fault> {
    serde_json::from_str(body).map_err(|error| {
        Fault::new("memory.entry", "an entry of the memory cannot be read")
            .cause(error)
            .help("was it written by a newer Lockkeeper? use that one")
    })
}
