//! Writing entries and their documents.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::segments;
use crate::store::conditions::nanoseconds;
use crate::store::{Filed, FiledDocument};
use crate::{Entry, Tenant};

/// Writes all in one transaction and answers how many were new.
pub(super) fn append(connection: &mut Connection, filed: &[Filed]) -> rusqlite::Result<usize> {
    // Immediate: the turn is waited for here, never lost half way through.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut new = 0;
    let mut tenants = BTreeSet::new();
    for one in filed {
        if insert_entry(&transaction, &one.entry)? {
            new += 1;
            tenants.insert(&one.entry.tenant);
            if let Some(document) = &one.document {
                remove_document(&transaction, &one.entry.tenant, &document.document.key)?;
                insert_document(&transaction, &one.entry, document)?;
            }
            if let Some(key) = &one.gone {
                remove_document(&transaction, &one.entry.tenant, key)?;
            }
        }
    }
    tenants.into_iter().try_for_each(|tenant| segments::seal(&transaction, tenant))?;
    transaction.commit()?;
    Ok(new)
}

fn insert_entry(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<bool> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO entry (id, tenant, kind, run, lesson, operation, table_schema, table_name, happened_ns, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
    )?;
    let table = entry.body.table();
    let schema = table.as_ref().and_then(|table| table.schema.as_ref());
    let body = serde_json::to_string(&entry.body)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let changed = insert.execute(params![
        entry.id,
        entry.tenant.as_str(),
        entry.body.kind().name(),
        entry.body.run(),
        entry.body.lesson(),
        entry.body.operation(),
        schema.map(|schema| schema.as_str()),
        table.as_ref().map(|table| table.name.as_str()),
        nanoseconds(entry.happened_at),
        body,
    ])?;
    Ok(changed == 1)
}

fn insert_document(
    transaction: &Transaction<'_>,
    entry: &Entry,
    filed: &FiledDocument,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO document (tenant, key, entry, type, operation, recipe, table_schema, table_name,
            outcome, environment, server_major, run, rehearsal, claimed, rows, heap_bytes, index_bytes,
            total_bytes, ms, lock_hold_ms, lock_wait_ms, stall_ms, remarks, successes, failures, happened_ns, text,
            terms, model, vector)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
            ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
    )?;
    let document = &filed.document;
    let table = document.table.as_ref();
    let measures = &document.measures;
    insert.execute(params![
        entry.tenant.as_str(),
        document.key,
        document.entry,
        document.kind,
        document.operation,
        document.recipe,
        table.and_then(|table| table.schema.as_ref()).map(|schema| schema.as_str()),
        table.map(|table| table.name.as_str()),
        document.outcome.map(|outcome| outcome.name()),
        document.environment,
        document.server_major,
        document.run,
        document.rehearsal,
        document.claimed,
        measures.rows,
        measures.heap_bytes,
        measures.index_bytes,
        measures.total_bytes,
        measures.ms,
        measures.lock_hold_ms,
        measures.lock_wait_ms,
        measures.stall_ms,
        (!document.remarks.is_empty()).then(|| document.remarks.join("\n")),
        document.counts.map(|(successes, _)| successes.cast_signed()),
        document.counts.map(|(_, failures)| failures.cast_signed()),
        nanoseconds(document.happened_at),
        document.text,
        filed.terms.iter().flat_map(|term| term.to_le_bytes()).collect::<Vec<u8>>(),
        filed.vector.as_ref().map(|vectored| &vectored.model),
        filed.vector.as_ref().and_then(|vectored| Some(vectored.vector.as_ref()?.to_bytes())),
    ])?;
    Ok(())
}

/// Removes the document with a key, where there is one, and says so to those who hold it in memory.
fn remove_document(transaction: &Transaction<'_>, tenant: &Tenant, key: &str) -> rusqlite::Result<()> {
    let mut delete =
        transaction.prepare_cached("DELETE FROM document WHERE tenant = ? AND key = ? RETURNING seq")?;
    let mut gone = transaction.prepare_cached("INSERT INTO gone (tenant, seq) VALUES (?, ?)")?;
    let seqs = delete.query_map(params![tenant.as_str(), key], |row| row.get::<_, i64>(0))?;
    for seq in seqs.collect::<rusqlite::Result<Vec<_>>>()? {
        gone.execute(params![tenant.as_str(), seq])?;
    }
    Ok(())
}
