//! Writing entries and their documents: two statements for any number of them.

use std::collections::{BTreeMap, BTreeSet};

use model::Fault;
use serde_json::{Value, json};
use tokio_postgres::Transaction;

use super::link::{Open, fault};
use super::vectors::halfvec_text;
use crate::Tenant;
use crate::store::conditions::nanoseconds;
use crate::store::{Filed, FiledDocument};

/// Entries in their order; those whose id is there already are passed over.
const INSERT_ENTRIES: &str = "INSERT INTO entry
        (id, tenant, kind, run, lesson, operation, table_schema, table_name, happened_ns, body)
    SELECT e.id, e.tenant, e.kind, e.run, e.lesson, e.operation, e.table_schema, e.table_name, e.happened_ns, e.body
    FROM ROWS FROM (json_to_recordset($1::json) AS (id text, tenant text, kind text, run text, lesson text,
        operation text, table_schema text, table_name text, happened_ns bigint, body text)) WITH ORDINALITY AS e
        (id, tenant, kind, run, lesson, operation, table_schema, table_name, happened_ns, body, place)
    ORDER BY e.place
    ON CONFLICT (tenant, id) DO NOTHING
    RETURNING id";

/// Documents, in place of earlier ones with their key.
const INSERT_DOCUMENTS: &str = "INSERT INTO document
        (tenant, key, entry, type, operation, recipe, table_schema, table_name, outcome, environment, server_major,
         run, rehearsal, claimed, rows, heap_bytes, index_bytes, total_bytes, ms, lock_hold_ms, lock_wait_ms,
         stall_ms, remarks, successes, failures, happened_ns, text, terms, model, vector)
    SELECT d.tenant, d.key, d.entry, d.type, d.operation, d.recipe, d.table_schema, d.table_name, d.outcome,
        d.environment, d.server_major, d.run, d.rehearsal, d.claimed, d.rows, d.heap_bytes, d.index_bytes,
        d.total_bytes, d.ms, d.lock_hold_ms, d.lock_wait_ms, d.stall_ms, d.remarks, d.successes, d.failures,
        d.happened_ns, d.text, d.terms, d.model, decode(d.vector, 'hex')
    FROM json_to_recordset($1::json) AS d (tenant text, key text, entry text, type text, operation text, recipe text,
        table_schema text, table_name text, outcome text, environment text, server_major integer, run text,
        rehearsal boolean, claimed boolean, rows double precision, heap_bytes bigint, index_bytes bigint,
        total_bytes bigint, ms double precision, lock_hold_ms double precision, lock_wait_ms double precision,
        stall_ms double precision, remarks text, successes bigint, failures bigint, happened_ns bigint, text text,
        terms integer[], model text, vector text)
    ON CONFLICT (tenant, key) DO UPDATE SET
        seq = DEFAULT, entry = excluded.entry, type = excluded.type, operation = excluded.operation,
        recipe = excluded.recipe, table_schema = excluded.table_schema, table_name = excluded.table_name,
        outcome = excluded.outcome, environment = excluded.environment, server_major = excluded.server_major,
        run = excluded.run, rehearsal = excluded.rehearsal, claimed = excluded.claimed, rows = excluded.rows,
        heap_bytes = excluded.heap_bytes, index_bytes = excluded.index_bytes, total_bytes = excluded.total_bytes,
        ms = excluded.ms, lock_hold_ms = excluded.lock_hold_ms, lock_wait_ms = excluded.lock_wait_ms,
        stall_ms = excluded.stall_ms, remarks = excluded.remarks, successes = excluded.successes,
        failures = excluded.failures, happened_ns = excluded.happened_ns, text = excluded.text,
        terms = excluded.terms, model = excluded.model, vector = excluded.vector";

/// The vectors of documents that were just written.
const SET_MEANING: &str = "UPDATE document AS d SET meaning = m.meaning::halfvec
    FROM json_to_recordset($1::json) AS m (key text, meaning text)
    WHERE d.tenant = $2 AND d.key = m.key";

/// Writes all in one transaction and answers how many were new.
pub(super) async fn append(open: &mut Open, filed: &[Filed]) -> Result<usize, Fault> {
    let mut tenants: BTreeMap<&Tenant, Vec<&Filed>> = BTreeMap::new();
    filed.iter().for_each(|one| tenants.entry(&one.entry.tenant).or_default().push(one));
    let mut new = 0;
    for (tenant, filed) in tenants {
        // Entries of several tenants meet in a spool file alone; each tenant's are written whole.
        open.act_as(tenant).await?;
        new += of_tenant(open, tenant, &filed).await?;
    }
    Ok(new)
}

