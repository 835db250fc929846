//! Rows that fit a schema, made up, for rehearsals and traces.
//!
//! Rows are made by the server itself: every column is an expression around the row's number, so that
//! millions of rows are one statement, and the key that a row refers to is known without looking.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod check;
mod design;
mod fill;
mod fit;
pub mod funds;
mod kind;
mod layout;
mod order;
mod parallel;
mod partition;
mod profile;
mod rows;
mod sample;
mod settle;
mod statement;
mod unique;
mod value;

pub use fill::{Filled, populate, populate_like};
pub use profile::Profile;
pub use rows::Rows;
pub use sample::sample;
