//! Reading documents: all of a tenant's are held in memory for searching, and kept up to date.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use crate::meaning::Packed;
use crate::search::{Asked, Hit, Index, Indexed, Weights};
use crate::store::Pending;
use crate::{Document, Measures, Outcome, TableName, Tenant};

/// What is read of a document, in the order [`document_of`] takes it.
const COLUMNS: &str = "key, entry, type, operation, recipe, table_schema, table_name, outcome, environment,
    server_major, run, rehearsal, claimed, rows, heap_bytes, index_bytes, total_bytes, ms, lock_hold_ms,
    lock_wait_ms, stall_ms, remarks, successes, failures, happened_ns, text";

/// The columns of [`COLUMNS`].
const COLUMN_COUNT: usize = 26;

/// A tenant's documents in memory.
#[derive(Debug, Default)]
pub(super) struct Held {
    index: Index,
    /// The model whose vectors it holds.
    model: Option<String>,
    generation: i64,
    seq: i64,
}

impl Held {
    /// Reads what other processes or this one wrote since.
    pub(super) fn refresh(
        &mut self,
        connection: &Connection,
        tenant: &Tenant,
        model: Option<&str>,
    ) -> rusqlite::Result<()> {
        let generation = connection.query_row("SELECT value FROM generation", [], |row| row.get(0))?;
        if generation != self.generation || self.model.as_deref() != model {
            *self = Self { generation, model: model.map(str::to_owned), ..Self::default() };
        }
        let query = [
            "SELECT ",
            COLUMNS,
            ", terms, vector, model, seq FROM document WHERE tenant = ? AND seq > ? ORDER BY seq",
        ];
        let mut statement = connection.prepare_cached(&query.concat())?;
        let mut rows = statement.query(params![tenant.as_str(), self.seq])?;
        let mut any = false;
        while let Some(row) = rows.next()? {
            self.index.insert(indexed_of(row, model)?);
            self.seq = row.get(COLUMN_COUNT + 3)?;
            any = true;
        }
        if any {
            self.index.settle();
        }
        Ok(())
    }

    /// The best documents.
    pub(super) fn search(&self, asked: &Asked<'_>) -> Vec<Hit> {
        self.index.search(asked, &Weights::TUNED)
    }
}

fn indexed_of(row: &Row<'_>, model: Option<&str>) -> rusqlite::Result<Indexed> {
    let terms = row.get_ref(COLUMN_COUNT)?.as_blob()?;
    let own_model = row.get_ref(COLUMN_COUNT + 2)?.as_str_or_null()?;
    let vector = match row.get_ref(COLUMN_COUNT + 1)?.as_blob_or_null()? {
        Some(bytes) if own_model == model => Packed::from_bytes(bytes),
        _ => None,
    };
    let terms = terms.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    Ok(Indexed { document: document_of(row)?, terms, vector })
}

/// A document by its key; none where another process has removed it meanwhile.
pub(super) fn document(
    connection: &Connection,
    tenant: &Tenant,
    key: &str,
) -> rusqlite::Result<Option<Document>> {
    let query = ["SELECT ", COLUMNS, " FROM document WHERE tenant = ? AND key = ?"].concat();
    connection.prepare_cached(&query)?.query_row(params![tenant.as_str(), key], document_of).optional()
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
    let condition = "FROM document WHERE tenant = ? AND (model IS NULL OR model < ? OR model > ?)";
    let count = ["SELECT count(*) ", condition].concat();
    let total: i64 = connection
        .prepare_cached(&count)?
        .query_row(params![tenant.as_str(), model, model], |row| row.get(0))?;
    let query = ["SELECT key, text ", condition, " ORDER BY seq DESC LIMIT ?"].concat();
    let mut statement = connection.prepare_cached(&query)?;
    let rows = statement
        .query_map(params![tenant.as_str(), model, model, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
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
        let mut update = transaction
            .prepare_cached("UPDATE document SET model = ?, vector = ? WHERE tenant = ? AND key = ?")?;
        for (key, vector) in vectors {
            update.execute(params![model, vector.as_ref().map(Packed::to_bytes), tenant.as_str(), key])?;
        }
        transaction.execute("UPDATE generation SET value = value + 1", [])?;
    }
    transaction.commit()
}
