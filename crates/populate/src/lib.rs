//! Rows that fit a schema, made up, for rehearsals and traces.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod funds;
mod parallel;
