//! A layout as the statement that makes its rows.

use std::collections::BTreeMap;

use model::{ConstraintKind, Ident, Name, Schema, Sql, sql};

use crate::layout::{ColumnLayout, Layout, Layouts, Nulls, Pick, Source, foreign_keys};
use crate::partition;
use crate::unique::mentioned;

/// How deep a key may refer to a key that refers to a key.
const DEPTH_MAX: u32 = 6;

/// How the rows of a table that is there can be referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keys {
    /// It has the rows of its layout from 1 to this.
    AsDesigned(u64),
    /// So many of its rows are numbered in this temporary table.
    Numbered(Ident, u64),
}

/// What a statement is made from.
#[derive(Debug)]
pub(crate) struct Maker<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) layouts: &'a Layouts,
    /// The tables that are filled. One that is not yet is taken to become as it is designed.
    pub(crate) keys: &'a BTreeMap<Name, Keys>,
}

impl Maker<'_> {
    /// `INSERT` of the rows with these numbers.
    pub(crate) fn insert(&self, table: &Name, from: u64, to: u64) -> Result<Sql, String> {
        let layout = self.layout(table)?;
        let numbers = sql!("generate_series({}::bigint, {}::bigint) AS made (row)", from, to);
        let values = self.values(layout)?;
        Ok(sql!("{} SELECT {} FROM {}", self.head(table, layout), Sql::join(values, ", "), numbers))
    }

    /// The same with only the rows that meet the table's checks and refer to something, at most so many;
    /// those that would not be unique are left out.
    pub(crate) fn insert_picked(&self, table: &Name, from: u64, to: u64, most: u64) -> Result<Sql, String> {
        let layout = self.layout(table)?;
        let values = self.values(layout)?;
        let named =
            values.iter().zip(&layout.columns).map(|(value, column)| sql!("{} AS {}", value, column.name));
        // OFFSET 0 makes each value once, before it is looked at.
        let rows = sql!(
            "SELECT {} FROM generate_series({}::bigint, {}::bigint) AS made (row) OFFSET 0",
            Sql::join(named, ", "),
            from,
            to
        );
        let wanted = Sql::join(self.conditions(table, layout), " AND ");
        Ok(sql!(
            "{} SELECT * FROM ({}) AS candidate WHERE {} LIMIT {} ON CONFLICT DO NOTHING",
            self.head(table, layout),
            rows,
            wanted,
            most
        ))
    }

    fn layout(&self, table: &Name) -> Result<&Layout, String> {
        self.layouts.get(table).ok_or_else(|| format!("{table} is not among the tables that are filled"))
    }

    fn head(&self, table: &Name, layout: &Layout) -> Sql {
        let columns = Sql::join(self.columns(layout).map(|column| &column.name), ", ");
        sql!("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE", table, columns)
    }

    fn values(&self, layout: &Layout) -> Result<Vec<Sql>, String> {
        let row = sql!("made.row");
        self.columns(layout).map(|column| self.value(column, &row, DEPTH_MAX)).collect()
    }

    /// The columns that get a value: not those that may be null and refer to a table without rows.
    fn columns<'l>(&'l self, layout: &'l Layout) -> impl Iterator<Item = &'l ColumnLayout> {
        layout.columns.iter().filter(|column| match &column.source {
            Source::Referenced(table, _) => column.nulls.is_none() || self.rows(table) > 0,
            _ => true,
        })
    }

    fn rows(&self, table: &Name) -> u64 {
        match self.keys.get(table) {
            Some(Keys::AsDesigned(rows) | Keys::Numbered(_, rows)) => *rows,
            None => self.layouts.get(table).map_or(0, |layout| layout.rows),
        }
    }

    fn value(&self, column: &ColumnLayout, row: &Sql, depth: u32) -> Result<Sql, String> {
        let made = match &column.source {
            Source::Made(values) => match (&column.fit, column.pick) {
                (Some(fit), Pick::Random { salt, .. }) => fit.value(values, salt, row),
                _ => values.value(&column.pick.number(row)),
            },
            Source::Partitioned(values, pieces) => {
                partition::value(values, pieces, row, &column.pick.number(row))
            }
            Source::Referenced(table, referenced) => {
                self.referenced(table, referenced, column, row, depth)?
            }
        };
        Ok(match column.nulls {
            None | Some(Nulls { per_million: 0, .. }) => made,
            Some(Nulls { per_million, salt }) => {
                let chance = Pick::Random { salt, below: 1_000_000 }.number(row);
                sql!("CASE WHEN {} >= {} THEN {} END", chance, per_million, made)
            }
        })
    }

    /// The value of a column in the row that is referred to.
    fn referenced(
        &self,
        table: &Name,
        column: &Ident,
        referring: &ColumnLayout,
        row: &Sql,
        depth: u32,
    ) -> Result<Sql, String> {
        let layout = self.layout(table)?;
        let keys = self.keys.get(table).cloned().unwrap_or(Keys::AsDesigned(layout.rows));
        let number = |count: u64| match (referring.pick, &referring.fit) {
            (Pick::Random { salt, .. }, Some(fit)) => fit.number(salt, row, count),
            (Pick::Random { salt, .. }, None) => Pick::Random { salt, below: count }.number(row),
            (pick @ Pick::Counted { .. }, _) => sql!("({} % {})", pick.number(row), count.max(1)),
        };
        match keys {
            Keys::AsDesigned(0) | Keys::Numbered(_, 0) => {
                Err(format!("it refers to {table}, which has no rows"))
            }
            Keys::Numbered(numbered, count) => Ok(sql!(
                "(SELECT known.{} FROM pg_temp.{} AS known WHERE known.lockkeeper_row = 1 + {})",
                column,
                numbered,
                number(count)
            )),
            Keys::AsDesigned(count) => {
                let target = layout.column(column).filter(|_| depth > 0);
                let target =
                    target.ok_or_else(|| format!("the values of {table}.{column} cannot be foreseen"))?;
                self.value(target, &sql!("(1 + {})", number(count)), depth - 1)
            }
        }
    }

    /// What a candidate must meet.
    fn conditions(&self, name: &Name, layout: &Layout) -> Vec<Sql> {
        let mut conditions = vec![sql!("true")];
        let Some(table) = self.schema.tables.get(name) else { return conditions };
        let has_value = |name: &Ident| self.columns(layout).any(|column| column.name == *name);
        for constraint in table.constraints.values() {
            if let ConstraintKind::Check { expression, .. } = &constraint.kind
                && mentioned(table, &expression.0).iter().all(has_value)
            {
                conditions.push(sql!("({}) IS NOT FALSE", expression));
            }
        }
        let entangled = foreign_keys(table).into_iter().filter(|_| layout.entangled);
        for key in entangled.filter(|key| key.columns.iter().all(has_value)) {
            let equal = key.columns.iter().zip(&key.referenced_columns);
            let equal = equal.map(|(own, other)| sql!("other.{} = candidate.{}", other, own));
            let nulls = key.columns.iter().map(|own| sql!("candidate.{} IS NULL", own));
            conditions.push(sql!(
                "({} OR EXISTS (SELECT FROM {} AS other WHERE {}))",
                Sql::join(nulls, " OR "),
                key.references,
                Sql::join(equal, " AND ")
            ));
        }
        conditions
    }
}
