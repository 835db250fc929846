//! Columns.

use serde::{Deserialize, Serialize};

use crate::{Expr, Ident, Name, TypeName};

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type, as `format_type` writes it.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Whether it refuses nulls with a validated NOT NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_null: bool,
    /// Its default expression; a generated column has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Expr>,
    /// How volatile the default is; only known, and only meaningful, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_volatility: Option<Volatility>,
    /// Identity, where it has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Its generation expression, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// Its collation, where it is not the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<Name>,
    /// Its storage, where it is not the type's own: `PLAIN`, `EXTERNAL`, `EXTENDED`, `MAIN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<String>,
    /// Its compression method, where one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// Its statistics target, where one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<i32>,
    /// Whether the column comes from a parent table and is not declared here.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inherited: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Column {
    /// A nullable column without anything else.
    pub fn new(name: impl Into<String>, type_name: impl Into<String>) -> Self {
        Self {
            name: Ident::new(name),
            type_name: TypeName::new(type_name),
            not_null: false,
            default: None,
            default_volatility: None,
            identity: None,
            generated: None,
            collation: None,
            storage: None,
            compression: None,
            statistics: None,
            inherited: false,
            comment: None,
        }
    }
}

/// `pg_proc.provolatile`: the most volatile function an expression calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volatility {
    /// The same result always, for the same arguments.
    Immutable,
    /// The same result within one statement: `now()`.
    Stable,
    /// Another result at each call: `random()`, `clock_timestamp()`, `nextval()`.
    Volatile,
}

/// An identity column's sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `GENERATED ALWAYS`, otherwise `BY DEFAULT`.
    pub always: bool,
    /// The settings of its sequence.
    pub sequence: SequenceOptions,
}

/// The settings of a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceOptions {
    /// `AS` type: smallint, integer, bigint.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// `START WITH`.
    pub start: i64,
    /// `INCREMENT BY`.
    pub increment: i64,
    /// `MINVALUE`.
    pub min: i64,
    /// `MAXVALUE`.
    pub max: i64,
    /// `CACHE`.
    pub cache: i64,
    /// `CYCLE`.
    pub cycle: bool,
}

/// A generated column's expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression.
    pub expression: Expr,
    /// `STORED`, otherwise `VIRTUAL` (18).
    pub stored: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}
