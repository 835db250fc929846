//! The statements on one table.

use model::{Column, ConstraintKind, Ident, Name, Sql, Table, sql};

use super::{LeftOut, NotDone, fresh};
use crate::{Does, Parameter, Statement};

/// How many rows a list shows.
const PAGE_ROWS: u32 = 20;

/// Writes the statements on one table.
pub(super) struct Writer<'a> {
    pub(super) name: &'a Name,
    pub(super) table: &'a Table,
    /// The table in the other schema, where it is there.
    pub(super) beside: Option<&'a Table>,
    pub(super) weight: u32,
}

impl<'a> Writer<'a> {
    /// The single column that names a row: of the primary key, or unique and never null.
    pub(super) fn key(&self) -> Option<&'a Ident> {
        let is_kept = |column: &&Ident| self.beside.is_none_or(|beside| beside.column(column).is_some());
        let single = |of_primary: bool| {
            let mut keys = self.table.constraints.values().filter_map(move |c| match &c.kind {
                ConstraintKind::PrimaryKey { columns, .. } if of_primary => Some(columns),
                ConstraintKind::Unique { columns, .. } if !of_primary => Some(columns),
                _ => None,
            });
            keys.find_map(|columns| match &columns[..] {
                [only] if self.table.column(only).is_some_and(|c| of_primary || c.not_null) => Some(only),
                _ => None,
            })
        };
        single(true).filter(is_kept).or_else(|| single(false).filter(is_kept))
    }

    /// Some rows of a table that has no key.
    pub(super) fn some_rows(&self) -> Statement {
        self.statement(
            "some",
            Does::Read,
            sql!("SELECT * FROM {} LIMIT {}", self.name, PAGE_ROWS),
            Vec::new(),
        )
    }

    /// What an application does with rows that have a key.
    pub(super) fn with_key(&self, key: &Ident, left_out: &mut Vec<LeftOut>) -> Vec<Statement> {
        let by_key = sql!("SELECT * FROM {} WHERE {} = $1", self.name, key);
        let mut statements = vec![self.statement("by_key", Does::Read, by_key, vec![self.value(key)])];
        statements.extend(self.lists());
        if let Some(why) = self.unwritable() {
            left_out.push(self.left_out(NotDone::Writes, why));
            return statements;
        }
        statements.extend(self.updates(key));
        match self.insert(key) {
            Ok(insert) => statements.extend([insert, self.delete(key)]),
            Err(why) => left_out.push(self.left_out(NotDone::Inserts, &why)),
        }
        statements
    }

    fn left_out(&self, what: NotDone, why: &str) -> LeftOut {
        LeftOut { table: self.name.clone(), what, why: why.to_owned() }
    }

    /// Rows by a foreign key, as an application lists what belongs to something.
    fn lists(&self) -> impl Iterator<Item = Statement> {
        self.table.foreign_keys().filter_map(|(_, key)| match &key.columns[..] {
            [only] => {
                let query = sql!("SELECT * FROM {} WHERE {} = $1 LIMIT {}", self.name, only, PAGE_ROWS);
                Some(self.statement(
                    &format!("of_{}", only.as_str()),
                    Does::Read,
                    query,
                    vec![self.value(only)],
                ))
            }
            _ => None,
        })
    }

    /// Why nothing of the table may be written: other rows would change with it, unaccounted for.
    fn unwritable(&self) -> Option<&'static str> {
        match () {
            () if !self.table.triggers.is_empty() => Some("it has triggers of its own"),
            () if !self.table.rules.is_empty() => Some("it has rules"),
            () if self.table.row_security => Some("it has row security"),
            () => None,
        }
    }

    /// Each column that may take any value, by itself.
    fn updates(&self, key: &Ident) -> Vec<Statement> {
        let free = self.table.columns.iter().filter(|column| column.name != *key && self.is_free(column));
        let update = |column: &Column| {
            let value = fresh::value(column)?;
            let update = sql!(
                "UPDATE {} SET {} = $2 WHERE {} = $1 RETURNING {}::text",
                self.name,
                column.name,
                key,
                column.name
            );
            let does = Does::Update(self.name.clone(), column.name.clone());
            let name = format!("set_{}", column.name.as_str());
            Some(self.statement(&name, does, update, vec![Parameter::Row, value]))
        };
        free.filter_map(update).collect()
    }

    /// Whether nothing is said of the column in either schema: no key, no check, nothing generated.
    fn is_free(&self, column: &Column) -> bool {
        let of_foreign_key =
            |table: &Table| table.foreign_keys().any(|(_, foreign)| foreign.columns.contains(&column.name));
        let of_partition = self.table.partition_by.as_ref();
        column.generated.is_none()
            && column.identity.is_none()
            && !of_partition.is_some_and(|by| fresh::mentions(&by.0, &column.name))
            && self.both().all(|table| !of_foreign_key(table) && fresh::is_unchecked(table, &column.name))
            && self.fits_beside(column)
    }

    /// Whether new values fit the column in the other schema, where it has to be one as well.
    fn fits_beside(&self, column: &Column) -> bool {
        let Some(beside) = self.beside else { return true };
        beside.column(&column.name).is_some_and(|other| fresh::value(other) == fresh::value(column))
    }

    /// The table in both schemas.
    fn both(&self) -> impl Iterator<Item = &'a Table> {
        std::iter::once(self.table).chain(self.beside)
    }

    /// A row like another, with new values where it must differ.
    fn insert(&self, key: &Ident) -> Result<Statement, String> {
        let renewed = self.renewed(key)?;
        let mut parameters = vec![self.value(key)];
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in self.table.columns.iter().filter(|column| column.generated.is_none()) {
            if column.identity.is_some() || makes_itself_new(column) {
                continue;
            }
            names.push(&column.name);
            match renewed.iter().find(|(name, _)| *name == &column.name) {
                Some((_, value)) => {
                    parameters.push(value.clone());
                    let place = Sql::verbatim(format!("${}", parameters.len()));
                    values.push(sql!("{}::{}", place, column.type_name));
                }
                None => values.push(sql!("{}", column.name)),
            }
        }
        if names.is_empty() {
            return Err("it has no column to write".to_owned());
        }
        let insert = sql!(
            "INSERT INTO {} ({}) SELECT {} FROM {} WHERE {} = $1 RETURNING {}::text",
            self.name,
            Sql::join(names, ", "),
            Sql::join(values, ", "),
            self.name,
            key,
            key
        );
        Ok(self.statement("insert", Does::Insert(self.name.clone()), insert, parameters))
    }

    /// Columns that get a new value, so that no unique set repeats itself.
    fn renewed(&self, key: &Ident) -> Result<Vec<(&'a Ident, Parameter)>, String> {
        let column = self.table.column(key).ok_or_else(|| format!("{key} is not there"))?;
        let mut renewed: Vec<(&Ident, Parameter)> = Vec::new();
        if !makes_itself_new(column) && column.identity.is_none() {
            // An application that numbers its rows itself.
            let fresh = fresh::value(column).filter(|_| self.is_free(column));
            let none = || format!("{key} has no default, and no new values can be made up for it");
            renewed.push((&column.name, fresh.ok_or_else(none)?));
        }
        for set in self.both().flat_map(fresh::unique_sets) {
            let column = |name: &Ident| self.table.column(name);
            let differs = |name: &Ident| {
                let is_new = column(name).is_some_and(|c| c.identity.is_some() || makes_itself_new(c));
                name == key || is_new || renewed.iter().any(|(done, _)| *done == name)
            };
            if set.iter().any(differs) {
                continue;
            }
            let free = set.iter().filter_map(column).filter(|column| self.is_free(column));
            let fresh = free.filter_map(|column| Some((&column.name, fresh::value(column)?))).next();
            renewed.push(fresh.ok_or_else(|| {
                let names: Vec<&str> = set.iter().map(Ident::as_str).collect();
                format!("no new values can be made up for ({}), which must differ", names.join(", "))
            })?);
        }
        Ok(renewed)
    }

    fn delete(&self, key: &Ident) -> Statement {
        let delete = sql!("DELETE FROM {} WHERE {} = $1 RETURNING {}::text", self.name, key, key);
        let does = Does::Delete(self.name.clone());
        Statement { weight: 1, ..self.statement("delete", does, delete, vec![Parameter::Row]) }
    }

    fn value(&self, column: &Ident) -> Parameter {
        Parameter::Value(self.name.clone(), column.clone())
    }

    fn statement(&self, what: &str, does: Does, sql: Sql, parameters: Vec<Parameter>) -> Statement {
        Statement { name: format!("{}.{what}", self.name), weight: self.weight * 2, sql, parameters, does }
    }
}

/// Whether the column's default gives every row another value.
fn makes_itself_new(column: &Column) -> bool {
    let default = column.default.as_ref().map(|default| default.0.as_str()).unwrap_or_default();
    ["nextval(", "gen_random_uuid(", "uuid_generate_v", "uuidv7(", "uuidv4("]
        .iter()
        .any(|known| default.strip_prefix("public.").unwrap_or(default).starts_with(known))
}