async fn of_tenant(open: &mut Open, tenant: &Tenant, filed: &[&Filed]) -> Result<usize, Fault> {
    let has_meaning = open.offer.vectors_in.is_some();
    let session = &mut open.session;
    let written = async {
        let transaction = session.transaction().await?;
        let new = write(&transaction, tenant, filed, has_meaning).await?;
        transaction.commit().await?;
        Ok(new)
    };
    let written = written.await;
    written.map_err(|error| fault(&open.session, "write to", &error))
}

async fn write(
    transaction: &Transaction<'_>,
    tenant: &Tenant,
    filed: &[&Filed],
    has_meaning: bool,
) -> Result<usize, tokio_postgres::Error> {
    let entries = Value::Array(filed.iter().map(|one| entry_row(one)).collect());
    let new = transaction.query(INSERT_ENTRIES, &[&entries]).await?;
    let new: BTreeSet<String> = new.iter().map(|row| row.get(0)).collect();
    let fresh = filed.iter().filter(|one| new.contains(&one.entry.id));
    // The last of several with one key counts.
    let mut documents: BTreeMap<&str, &FiledDocument> = BTreeMap::new();
    for one in fresh {
        if let Some(key) = &one.gone {
            documents.remove(key.as_str());
            let delete = "DELETE FROM document WHERE tenant = $1 AND key = $2";
            transaction.execute(delete, &[&tenant.as_str(), key]).await?;
        }
        documents.extend(one.document.iter().map(|filed| (filed.document.key.as_str(), filed)));
    }
    let rows = Value::Array(documents.values().map(|filed| document_row(tenant, filed)).collect());
    transaction.execute(INSERT_DOCUMENTS, &[&rows]).await?;
    if has_meaning {
        let meanings = Value::Array(documents.values().map(|filed| meaning_row(filed)).collect());
        transaction.execute(SET_MEANING, &[&meanings, &tenant.as_str()]).await?;
    }
    Ok(new.len())
}

fn entry_row(filed: &Filed) -> Value {
    let (entry, table) = (&filed.entry, filed.entry.body.table());
    // A noun always serialises; an entry was one a moment ago.
    let body = serde_json::to_string(&entry.body).unwrap_or_default();
    json!({
        "id": entry.id,
        "tenant": entry.tenant.as_str(),
        "kind": entry.body.kind().name(),
        "run": entry.body.run(),
        "lesson": entry.body.lesson(),
        "operation": entry.body.operation(),
        "table_schema": table.as_ref().and_then(|table| table.schema.as_ref()).map(|schema| schema.as_str()),
        "table_name": table.as_ref().map(|table| table.name.as_str()),
        "happened_ns": nanoseconds(entry.happened_at),
        "body": body,
    })
}

fn document_row(tenant: &Tenant, filed: &FiledDocument) -> Value {
    let FiledDocument { document, terms, vector } = filed;
    let (table, measures) = (document.table.as_ref(), &document.measures);
    let bytes = vector.as_ref().and_then(|vectored| Some(vectored.vector.as_ref()?.to_bytes()));
    let hex = bytes.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    json!({
        "tenant": tenant.as_str(),
        "key": document.key,
        "entry": document.entry,
        "type": document.kind,
        "operation": document.operation,
        "recipe": document.recipe,
        "table_schema": table.and_then(|table| table.schema.as_ref()).map(|schema| schema.as_str()),
        "table_name": table.map(|table| table.name.as_str()),
        "outcome": document.outcome.map(|outcome| outcome.name()),
        "environment": document.environment,
        "server_major": document.server_major,
        "run": document.run,
        "rehearsal": document.rehearsal,
        "claimed": document.claimed,
        "rows": measures.rows,
        "heap_bytes": measures.heap_bytes,
        "index_bytes": measures.index_bytes,
        "total_bytes": measures.total_bytes,
        "ms": measures.ms,
        "lock_hold_ms": measures.lock_hold_ms,
        "lock_wait_ms": measures.lock_wait_ms,
        "stall_ms": measures.stall_ms,
        "remarks": (!document.remarks.is_empty()).then(|| document.remarks.join("\n")),
        "successes": document.counts.map(|(successes, _)| successes),
        "failures": document.counts.map(|(_, failures)| failures),
        "happened_ns": nanoseconds(document.happened_at),
        "text": document.text,
        // PostgreSQL has no unsigned integers; the bits are the same.
        "terms": terms.iter().map(|term| term.cast_signed()).collect::<Vec<i32>>(),
        "model": vector.as_ref().map(|vectored| &vectored.model),
        "vector": hex,
    })
}

fn meaning_row(filed: &FiledDocument) -> Value {
    let vector = filed.vector.as_ref().and_then(|vectored| vectored.vector.as_ref());
    json!({ "key": filed.document.key, "meaning": vector.map(halfvec_text) })
}
