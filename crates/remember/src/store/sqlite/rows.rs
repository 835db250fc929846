//! Rows of table `document`.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::meaning::Packed;
use crate::search::words::Term;
use crate::{Document, Measures, Outcome, TableName, Tenant};

/// What is read of a document, in the order [`document_of`] takes it.
const COLUMNS: &str = "key, entry, type, operation, recipe, table_schema, table_name, outcome, environment,
    server_major, run, rehearsal, claimed, rows, heap_bytes, index_bytes, total_bytes, ms, lock_hold_ms,
    lock_wait_ms, stall_ms, remarks, successes, failures, happened_ns, text";

/// The columns of [`COLUMNS`].
const COLUMN_COUNT: usize = 26;

/// A document with its words, its vector and its place.
pub(super) struct Placed {
    pub(super) document: Document,
    pub(super) terms: Vec<Term>,
    pub(super) model: Option<String>,
    pub(super) vector: Option<Packed>,
    pub(super) seq: i64,
}

/// The next documents after a place, in the order they were written.
pub(super) fn after(
    connection: &Connection,
    tenant: &Tenant,
    seq: i64,
    limit: Option<usize>,
) -> rusqlite::Result<Vec<Placed>> {
    let query = [
        "SELECT ",
        COLUMNS,
        ", terms, vector, model, seq FROM document WHERE tenant = ? AND seq > ? ORDER BY seq LIMIT ?",
    ];
    let mut statement = connection.prepare_cached(&query.concat())?;
    let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
    let rows = statement.query_map(params![tenant.as_str(), seq, limit], placed_of)?;
    rows.collect()
}

fn placed_of(row: &Row<'_>) -> rusqlite::Result<Placed> {
    let terms = row.get_ref(COLUMN_COUNT)?.as_blob()?;
    Ok(Placed {
        document: document_of(row)?,
        terms: terms.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
        vector: row.get_ref(COLUMN_COUNT + 1)?.as_blob_or_null()?.and_then(Packed::from_bytes),
        model: row.get(COLUMN_COUNT + 2)?,
        seq: row.get(COLUMN_COUNT + 3)?,
    })
}

/// The document at a place; none where there is none any more.
pub(super) fn at(connection: &Connection, tenant: &Tenant, seq: i64) -> rusqlite::Result<Option<Document>> {
    let query = ["SELECT ", COLUMNS, " FROM document WHERE seq = ? AND tenant = ?"].concat();
    connection.prepare_cached(&query)?.query_row(params![seq, tenant.as_str()], document_of).optional()
}

fn document_of(row: &Row<'_>) -> rusqlite::Result<Document> {
    let (schema, name): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    let table =
        name.map(|name| TableName { schema: schema.map(model::Ident::new), name: model::Ident::new(name) });
    let outcome = row.get_ref(7)?.as_str_or_null()?.and_then(Outcome::from_name);
    let counts: (Option<i64>, Option<i64>) = (row.get(22)?, row.get(23)?);
    let happened_at = Timestamp::from_nanosecond(row.get::<_, i64>(24)?.into()).unwrap_or(Timestamp::MAX);
    Ok(Document {
        key: row.get(0)?,
        entry: row.get(1)?,
        kind: row.get(2)?,
        operation: row.get(3)?,
        recipe: row.get(4)?,
        table,
        outcome,
        environment: row.get(8)?,
        server_major: row.get(9)?,
        run: row.get(10)?,
        rehearsal: row.get(11)?,
        claimed: row.get(12)?,
        counts: counts.0.zip(counts.1).map(|(good, bad)| (good.cast_unsigned(), bad.cast_unsigned())),
        remarks: row
            .get_ref(21)?
            .as_str_or_null()?
            .map_or_else(Vec::new, |lines| lines.lines().map(str::to_owned).collect()),
        measures: measures_of(row)?,
        happened_at,
        text: row.get(25)?,
    })
}

fn measures_of(row: &Row<'_>) -> rusqlite::Result<Measures> {
    Ok(Measures {
        rows: row.get(13)?,
        heap_bytes: row.get(14)?,
        index_bytes: row.get(15)?,
        total_bytes: row.get(16)?,
        ms: row.get(17)?,
        lock_hold_ms: row.get(18)?,
        lock_wait_ms: row.get(19)?,
        stall_ms: row.get(20)?,
    })
}
