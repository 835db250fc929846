//! Tables, their columns and constraints.

use std::collections::BTreeSet;

use model::{Name, Sql, sql};

use super::{Builder, Generation, columns, ident, qualified, qualified_text, sequence_options};
use crate::described::{ColumnText, ColumnUnique, ForeignKeyText, KeyText, TableText, UniqueText};
use crate::known::counting;
use crate::project::{External, Makes};

impl Builder<'_> {
    pub(super) fn tables(&mut self) {
        for table in &self.described.outside {
            let name = table_name(table);
            let sql = self.stub(table, &name);
            self.scaffold(sql, External::Table(name));
        }
        for table in &self.described.tables {
            let name = table_name(table);
            let spared = self.known.has_table(&name);
            let sql = self.create_table(table, &name);
            self.push_spared(sql, name.to_string(), Makes::Object(name), &table.origins, spared);
        }
    }

    /// Enough of a table that is not the project's for foreign keys to point at it.
    fn stub(&self, table: &TableText, name: &Name) -> Sql {
        let mut parts: Vec<Sql> = table
            .columns
            .iter()
            .map(|column| sql!("{} {}", ident(&column.name), self.types[column.kind]))
            .collect();
        let keys: BTreeSet<&Vec<String>> = self
            .described
            .tables
            .iter()
            .flat_map(|table| &table.foreign_keys)
            .filter(|key| qualified_text(&key.foreign) == *name)
            .map(|key| &key.foreign_columns)
            .collect();
        parts.extend(keys.into_iter().map(|key| sql!("UNIQUE ({})", columns(key))));
        sql!("CREATE TABLE {} ({})", name, Sql::join(parts, ", "))
    }

    fn create_table(&self, table: &TableText, name: &Name) -> Sql {
        let mut parts: Vec<Sql> =
            table.columns.iter().map(|column| self.column(column, table, name)).collect();
        parts.extend(table.primary_keys.iter().map(primary_key));
        parts.extend(table.columns.iter().filter_map(column_unique));
        parts.extend(table.uniques.iter().map(unique));
        parts.extend(
            table
                .checks
                .iter()
                .map(|check| sql!("CONSTRAINT {} CHECK ({})", ident(&check.name), Sql::verbatim(&check.sql))),
        );
        sql!("CREATE TABLE {} (\n    {}\n)", name, Sql::join(parts, ",\n    "))
    }

    fn column(&self, column: &ColumnText, table: &TableText, name: &Name) -> Sql {
        let mut sql = sql!("{} {}", ident(&column.name), self.types[column.kind]);
        // 1.0 lets a key over listed columns win over one a column claims; with 0.x the server refuses the two.
        if column.primary && (table.primary_keys.is_empty() || self.generation == Generation::Zero) {
            sql = sql.then(&Sql::verbatim(" PRIMARY KEY"));
        }
        if let Some(default) = &column.default {
            sql = sql.then(&sql!(" DEFAULT {}", Sql::verbatim(default)));
        }
        if let Some(generated) = &column.generated {
            sql = sql.then(&sql!(" GENERATED ALWAYS AS ({}) STORED", Sql::verbatim(generated)));
        }
        if column.not_null && column.identity.is_none() {
            sql = sql.then(&Sql::verbatim(" NOT NULL"));
        }
        if let Some(identity) = &column.identity {
            let kind = Sql::verbatim(if identity.always { "ALWAYS" } else { "BY DEFAULT" });
            let sequence = name.sibling(&ident(&identity.name));
            let options = sequence_options(&identity.options);
            sql = sql.then(&sql!(" GENERATED {} AS IDENTITY (SEQUENCE NAME {} {})", kind, sequence, options));
        }
        if let Some(ColumnUnique { name: None, nulls_not_distinct }) = &column.unique {
            sql = sql.then(&sql!(" UNIQUE{}", nulls(*nulls_not_distinct)));
        }
        sql
    }

    pub(super) fn foreign_keys(&mut self) {
        for table in &self.described.tables {
            let name = table_name(table);
            for key in counting(&table.foreign_keys) {
                let object = object(&name, &key.name);
                let spared = self.known.has_key(&name, &key.name);
                let sql = add_foreign_key(&name, key);
                self.push_spared(sql, object, Makes::Tie(name.clone()), &table.origins, spared);
            }
        }
    }
}

/// The name of a table in the database.
pub(super) fn table_name(table: &TableText) -> Name {
    qualified(table.schema.as_deref(), &table.name)
}

/// What a part of a table is called in messages: `public.funds.funds_created_at_idx`.
pub(super) fn object(table: &Name, part: &str) -> String {
    sql!("{}.{}", table, ident(part)).to_string()
}

fn primary_key(key: &KeyText) -> Sql {
    match &key.name {
        Some(name) => sql!("CONSTRAINT {} PRIMARY KEY ({})", ident(name), columns(&key.columns)),
        None => sql!("PRIMARY KEY ({})", columns(&key.columns)),
    }
}

fn column_unique(column: &ColumnText) -> Option<Sql> {
    let unique = column.unique.as_ref()?;
    let name = unique.name.as_deref()?;
    Some(sql!(
        "CONSTRAINT {} UNIQUE{} ({})",
        ident(name),
        nulls(unique.nulls_not_distinct),
        ident(&column.name)
    ))
}

fn unique(unique: &UniqueText) -> Sql {
    let listed = columns(&unique.columns);
    let nulls = nulls(unique.nulls_not_distinct);
    match &unique.name {
        Some(name) => sql!("CONSTRAINT {} UNIQUE{} ({})", ident(name), nulls, listed),
        None => sql!("UNIQUE{} ({})", nulls, listed),
    }
}

fn nulls(not_distinct: bool) -> Sql {
    Sql::verbatim(if not_distinct { " NULLS NOT DISTINCT" } else { "" })
}

fn add_foreign_key(table: &Name, key: &ForeignKeyText) -> Sql {
    let mut sql = sql!(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
        table,
        ident(&key.name),
        columns(&key.columns),
        qualified_text(&key.foreign),
        columns(&key.foreign_columns)
    );
    if let Some(action) = key.on_delete.as_deref().and_then(action) {
        sql = sql.then(&sql!(" ON DELETE {}", action));
    }
    if let Some(action) = key.on_update.as_deref().and_then(action) {
        sql = sql.then(&sql!(" ON UPDATE {}", action));
    }
    sql
}

/// A foreign key's action; none for `no action`, which is what there is without one.
fn action(text: &str) -> Option<Sql> {
    let known = ["cascade", "restrict", "set null", "set default"];
    known
        .into_iter()
        .find(|known| text.eq_ignore_ascii_case(known))
        .map(|known| Sql::verbatim(known.to_uppercase()))
}
