//! A sample of a live database's rows, for who asks for it.
//!
//! Tables are copied in the order of their references, each row only with the rows it refers to; where
//! references go round in a circle, rows that lack theirs are taken out again.

use std::io::Cursor;

use connect::Session;
use futures_util::SinkExt as _;
use model::{Fault, ForeignKey, Name, Progress, Schema, Sql, Table, count_text, sql};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::fill::Filled;
use crate::layout::foreign_keys;
use crate::order::{Order, order, root};
use crate::parallel::prepare_for_filling;
use crate::rows::Rows;
use crate::settle::{advance_all, delete_dangling};

/// Rows that are read from a table before those that refer to nothing are left out, for one that is wanted.
const CANDIDATES_A_ROW: u64 = 20;

/// Copies at most so many rows of each table from a live database to a throwaway one that has its schema.
/// The live side is read only, in one snapshot.
///
/// # Errors
/// `populate.sample` when a table cannot be read or its rows do not fit the copy; `populate.filling`.
pub async fn sample(
    live: &Session,
    copy: &Session,
    schema: &Schema,
    rows: &Rows,
    progress: &dyn Progress,
) -> Result<Filled, Fault> {
    prepare_for_filling(copy).await?;
    let begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
    live.batch_execute(begin).await.map_err(|error| unsampled("the live database", &error))?;
    progress.begin("copying a sample of the live rows", None);
    let order = order(schema);
    let mut filled = Filled::default();
    for name in &order.tables {
        let Some(table) = schema.tables.get(name) else { continue };
        let count = Sampling { live, copy, schema, order: &order, name, table }.copy(rows.of(name)).await?;
        progress.note(&format!("{name}: {} rows", count_text(count)));
        filled.tables.insert(name.clone(), count);
    }
    live.batch_execute("COMMIT").await.map_err(|error| unsampled("the live database", &error))?;
    let mut deleted = true;
    while deleted {
        deleted = false;
        for (name, table) in schema.tables.iter().filter(|(_, table)| table.partition_of.is_none()) {
            for key in foreign_keys(table) {
                deleted |= delete_dangling(copy, name, key).await? > 0;
            }
        }
    }
    for name in filled.tables.keys() {
        advance_all(copy, schema, name).await?;
    }
    copy.batch_execute("ANALYZE").await.map_err(|error| unsampled("the copy", &error))?;
    progress.end(&format!("{} rows", count_text(filled.tables.values().sum())));
    Ok(filled)
}

struct Sampling<'a> {
    live: &'a Session,
    copy: &'a Session,
    schema: &'a Schema,
    order: &'a Order,
    name: &'a Name,
    table: &'a Table,
}

