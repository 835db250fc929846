//! What a database's rows are, in a form that two moments can be compared by.

use std::collections::{BTreeMap, BTreeSet};

use connect::Session;
use model::{Fault, Ident, Name, Schema, Sql, Table, TypeName, sql};
use serde::{Deserialize, Serialize};

/// The rows of each table: how many, and a hash of every column that does not depend on their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DataFingerprint {
    /// Per table.
    pub tables: BTreeMap<Name, TableData>,
}

/// The rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableData {
    /// How many.
    pub rows: i64,
    /// The sum of the hashes of each column's values, as a decimal number.
    pub columns: BTreeMap<String, String>,
}

/// What an application wrote to a table, and what is therefore not compared: the rows it inserted, and
/// in the rows it may have updated the columns that it writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spared {
    /// The column that names a row.
    pub(crate) key: Ident,
    /// Its type.
    pub(crate) key_type: TypeName,
    /// Keys of rows that were not there at the start.
    pub(crate) inserted: Vec<String>,
    /// Keys of rows that may have been updated.
    pub(crate) touched: Vec<String>,
    /// The columns that updates write.
    pub(crate) columns: BTreeSet<Ident>,
}

/// What is spared, by table.
pub(crate) type SparedTables = BTreeMap<Name, Spared>;

impl DataFingerprint {
    /// All rows of all tables.
    pub fn rows(&self) -> i64 {
        self.tables.values().map(|table| table.rows).sum()
    }

    /// Tables whose rows differ, each with what differs, in words.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut out = Vec::new();
        for (name, before) in &self.tables {
            match other.tables.get(name) {
                None => out.push(format!("{name} is gone")),
                Some(after) if after.rows != before.rows => {
                    out.push(format!("{name} has {} rows, not {}", after.rows, before.rows));
                }
                Some(after) => {
                    let differing = before
                        .columns
                        .iter()
                        .filter(|(column, hash)| after.columns.get(*column) != Some(hash));
                    out.extend(differing.map(|(column, _)| format!("{name}.{column} holds other values")));
                }
            }
        }
        out
    }
}

/// The rows of a schema's tables as they are now. Every row is read.
///
/// # Errors
/// `rehearse.data` when a table cannot be read.
pub async fn fingerprint(session: &Session, schema: &Schema) -> Result<DataFingerprint, Fault> {
    fingerprint_but(session, schema, &SparedTables::new()).await
}

/// The same without what an application wrote.
pub(crate) async fn fingerprint_but(
    session: &Session,
    schema: &Schema,
    spared: &SparedTables,
) -> Result<DataFingerprint, Fault> {
    let mut found = DataFingerprint::default();
    let whole = schema.tables.iter().filter(|(_, table)| table.partition_of.is_none());
    for (name, table) in whole {
        found.tables.insert(name.clone(), of_table(session, name, table, spared.get(name)).await?);
    }
    Ok(found)
}

async fn of_table(
    session: &Session,
    name: &Name,
    table: &Table,
    spared: Option<&Spared>,
) -> Result<TableData, Fault> {
    let hashes = table.columns.iter().map(|column| {
        // The sum of bigints is exact as well, and faster than that of numerics.
        let hash = sql!("sum(hashtextextended(t.{}::text, 0))", column.name);
        // What is generated from a column that was written changes with it.
        let is_written =
            |spared: &Spared| column.generated.is_some() || spared.columns.contains(&column.name);
        let only = if spared.is_some_and(is_written) { " FILTER (WHERE touched.key IS NULL)" } else { "" };
        sql!("coalesce({}{}, 0)::text", hash, Sql::verbatim(only))
    });
    let counted = Sql::join(std::iter::once(sql!("count(*)")).chain(hashes), ", ");
    let none = Vec::new();
    let (query, touched, inserted) = match spared {
        None => (sql!("SELECT {} FROM {} t", counted, name), &none, &none),
        Some(spared) => (counted_but(&counted, name, spared), &spared.touched, &spared.inserted),
    };
    let keys: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [touched, inserted];
    let row = session.query_one(query.as_str(), if spared.is_some() { &keys } else { &[] }).await;
    let row = row.map_err(|error| {
        connect::fault("rehearse.data", format!("the rows of {name} could not be read"), &error)
    })?;
    let columns = table.columns.iter().enumerate();
    let columns = columns.map(|(at, column)| (column.name.as_str().to_owned(), row.get(at + 1))).collect();
    Ok(TableData { rows: row.get(0), columns })
}

/// Of the rows that were not inserted; `touched.key` is null in those that were not updated.
fn counted_but(counted: &Sql, name: &Name, spared: &Spared) -> Sql {
    sql!(
        "SELECT {} FROM {} t LEFT JOIN unnest($1::text[]) AS touched (key) ON touched.key::{} = t.{} \
         WHERE NOT EXISTS (SELECT FROM unnest($2::text[]) AS made (key) WHERE made.key::{} = t.{})",
        *counted,
        *name,
        spared.key_type,
        spared.key,
        spared.key_type,
        spared.key
    )
}
