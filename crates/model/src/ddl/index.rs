use super::constraint::included;
use super::when;
use crate::{Index, IndexKey, Name, Sql, sql};

impl Index {
    /// `CREATE INDEX`, with `CONCURRENTLY` where asked.
    pub fn create(&self, table: &Name, concurrently: bool) -> Sql {
        let mut out = sql!(
            "CREATE {}INDEX {}{} ON {} USING {} ({}){}{}",
            when(self.unique, "UNIQUE "),
            when(concurrently, "CONCURRENTLY "),
            self.name,
            table,
            self.method,
            Sql::join(self.keys.iter().map(IndexKey::definition), ", "),
            included(&self.include),
            when(self.nulls_not_distinct, " NULLS NOT DISTINCT")
        );
        if !self.options.is_empty() {
            out = out.then(&sql!(" WITH ({})", super::object::parameters(&self.options)));
        }
        if let Some(predicate) = &self.predicate {
            out = out.then(&sql!(" WHERE {}", predicate));
        }
        out
    }

    /// `DROP INDEX`, with `CONCURRENTLY` where asked.
    pub fn drop(&self, table: &Name, concurrently: bool) -> Sql {
        sql!("DROP INDEX {}{}", when(concurrently, "CONCURRENTLY "), table.sibling(&self.name))
    }
}

impl IndexKey {
    /// The key as it stands between the parentheses.
    pub fn definition(&self) -> Sql {
        let mut out = sql!("{}", self.expression);
        if let Some(collation) = &self.collation {
            out = out.then(&sql!(" COLLATE {}", collation));
        }
        if let Some(opclass) = &self.opclass {
            out = out.then(&sql!(" {}", opclass));
        }
        out = out.then(&when(self.descending, " DESC"));
        match (self.descending, self.nulls_first) {
            (false, true) => out.then(&sql!(" NULLS FIRST")),
            (true, false) => out.then(&sql!(" NULLS LAST")),
            _ => out,
        }
    }
}
