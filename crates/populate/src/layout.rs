//! How each table's rows are made: for every column an expression around the row's number.

use std::collections::BTreeMap;

use model::{Ident, Name, Schema, Sql, Table, sql};

use crate::fit::Fit;
use crate::kind::Values;
use crate::partition::Pieces;

/// The layouts of all tables that are filled.
pub(crate) type Layouts = BTreeMap<Name, Layout>;

/// One table's rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// How many rows are to be made: what was asked for, or less where there are not so many different
    /// values.
    pub(crate) rows: u64,
    /// The columns that get a value; the others keep their default.
    pub(crate) columns: Vec<ColumnLayout>,
    /// What is worth knowing.
    pub(crate) notes: Vec<String>,
    /// Why no row can be made, where that is known.
    pub(crate) hopeless: Option<String>,
    /// Whether foreign keys share columns, so that only the server can say whether all of them hold.
    pub(crate) entangled: bool,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ColumnLayout {
    pub(crate) name: Ident,
    pub(crate) source: Source,
    pub(crate) pick: Pick,
    /// Which rows have a null; none for never.
    pub(crate) nulls: Option<Nulls>,
    /// How the values are spread, where a live column says.
    pub(crate) fit: Option<Fit>,
}

/// Which rows have a null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nulls {
    /// So many in a million.
    pub(crate) per_million: u64,
    /// Tells columns apart; those with the same are null together.
    pub(crate) salt: i64,
}

/// Where a column's values come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// Made up.
    Made(Values),
    /// Made up within the bounds of partitions.
    Partitioned(Values, Pieces),
    /// A column of a referenced table.
    Referenced(Name, Ident),
}

/// How a row's number, from 1 on, becomes the number of a value, from 0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    /// At random, below this.
    Random {
        /// Tells columns apart.
        salt: i64,
        /// The number stays below this.
        below: u64,
    },
    /// The next one after so many rows, from 0 on again after so many values.
    Counted {
        /// So many rows in a row have the same value.
        stride: u64,
        /// So many values there are.
        count: u64,
    },
}

impl Pick {
    /// Another value for every row.
    pub(crate) const EACH: Self = Self::Counted { stride: 1, count: u64::MAX };

    /// The number as an expression.
    pub(crate) fn number(self, row: &Sql) -> Sql {
        match self {
            Self::Random { salt, below } => {
                sql!("((hashint8extended({}, {}) & 9223372036854775807) % {})", row, salt, below.max(1))
            }
            Self::Counted { stride: 1, count: u64::MAX } => sql!("({} - 1)", row),
            Self::Counted { stride, count } => sql!("(({} - 1) / {} % {})", row, stride.max(1), count.max(1)),
        }
    }
}

impl Layout {
    /// The column with this name.
    pub(crate) fn column(&self, name: &Ident) -> Option<&ColumnLayout> {
        self.columns.iter().find(|column| column.name == *name)
    }

    pub(crate) fn column_mut(&mut self, name: &Ident) -> Option<&mut ColumnLayout> {
        self.columns.iter_mut().find(|column| column.name == *name)
    }
}

/// A number that tells columns (and seeds) apart, the same at every run: FNV-1a.
pub(crate) fn salt(seed: u64, table: &Name, column: &str) -> i64 {
    let text = sql!("{}.{}", table, Ident::new(column));
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = text.as_str().bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, mix);
    (hash >> 1) as i64
}

/// Columns that count up by themselves: identity, and defaults from a sequence.
pub(crate) fn counts_up(column: &model::Column) -> bool {
    column.identity.is_some()
        || column.default.as_ref().is_some_and(|default| default.0.starts_with("nextval("))
}

/// Foreign keys of a table, the widest first, so that what a narrow one says is part of a wide one.
pub(crate) fn foreign_keys(table: &Table) -> Vec<&model::ForeignKey> {
    let mut keys: Vec<_> = table.foreign_keys().map(|(_, key)| key).collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.columns.len()));
    keys
}

/// Whether rows go into the table itself: a partition gets its rows through its parent.
pub(crate) fn is_filled(schema: &Schema, name: &Name) -> bool {
    schema.tables.get(name).is_some_and(|table| table.partition_of.is_none())
}