impl Sampling<'_> {
    /// Copies at most so many rows: how many there are then.
    async fn copy(&self, most: u64) -> Result<u64, Fault> {
        let columns = self.table.columns.iter().filter(|column| column.generated.is_none());
        let names: Vec<_> = columns.map(|column| &column.name).collect();
        if most == 0 || names.is_empty() {
            return Ok(0);
        }
        let texts = Sql::join(names.iter().map(|name| sql!("t.{}::text", *name)), ", ");
        let (conditions, keys) = self.conditions().await?;
        let query = sql!(
            "SELECT {} FROM (SELECT * FROM {} LIMIT {}) AS t WHERE {} LIMIT {}",
            texts,
            self.name,
            most.saturating_mul(CANDIDATES_A_ROW),
            conditions,
            most
        );
        let keys: Vec<&(dyn ToSql + Sync)> = keys.iter().map(|keys| keys as _).collect();
        let rows = self.live.query(query.as_str(), &keys).await;
        let rows = rows.map_err(|error| unsampled(&self.name.to_string(), &error))?;
        let list = Sql::join(names, ", ");
        self.put(&sql!("COPY {} ({}) FROM STDIN", self.name, list), &rows).await
    }

    /// That a row refers to nothing, or to a row that was copied; with the keys of those.
    async fn conditions(&self) -> Result<(Sql, Vec<Vec<String>>), Fault> {
        let (mut conditions, mut keys) = (vec![sql!("true")], Vec::new());
        for key in foreign_keys(self.table) {
            let parent = root(self.schema, &key.references);
            if parent == *self.name || self.order.forward.contains(&(self.name.clone(), parent)) {
                // Round in a circle: what lacks its row is taken out again when all are there.
                continue;
            }
            let equal = key.columns.iter().enumerate().map(|(at, own)| {
                keys.push(Vec::new());
                let place = Sql::verbatim(format!("${}::text[]", keys.len()));
                (sql!("known.k{} = t.{}::text", at as u32, own), place, sql!("k{}", at as u32))
            });
            let parts: Vec<(Sql, Sql, Sql)> = equal.collect();
            let first = keys.len() - parts.len();
            for (at, values) in self.keys_of(key).await?.into_iter().enumerate() {
                keys[first + at] = values;
            }
            conditions.push(sql!(
                "({} OR EXISTS (SELECT FROM unnest({}) AS known ({}) WHERE {}))",
                no_reference(key),
                Sql::join(parts.iter().map(|part| &part.1), ", "),
                Sql::join(parts.iter().map(|part| &part.2), ", "),
                Sql::join(parts.iter().map(|part| &part.0), " AND ")
            ));
        }
        Ok((Sql::join(conditions, " AND "), keys))
    }

    /// The referenced columns of the rows that were copied, one list a column.
    async fn keys_of(&self, key: &ForeignKey) -> Result<Vec<Vec<String>>, Fault> {
        let texts = Sql::join(key.referenced_columns.iter().map(|column| sql!("t.{}::text", column)), ", ");
        let query = sql!("SELECT {} FROM {} AS t", texts, key.references);
        let rows = self.copy.query(query.as_str(), &[]).await;
        let rows = rows.map_err(|error| unsampled(&key.references.to_string(), &error))?;
        let column =
            |at: usize| rows.iter().map(move |row| row.get::<_, Option<String>>(at).unwrap_or_default());
        Ok((0..key.columns.len()).map(|at| column(at).collect()).collect())
    }

    async fn put(&self, copy: &Sql, rows: &[Row]) -> Result<u64, Fault> {
        let unfit = |error: &tokio_postgres::Error| unsampled(&self.name.to_string(), error);
        let sink = self.copy.copy_in::<_, Cursor<Vec<u8>>>(copy.as_str()).await;
        let sink = sink.map_err(|error| unfit(&error))?;
        let mut sink = std::pin::pin!(sink);
        for row in rows {
            sink.send(Cursor::new(line(row).into_bytes())).await.map_err(|error| unfit(&error))?;
        }
        sink.as_mut().finish().await.map_err(|error| unfit(&error))
    }
}

/// That one of the referencing columns is null.
fn no_reference(key: &ForeignKey) -> Sql {
    let nulls = key.columns.iter().map(|own| sql!("t.{} IS NULL", own));
    sql!("({})", Sql::join(nulls, " OR "))
}

/// A row as `COPY` reads it.
fn line(row: &Row) -> String {
    let field = |at: usize| match row.get::<_, Option<String>>(at) {
        None => "\\N".to_owned(),
        Some(text) => {
            text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
        }
    };
    (0..row.len()).map(field).collect::<Vec<_>>().join("\t") + "\n"
}

/// Without the server's detail, which may hold values of rows.
fn unsampled(what: &str, error: &tokio_postgres::Error) -> Fault {
    let sqlstate = connect::sqlstate(error).unwrap_or("no answer").to_owned();
    Fault::new("populate.sample", format!("the rows of {what} could not be sampled (SQLSTATE {sqlstate})"))
        .help("does the role of the live URL have SELECT on every table? Or leave --sample out")
}
