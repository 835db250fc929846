//! Counting documents, and giving them their vectors.

use rusqlite::{Connection, TransactionBehavior, params};

use super::segments::follow_vectors;
use crate::Tenant;
use crate::meaning::Packed;
use crate::store::Pending;

/// How often a recipe went well and failed, rehearsals aside.
pub(super) fn tally(
    connection: &Connection,
    tenant: &Tenant,
    operation: &str,
    recipe: &str,
) -> rusqlite::Result<(u64, u64)> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FILTER (WHERE outcome = 'done'), count(*) FILTER (WHERE outcome = 'failed')
         FROM document WHERE tenant = ? AND operation = ? AND recipe = ? AND NOT rehearsal",
    )?;
    statement.query_row(params![tenant.as_str(), operation, recipe], |row| {
        let (good, bad): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok((good.cast_unsigned(), bad.cast_unsigned()))
    })
}

/// Documents that wait for a vector of this model.
pub(super) fn without_vector(
    connection: &Connection,
    tenant: &Tenant,
    model: &str,
    limit: u32,
) -> rusqlite::Result<Pending> {
    // Said so that the index by model answers each part; mostly there is none of any.
    let condition = "FROM document WHERE (tenant = ?1 AND model IS NULL) OR (tenant = ?1 AND model < ?2)
        OR (tenant = ?1 AND model > ?2)";
    let count = ["SELECT count(*) ", condition].concat();
    let total: i64 =
        connection.prepare_cached(&count)?.query_row(params![tenant.as_str(), model], |row| row.get(0))?;
    if total == 0 || limit == 0 {
        return Ok(Pending { documents: Vec::new(), total: total.cast_unsigned() });
    }
    let query = ["SELECT key, text ", condition, " ORDER BY seq DESC LIMIT ?3"].concat();
    let mut statement = connection.prepare_cached(&query)?;
    let rows =
        statement.query_map(params![tenant.as_str(), model, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Pending { documents: rows.collect::<rusqlite::Result<_>>()?, total: total.cast_unsigned() })
}

/// Gives documents their vectors.
pub(super) fn put_vectors(
    connection: &mut Connection,
    tenant: &Tenant,
    model: &str,
    vectors: &[(String, Option<Packed>)],
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut update = transaction.prepare_cached(
            "UPDATE document SET model = ?, vector = ? WHERE tenant = ? AND key = ? RETURNING seq",
        )?;
        let mut seqs = Vec::with_capacity(vectors.len());
        for (key, vector) in vectors {
            let values = params![model, vector.as_ref().map(Packed::to_bytes), tenant.as_str(), key];
            seqs.extend(update.query_map(values, |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
        follow_vectors(&transaction, tenant, &seqs)?;
        transaction.execute("UPDATE generation SET value = value + 1", [])?;
    }
    transaction.commit()
}
