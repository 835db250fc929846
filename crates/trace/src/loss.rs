//! Whether values are gone with a column, or came out of a change of its type as others.

use std::collections::BTreeSet;

use connect::Session;
use facts::{ConversionContext, Using};
use model::{Fault, Ident, Literal, Name, Sql, TypeName, sql};
use tokio_postgres::SimpleQueryRow;

use crate::catalog::{ask, command};

/// A column before a statement that drops it or changes its type.
pub(crate) struct ColumnBefore {
    table: Name,
    oid: u32,
    attnum: i16,
    type_name: TypeName,
    /// Whether the table has rows; without any, what its rows on another server hold is not known.
    has_rows: bool,
    /// Whether one row at least has a value in it.
    has_values: bool,
    /// What its values come to, in the order of the rows.
    digest: String,
}

/// What became of the columns' values.
#[derive(Default)]
pub(crate) struct Lost {
    pub(crate) data_loss: bool,
    pub(crate) unknown: Vec<String>,
}

/// Reads the columns before the statement, those of tables known to be empty aside.
///
/// # Errors
/// `trace.measure` when they cannot be read.
pub(crate) async fn before(
    session: &Session,
    columns: &[(u32, i16)],
    empty: &BTreeSet<u32>,
) -> Result<Vec<ColumnBefore>, Fault> {
    let mut found = Vec::new();
    for &(oid, attnum) in columns.iter().filter(|(oid, _)| !empty.contains(oid)) {
        let Some(row) = ask(session, describe(oid, attnum).as_str()).await?.pop() else { continue };
        let (table, name, type_name) = described(&row);
        let read = sql!(
            "SELECT count(*) AS total, count(v) AS filled, {} FROM (SELECT pg_catalog.row_number() OVER () AS n,
                {} AS v FROM ONLY {}) AS rows",
            digest(),
            as_text(&sql!("{}", name), &type_name),
            table
        );
        let Some(row) = ask(session, read.as_str()).await?.pop() else { continue };
        let has = |count: &str| row.get(count).is_some_and(|count| count != "0");
        found.push(ColumnBefore {
            table,
            oid,
            attnum,
            type_name,
            has_rows: has("total"),
            has_values: has("filled"),
            digest: row.get("digest").unwrap_or_default().to_owned(),
        });
    }
    Ok(found)
}

/// What became of them, asked after the statement. Leaves the transaction to be rolled back to a
/// savepoint, since a cast may fail.
pub(crate) async fn after(session: &Session, columns: &[ColumnBefore]) -> Result<Lost, Fault> {
    let mut lost = Lost::default();
    for column in columns {
        match ask(session, describe(column.oid, column.attnum).as_str()).await?.pop() {
            // A column of which nothing is known may hold anything.
            None => lost.data_loss |= column.has_values || !column.has_rows,
            Some(row) => {
                let (table, name, type_name) = described(&row);
                if column.has_rows {
                    lost.data_loss |= !comes_back(session, column, &table, &name).await?;
                } else {
                    untested(column, &type_name, session.server().major, &mut lost);
                }
            }
        }
    }
    Ok(lost)
}

/// Without rows there are no values to see the change on; what facts say of the types stands in. How the
/// change is written is not known here, so it is taken as a cast, which cuts where an assignment fails.
fn untested(column: &ColumnBefore, now: &TypeName, major: u32, lost: &mut Lost) {
    let (table, was) = (&column.table, &column.type_name);
    let context = ConversionContext { using: Using::Cast, ..ConversionContext::default() };
    if facts::conversion(was, now, context, major).may_change {
        lost.unknown.push(format!(
            "{table} has no rows here: whether values survive the change from {was} to {now} was not measured"
        ));
    }
}

/// Whether the values, converted back, are those from before.
async fn comes_back(
    session: &Session,
    column: &ColumnBefore,
    table: &Name,
    name: &Ident,
) -> Result<bool, Fault> {
    let casts = [
        sql!("{}::{}", name, column.type_name),
        // Types without a cast between them meet in their text.
        sql!("{}::pg_catalog.text::{}", name, column.type_name),
    ];
    for cast in casts {
        let read = sql!(
            "SELECT {} FROM (SELECT pg_catalog.row_number() OVER () AS n, {} AS v FROM ONLY {}) AS rows",
            digest(),
            as_text(&cast, &column.type_name),
            table
        );
        command(session, "SAVEPOINT lockkeeper_cast").await?;
        match ask(session, read.as_str()).await {
            Ok(rows) => {
                let digest = rows.first().and_then(|row| row.get("digest"));
                return Ok(digest == Some(column.digest.as_str()));
            }
            Err(_) => command(session, "ROLLBACK TO SAVEPOINT lockkeeper_cast").await?,
        }
    }
    // What no cast brings back is not what it was.
    Ok(false)
}

/// A number for all values in order: nulls count as nothing, and each row's place is hashed with it.
fn digest() -> Sql {
    sql!("coalesce(sum(pg_catalog.hashtextextended(n || ':' || v, 0)), 0)::pg_catalog.text AS digest")
}

/// A value as text that is equal where the values are. The layout of `json` and the order of its keys are no value;
/// a key that stands twice is one, and so its parts are counted.
fn as_text(value: &Sql, type_name: &TypeName) -> Sql {
    if type_name.0 != "json" {
        return sql!("({})::pg_catalog.text", value);
    }
    sql!(
        "({})::pg_catalog.jsonb::pg_catalog.text || (WITH RECURSIVE parts (part) AS (SELECT {} UNION ALL \
         SELECT below.part FROM parts CROSS JOIN LATERAL (\
         SELECT value FROM pg_catalog.json_each(CASE pg_catalog.json_typeof(part) WHEN 'object' THEN part ELSE {} END) \
         UNION ALL SELECT value FROM pg_catalog.json_array_elements(\
         CASE pg_catalog.json_typeof(part) WHEN 'array' THEN part ELSE '[]' END)) AS below (part)) \
         SELECT pg_catalog.count(*) FROM parts)",
        value,
        value,
        Literal::new("{}")
    )
}

fn describe(oid: u32, attnum: i16) -> Sql {
    sql!(
        "SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
        FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE a.attrelid = {} AND a.attnum = {} AND NOT a.attisdropped",
        oid,
        attnum
    )
}

fn described(row: &SimpleQueryRow) -> (Name, Ident, TypeName) {
    let text = |name: &str| row.get(name).unwrap_or_default();
    (Name::new(text("nspname"), text("relname")), Ident::new(text("attname")), TypeName::new(text("type")))
}
