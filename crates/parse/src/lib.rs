//! SQL text into statements, and statements into typed actions, without a server.
//!
//! Survives broken SQL: what cannot be read is reported with line and column, and reading goes on
//! with the next statement. Names are kept as written ([`Reference`]); who knows a schema resolves them.
//!
//! Invariant of absence: nothing in here does I/O, and nothing panics on any text.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod action;
mod expression;
mod keyword;
mod lower;
mod names;
mod nesting;
mod operations;
mod scan;
mod script;
mod span;
mod types;

pub use action::*;
pub use expression::{Expression, rename_column};
pub use keyword::find_keyword;
pub use names::Reference;
pub use script::{Script, Statement, SyntaxError, parse, split};
pub use span::{Lines, Position, Span};
pub use types::{BaseType, TypeReference, is_built_in_type};
