//! How many rows are wanted.

use std::collections::BTreeMap;

use model::{Ident, Name, TypeName};

use crate::Profile;

/// How many rows each table is to get.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows of every table that is not named.
    pub each: u64,
    /// Rows of single tables.
    pub tables: BTreeMap<Name, u64>,
    /// Columns of texts that have to read as values of another type.
    pub read_as: BTreeMap<(Name, Ident), TypeName>,
}

impl Rows {
    /// So many rows in every table.
    pub fn each(rows: u64) -> Self {
        Self { each: rows, ..Self::default() }
    }

    /// So many rows in one table.
    #[must_use]
    pub fn with(mut self, table: Name, rows: u64) -> Self {
        self.tables.insert(table, rows);
        self
    }

    /// With texts that read as values of another type.
    #[must_use]
    pub fn reading_as(mut self, read_as: BTreeMap<(Name, Ident), TypeName>) -> Self {
        self.read_as = read_as;
        self
    }

    /// The rows of a table.
    pub fn of(&self, table: &Name) -> u64 {
        self.tables.get(table).copied().unwrap_or(self.each)
    }
}

/// What is wanted of the rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) rows: &'a Rows,
    /// What the columns are to be like; none where nothing is known.
    pub(crate) profile: Option<&'a Profile>,
}
