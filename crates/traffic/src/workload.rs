//! What an application does: its statements as data.

use std::collections::BTreeSet;

use model::{Ident, Name, Schema, Sql};
use serde::{Deserialize, Serialize};

/// The statements of an application with their weights. The same workload gives the same sequence of
/// statements at the same times, so that a run with a migration can be held beside one without.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// What the application is called in output.
    pub name: String,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// The tables its statements name keys of, or write to.
    pub tables: Vec<Watched>,
    /// Chooses among statements, rows and values.
    pub seed: u64,
}

/// A table that a workload writes to, or takes keys from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The table.
    pub table: Name,
    /// A column that is unique in it, and that nobody changes.
    pub key: Ident,
    /// The columns whose values must stay what they are in rows the traffic does not write; none for
    /// all of them. A migration that changes values on purpose leaves its columns out.
    pub columns: Option<Vec<Ident>>,
}

impl Watched {
    /// A table of `public` with all of its columns.
    pub fn public(table: &str, key: &str) -> Self {
        Self { table: Name::new("public", table), key: Ident::new(key), columns: None }
    }
}

/// One statement of an application, prepared once a session as drivers do.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// A name for output: `funds.by_id`.
    pub name: String,
    /// How often it is chosen among the statements of its kind.
    pub weight: u32,
    /// The statement, with `$1`, `$2` and so on for its parameters; see [`Does`] for what it returns.
    pub sql: Sql,
    /// Where the parameters' values come from, in order.
    pub parameters: Vec<Parameter>,
    /// What it does, which says what an answer acknowledges.
    pub does: Does,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Reads; the answer acknowledges nothing.
    Read,
    /// Inserts one row and returns its key as text: `RETURNING id::text`.
    Insert(Name),
    /// Sets a column of the row [`Parameter::Row`] to a value unlike any other
    /// ([`Parameter::Number`] or [`Parameter::Word`]) and returns it as text: `RETURNING amount::text`.
    Update(Name, Ident),
    /// Deletes the row [`Parameter::Row`], one that this traffic inserted, and returns its key as text.
    Delete(Name),
}

impl Does {
    /// The table written to.
    pub fn table(&self) -> Option<&Name> {
        match self {
            Self::Read => None,
            Self::Insert(table) | Self::Update(table, _) | Self::Delete(table) => Some(table),
        }
    }

    /// Whether it reads or writes.
    pub fn kind(&self) -> Kind {
        if *self == Self::Read { Kind::Read } else { Kind::Write }
    }
}

/// Whether a statement reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It reads.
    Read,
    /// It writes.
    Write,
}

impl Parameter {
    /// One of these texts.
    pub fn one_of(texts: &[&str]) -> Self {
        Self::OneOf(texts.iter().map(|text| (*text).to_owned()).collect())
    }
}

impl Kind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];
}

/// Where a parameter's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// The key of the row that an update or delete writes. No other statement of this traffic writes
    /// that row at the same time, so the last acknowledged value is the one that must be found.
    Row,
    /// A value that some row of the table had in this column when the traffic began.
    Value(Name, Ident),
    /// A whole number unlike any other of this traffic or of one that began in another millisecond;
    /// it needs a `bigint` or `numeric(16)`.
    Number,
    /// This text followed by such a number.
    Word(String),
    /// A whole number from here to there, both included.
    Between(i64, i64),
    /// One of these texts.
    OneOf(Vec<String>),
}

impl Statement {
    /// A statement that reads.
    pub fn read(name: &str, weight: u32, sql: &str, parameters: Vec<Parameter>) -> Self {
        Self::write(name, weight, Does::Read, sql, parameters)
    }

    /// A statement that does this.
    pub fn write(name: &str, weight: u32, does: Does, sql: &str, parameters: Vec<Parameter>) -> Self {
        Self { name: name.to_owned(), weight, sql: Sql::verbatim(sql), parameters, does }
    }

    /// Whether it writes to, and takes values from, no other tables than these.
    pub fn names_only(&self, tables: &BTreeSet<&Name>) -> bool {
        let named = self.parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Value(table, _) => Some(table),
            _ => None,
        });
        self.does.table().into_iter().chain(named).all(|table| tables.contains(table))
    }
}

impl Workload {
    /// Watches only the columns that a schema has, and only tables that it has.
    pub fn keep_only(&mut self, schema: &Schema) {
        self.tables.retain_mut(|watched| {
            let Some(table) = schema.table(&watched.table) else { return false };
            watched.columns = Some(table.columns.iter().map(|column| column.name.clone()).collect());
            table.column(&watched.key).is_some()
        });
        let tables: BTreeSet<&Name> = self.tables.iter().map(|watched| &watched.table).collect();
        self.statements.retain(|statement| statement.names_only(&tables));
    }

    /// The statements of a kind.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(move |statement| statement.does.kind() == kind)
    }

    /// The columns besides the key whose values statements take from this table.
    pub(crate) fn value_columns(&self, table: &Name) -> BTreeSet<&Ident> {
        let parameters = self.statements.iter().flat_map(|statement| &statement.parameters);
        parameters
            .filter_map(|parameter| match parameter {
                Parameter::Value(from, column) if from == table => Some(column),
                _ => None,
            })
            .collect()
    }

    /// Whether some statement writes to the table.
    pub(crate) fn writes_to(&self, table: &Name) -> bool {
        self.statements.iter().any(|statement| statement.does.table() == Some(table))
    }
}
