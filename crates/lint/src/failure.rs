//! Why a statement is certain to fail.

use model::{Ident, Name};

/// An error the server would give, in its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// SQLSTATE, five characters.
    pub(crate) sqlstate: &'static str,
    /// The message.
    pub(crate) message: String,
}

impl Failure {
    /// An error with its SQLSTATE.
    pub(crate) fn new(sqlstate: &'static str, message: impl Into<String>) -> Self {
        Self { sqlstate, message: message.into() }
    }
}

/// Something is not there.
pub(crate) fn missing(kind: &str, name: &Ident) -> Failure {
    let sqlstate = match kind {
        "relation" | "table" | "view" | "materialized view" | "sequence" => "42P01",
        "schema" => "3F000",
        _ => "42704",
    };
    Failure::new(sqlstate, format!("{kind} \"{}\" does not exist", name.as_str()))
}

/// Something is there already.
pub(crate) fn exists(kind: &str, name: &Ident) -> Failure {
    let sqlstate = match kind {
        "relation" => "42P07",
        "schema" => "42P06",
        _ => "42710",
    };
    Failure::new(sqlstate, format!("{kind} \"{}\" already exists", name.as_str()))
}

/// A column of a table is not there.
pub(crate) fn missing_column(column: &Ident, table: &Name) -> Failure {
    let text =
        format!("column \"{}\" of relation \"{}\" does not exist", column.as_str(), table.name.as_str());
    Failure::new("42703", text)
}

/// A constraint of a table is not there.
pub(crate) fn missing_constraint(name: &Ident, table: &Name) -> Failure {
    let text =
        format!("constraint \"{}\" of relation \"{}\" does not exist", name.as_str(), table.name.as_str());
    Failure::new("42704", text)
}
