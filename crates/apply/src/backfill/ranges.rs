//! Which rows a batch takes: ranges of a table's pages.

use connect::Session;
use model::{Name, Sql, sql};

use crate::failure::Failure;
use crate::session::{rows, text, value};

/// The first major version that reads a range of `ctid` without reading the whole table.
const RANGE_SCAN_MAJOR: u32 = 14;

/// Bytes of a page header, and of the smallest row with its line pointer: how many rows fit a page.
const PAGE_HEADER_BYTES: i64 = 24;
const ROW_BYTES_MIN: i64 = 28;

/// One table that a backfill fills: the table itself, a leaf partition, or an inheritance child.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// Its name.
    pub(crate) table: Name,
    /// Its pages now.
    pub(crate) blocks: i64,
    /// Its estimated rows; none where never analysed.
    pub(crate) rows: Option<f64>,
    /// The bytes of a page.
    pub(crate) block_bytes: i64,
}

/// The tables that hold the rows of a table, in a fixed order.
pub(crate) async fn parts(session: &Session, table: &Name) -> Result<Vec<Part>, Failure> {
    let question = sql!(
        "WITH RECURSIVE family AS (
            SELECT {}::pg_catalog.regclass::pg_catalog.oid AS oid
            UNION SELECT i.inhrelid FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent = f.oid)
         SELECT n.nspname, c.relname, NULLIF(c.reltuples, -1) AS reltuples,
            pg_catalog.current_setting('block_size') AS block_bytes,
            pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint AS blocks
         FROM family JOIN pg_catalog.pg_class AS c USING (oid) JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r' ORDER BY n.nspname, c.relname",
        model::Literal::new(table.to_string())
    );
    let found = rows(session, &question).await?;
    let parts = found.iter().filter_map(|row| {
        Some(Part {
            table: Name::new(text(row, "nspname")?, text(row, "relname")?),
            blocks: value(row, "blocks")?,
            rows: value(row, "reltuples"),
            block_bytes: value(row, "block_bytes")?,
        })
    });
    Ok(parts.collect())
}

/// The pages of a table now.
pub(crate) async fn blocks(session: &Session, table: &Name) -> Result<i64, Failure> {
    let question = sql!(
        "SELECT pg_catalog.pg_relation_size({}::pg_catalog.regclass) / pg_catalog.current_setting('block_size')::bigint AS blocks",
        model::Literal::new(table.to_string())
    );
    Ok(rows(session, &question).await?.first().and_then(|row| value(row, "blocks")).unwrap_or(0))
}

/// The condition that a row lies in pages `from` up to (not including) `to`.
///
/// Before 14 a range of `ctid` is compared row by row through the whole table, but equality is not: there
/// every place that a row can have in those pages is named.
pub(crate) fn within(major: u32, part: &Part, from: i64, to: i64) -> Sql {
    if major >= RANGE_SCAN_MAJOR {
        return sql!("ctid >= '({},0)'::pg_catalog.tid AND ctid < '({},0)'::pg_catalog.tid", from, to);
    }
    sql!(
        "ctid = ANY (ARRAY(SELECT ('(' || block || ',' || place || ')')::pg_catalog.tid
            FROM pg_catalog.generate_series({}::bigint, {}::bigint) AS block, pg_catalog.generate_series(1, {}) AS place))",
        from,
        to - 1,
        places_max(part.block_bytes)
    )
}

/// The most rows that a page can hold.
const fn places_max(block_bytes: i64) -> i64 {
    (block_bytes - PAGE_HEADER_BYTES) / ROW_BYTES_MIN
}

/// The bytes of a row where nobody has counted; the servo corrects what follows from it.
const ROW_BYTES_GUESS: f64 = 128.0;

/// About how many rows a page of this table holds.
pub(crate) fn rows_per_block(part: &Part) -> f64 {
    let counted = part.rows.filter(|rows| *rows > 0.0).map(|rows| rows / (part.blocks.max(1) as f64));
    counted.unwrap_or(part.block_bytes as f64 / ROW_BYTES_GUESS).max(0.01)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_8_kb_holds_at_most_291_rows() {
        assert_eq!(places_max(8192), 291);
    }

    #[test]
    fn density_is_counted_or_guessed() {
        let part = Part { table: Name::new("public", "t"), blocks: 100, rows: Some(1e4), block_bytes: 8192 };
        assert_eq!(rows_per_block(&part), 100.0);
        assert_eq!(rows_per_block(&Part { rows: None, ..part }), 64.0);
    }

    /// Both ways to name the rows of some pages name the same rows, each row in just one batch.
    #[tokio::test]
    async fn both_ways_find_every_row_once() {
        let database = testkit::database(15).await;
        database.run("CREATE TABLE public.t AS SELECT n FROM generate_series(1, 5000) AS n").await;
        let session = database.connect().await;
        let part = parts(&session, &Name::new("public", "t")).await.unwrap().remove(0);
        for major in [13, 14] {
            let mut found = 0;
            for from in (0..part.blocks).step_by(7) {
                let within = within(major, &part, from, from + 7);
                let count = sql!("SELECT pg_catalog.count(*) AS n FROM public.t WHERE {}", within);
                found += value::<i64>(&rows(&session, &count).await.unwrap()[0], "n").unwrap();
            }
            assert_eq!(found, 5_000, "as for {major}");
        }
        session.close().await;
    }
}
