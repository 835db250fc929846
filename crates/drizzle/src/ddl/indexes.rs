//! Indexes.

use model::{Name, Sql, sql};

use super::tables::{object, table_name};
use super::{Builder, Generation, ident};
use crate::described::{IndexPart, IndexText};
use crate::note::Note;
use crate::project::Makes;

impl Builder<'_> {
    /// Indexes come before foreign keys: one may rest on a unique index.
    pub(super) fn indexes(&mut self) {
        for table in &self.described.tables {
            let name = table_name(table);
            for index in &table.indexes {
                let object = object(&name, &index.name);
                self.note_left_out(index, &object);
                let sql = create_index(index, &name, self.generation);
                let (makes, spared) = (Makes::Object(name.clone()), self.known.has_table(&name));
                self.push_spared(sql, object, makes, &table.origins, spared);
            }
        }
    }

    fn note_left_out(&mut self, index: &IndexText, object: &str) {
        let left_out =
            |part: &&IndexPart| part.opclass.is_some() && (is_descending(part) || is_nulls_first(part));
        if self.generation == Generation::Zero && index.parts.iter().any(|part| left_out(&part)) {
            let what = "the order beside an operator class".to_owned();
            self.notes.push(Note::LeftOut { object: object.to_owned(), what });
        }
    }
}

fn create_index(index: &IndexText, table: &Name, generation: Generation) -> Sql {
    let unique = Sql::verbatim(if index.unique { "UNIQUE " } else { "" });
    let method = index.method.as_deref().unwrap_or("btree");
    let parts = Sql::join(index.parts.iter().map(|part| part_sql(part, generation)), ", ");
    let mut sql = sql!(
        "CREATE {}INDEX {} ON {} USING {} ({})",
        unique,
        ident(&index.name),
        table,
        ident(method),
        parts
    );
    if !index.with.is_empty() {
        let options = index.with.iter().map(|(key, value)| sql!("{} = {}", ident(key), Sql::verbatim(value)));
        sql = sql.then(&sql!(" WITH ({})", Sql::join(options, ", ")));
    }
    let always = generation == Generation::One && index.condition.as_deref() == Some("true");
    if let Some(condition) = index.condition.as_ref().filter(|_| !always) {
        sql = sql.then(&sql!(" WHERE {}", Sql::verbatim(condition)));
    }
    sql
}

fn part_sql(part: &IndexPart, generation: Generation) -> Sql {
    let Some(column) = &part.column else {
        return Sql::verbatim(part.expression.as_deref().unwrap_or_default());
    };
    let mut sql = sql!("{}", ident(column));
    if let Some(opclass) = &part.opclass {
        sql = sql.then(&sql!(" {}", Sql::verbatim(opclass)));
        if generation == Generation::Zero {
            return sql;
        }
    }
    let (descending, first) = part_order(part, generation);
    sql = sql.then(&Sql::verbatim(if descending { " DESC" } else { "" }));
    sql.then(&Sql::verbatim(match (descending, first) {
        (false, true) => " NULLS FIRST",
        (true, false) => " NULLS LAST",
        _ => "",
    }))
}

/// Whether a key is descending, and whether nulls come first in it.
pub(crate) fn part_order(part: &IndexPart, generation: Generation) -> (bool, bool) {
    let descending = is_descending(part);
    let first = is_nulls_first(part) || (generation == Generation::One && descending && part.nulls.is_none());
    (descending, first)
}

fn is_descending(part: &IndexPart) -> bool {
    part.order.as_deref() == Some("desc")
}

pub(crate) fn is_nulls_first(part: &IndexPart) -> bool {
    part.nulls.as_deref() == Some("first")
}
