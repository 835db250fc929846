//! What is left to do when all tables are filled.

use connect::Session;
use model::{Fault, ForeignKey, Ident, Literal, Name, Schema, Sql, sql};

use crate::fill::{Filling, not_asked};
use crate::layout::{counts_up, foreign_keys};
use crate::statement::Keys;

impl Filling<'_> {
    /// Where references go round in a circle, some were made to rows that did not come to be: those
    /// rows go, and what refers to them.
    pub(crate) async fn mend(&mut self) -> Result<(), Fault> {
        let broken = |(_, other): &&(Name, Name)| {
            !matches!(self.keys.get(other), Some(Keys::AsDesigned(rows))
            if Some(*rows) == self.layouts.get(other).map(|layout| layout.rows))
        };
        if self.order.forward.iter().filter(broken).count() == 0 {
            return Ok(());
        }
        let mut deleted = true;
        while deleted {
            deleted = false;
            for (name, table) in &self.schema.tables {
                for key in foreign_keys(table).into_iter().filter(|_| table.partition_of.is_none()) {
                    deleted |= delete_dangling(self.session, name, key).await? > 0;
                }
            }
        }
        for (name, rows) in &mut self.filled.tables {
            let query = sql!("SELECT count(*) FROM {}", name);
            let row = self.session.query_one(query.as_str(), &[]).await.map_err(|error| not_asked(&error))?;
            *rows = u64::try_from(row.get::<_, i64>(0)).unwrap_or_default();
        }
        self.filled
            .notes
            .push("rows whose references went round in a circle were taken out again".to_owned());
        Ok(())
    }

    /// Puts sequences behind the rows, analyses the tables, and drops what helped.
    pub(crate) async fn settle(&self) -> Result<(), Fault> {
        for name in self.filled.tables.keys() {
            advance_all(self.session, self.schema, name).await?;
            self.run(&sql!("ANALYZE {}", name)).await?;
        }
        for keys in self.keys.values() {
            if let Keys::Numbered(numbered, _) = keys {
                self.run(&sql!("DROP TABLE pg_temp.{}", numbered)).await?;
            }
        }
        Ok(())
    }
}

/// Takes out the rows whose reference leads nowhere: how many.
pub(crate) async fn delete_dangling(session: &Session, name: &Name, key: &ForeignKey) -> Result<u64, Fault> {
    let nulls = key.columns.iter().map(|own| sql!("t.{} IS NOT NULL", own));
    let equal = key.columns.iter().zip(&key.referenced_columns);
    let equal = equal.map(|(own, other)| sql!("other.{} = t.{}", other, own));
    let delete = sql!(
        "DELETE FROM {} AS t WHERE {} AND NOT EXISTS (SELECT FROM {} AS other WHERE {})",
        name,
        Sql::join(nulls, " AND "),
        key.references,
        Sql::join(equal, " AND ")
    );
    let deleted = session.execute_typed(delete.as_str(), &[]).await;
    deleted.map_err(|error| not_asked(&error))
}

/// Puts the sequences of a table behind its rows.
pub(crate) async fn advance_all(session: &Session, schema: &Schema, name: &Name) -> Result<(), Fault> {
    let columns = schema.tables.get(name).into_iter().flat_map(|table| &table.columns);
    for column in columns.filter(|column| counts_up(column)) {
        advance(session, schema, name, &column.name).await?;
    }
    Ok(())
}

async fn advance(session: &Session, schema: &Schema, table: &Name, column: &Ident) -> Result<(), Fault> {
    let default = schema.tables.get(table).and_then(|found| found.column(column));
    let default = default.and_then(|column| column.default.as_ref());
    // `nextval('public.orders_id_seq'::regclass)` names its sequence itself.
    let named = default.and_then(|default| default.0.strip_prefix("nextval("));
    let sequence = match named.and_then(|named| named.strip_suffix(')')) {
        Some(named) => Sql::verbatim(named),
        None => {
            let (table, column) = (Literal::new(table.to_string()), Literal::new(column.as_str()));
            sql!("pg_get_serial_sequence({}, {})", table, column)
        }
    };
    let set = sql!("SELECT setval({}, max({})) FROM {} HAVING max({}) >= 1", sequence, column, table, column);
    session.batch_execute(set.as_str()).await.map_err(|error| not_asked(&error))
}
