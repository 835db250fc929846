//! The nouns as SQL: definitions of columns, constraints and indexes, and the statements of a change.

mod change;
mod column;
mod comment;
mod constraint;
mod domain;
mod index;
mod object;
mod sequence;
mod table;
mod view;

use comment::comment;

use crate::{Ident, Sql};

/// `(a, b)`.
fn columns(columns: &[Ident]) -> Sql {
    crate::sql!("({})", Sql::join(columns, ", "))
}

/// A keyword phrase of ours where a condition holds, else nothing.
fn when(condition: bool, phrase: &'static str) -> Sql {
    Sql::verbatim(if condition { phrase } else { "" })
}
