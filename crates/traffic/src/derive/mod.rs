//! The statements that an application of a schema would send, for schemas whose application is not at hand.
//!
//! Reads go by keys and along foreign keys. Inserts write a row like one that is there, with new values
//! where it must differ, so that checks and foreign keys hold by construction. Updates write columns that
//! no constraint says anything about. What cannot be written so is left out, and said.

mod fresh;
mod table;

use std::collections::BTreeSet;
use std::fmt;

use model::{Name, Schema, Table};

use crate::{Statement, Watched, Workload};
use table::Writer;

/// As many tables as one application's traffic goes over.
const TABLES_MAX: usize = 12;

/// A workload that was derived, and what is not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// The application.
    pub workload: Workload,
    /// What it does not do, and why.
    pub left_out: Vec<LeftOut>,
}

/// Something that a derived application does not do to a table, and why:
/// `public.audit is not written to: it has triggers of its own`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The table.
    pub table: Name,
    /// What is not done to it.
    pub what: NotDone,
    /// Why.
    pub why: String,
}

/// What is not done to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// No statement names it.
    Anything,
    /// It is read, not written to.
    Writes,
    /// Its rows are read and updated; none are inserted.
    Inserts,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, what, why } = self;
        match what {
            NotDone::Anything => write!(f, "{table} is neither read nor written to: {why}"),
            NotDone::Writes => write!(f, "{table} is not written to: {why}"),
            NotDone::Inserts => write!(f, "no rows are inserted into {table}: {why}"),
        }
    }
}

/// Whose application it is.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    /// The schema that it was written for.
    pub schema: &'a Schema,
    /// The schema that its rows have to fit as well: the one it is migrated to, or comes from.
    pub beside: &'a Schema,
    /// The tables that it works on most. Those next to them by foreign keys take part.
    pub focus: &'a BTreeSet<Name>,
    /// Chooses among statements, rows and values.
    pub seed: u64,
}

impl Application<'_> {
    /// The application's traffic. It has no statements where the schema has no table to work on.
    pub fn derive(&self) -> Derived {
        let mut statements = Vec::new();
        let mut worked_on = self.tables();
        let beyond = worked_on.split_off(worked_on.len().min(TABLES_MAX));
        let (mut tables, mut left_out) = (Vec::new(), self.too_many(&beyond));
        for name in worked_on {
            let Some(table) = self.schema.table(name) else { continue };
            let weight = if self.focus.contains(name) { 4 } else { 1 };
            let writer = Writer { name, table, beside: self.beside.table(name), weight };
            match writer.key() {
                Some(key) => {
                    statements.extend(writer.with_key(key, &mut left_out));
                    tables.push(Watched { table: name.clone(), key: key.clone(), columns: None });
                }
                None => {
                    statements.push(writer.some_rows());
                    let why = "no single column is its key".to_owned();
                    left_out.push(LeftOut { table: name.clone(), what: NotDone::Writes, why });
                }
            }
        }
        let name = "derived from the schema".to_owned();
        Derived { workload: Workload { name, statements, tables, seed: self.seed }, left_out }
    }

    /// The tables in focus first, then their neighbours.
    fn tables(&self) -> Vec<&Name> {
        let is_worked_on =
            |name: &&Name| self.schema.table(name).is_some_and(|table| table.partition_of.is_none());
        let mut tables: Vec<&Name> = self.focus.iter().filter(is_worked_on).collect();
        let neighbours = self.schema.tables.iter().filter(|(name, table)| self.is_neighbour(name, table));
        for (name, _) in neighbours.filter(|(name, _)| is_worked_on(name)) {
            if !tables.contains(&name) {
                tables.push(name);
            }
        }
        tables
    }

    /// The tables in focus among those that are too many.
    fn too_many(&self, beyond: &[&Name]) -> Vec<LeftOut> {
        let in_focus = beyond.iter().filter(|name| self.focus.contains(**name));
        let why = format!("the traffic goes over {TABLES_MAX} tables");
        let left_out =
            |name: &&Name| LeftOut { table: (*name).clone(), what: NotDone::Anything, why: why.clone() };
        in_focus.map(left_out).collect()
    }

    fn is_neighbour(&self, name: &Name, table: &Table) -> bool {
        let refers = table.foreign_keys().any(|(_, key)| self.focus.contains(&key.references));
        let of_focus = self.focus.iter().filter_map(|focus| self.schema.table(focus));
        refers || of_focus.flat_map(Table::foreign_keys).any(|(_, key)| key.references == *name)
    }
}

impl Workload {
    /// Without the statements of these names, as those that fail without any migration.
    #[must_use]
    pub fn without(mut self, names: &BTreeSet<String>) -> Self {
        self.statements.retain(|statement: &Statement| !names.contains(&statement.name));
        self
    }
}
