//! What a database's rows are, in a form that two moments can be compared by.

use std::collections::BTreeMap;

use connect::Session;
use model::{Fault, Name, Schema, Sql, sql};
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
    let mut found = DataFingerprint::default();
    let whole = schema.tables.iter().filter(|(_, table)| table.partition_of.is_none());
    for (name, table) in whole {
        let hashes = table.columns.iter().map(|column| {
            sql!("coalesce(sum(hashtextextended(t.{}::text, 0)::numeric), 0)::text", column.name)
        });
        let counted = std::iter::once(sql!("count(*)")).chain(hashes);
        let query = sql!("SELECT {} FROM {} t", Sql::join(counted, ", "), name);
        let row = session.query_one(query.as_str(), &[]).await.map_err(|error| {
            connect::fault("rehearse.data", format!("the rows of {name} could not be read"), &error)
        })?;
        let columns = table.columns.iter().enumerate();
        let columns =
            columns.map(|(at, column)| (column.name.as_str().to_owned(), row.get(at + 1))).collect();
        found.tables.insert(name.clone(), TableData { rows: row.get(0), columns });
    }
    Ok(found)
}
