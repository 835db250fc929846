//! Removing for good: from the tables, from the pages they leave, and from the log beside the file.

use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior, params_from_iter};

use super::read::condition;
use super::segments;
use crate::Tenant;
use crate::store::Selection;

/// Removes the entries a selection wants and what was made from them.
pub(super) fn forget(
    connection: &mut Connection,
    tenant: &Tenant,
    selection: &Selection,
) -> rusqlite::Result<u64> {
    let (condition, values) = condition(tenant, selection);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let documents =
        ["DELETE FROM document WHERE tenant = ? AND entry IN (SELECT id FROM entry WHERE ", &condition, ")"];
    let own = Value::from(tenant.as_str().to_owned());
    transaction.execute(&documents.concat(), params_from_iter(std::iter::once(&own).chain(&values)))?;
    let entries = ["DELETE FROM entry WHERE ", &condition].concat();
    let removed = transaction.execute(&entries, params_from_iter(&values))?;
    // Segments hold what was said by documents that went away or gave place to others as well.
    segments::make_anew(&transaction, tenant)?;
    transaction.execute("UPDATE generation SET value = value + 1", [])?;
    transaction.commit()?;
    // secure_delete has written zeros over the rows; older versions of their pages are in the log. A
    // reader that still needs them makes this wait, and the next writer does it.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(removed as u64)
}
