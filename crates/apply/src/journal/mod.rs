//! The journal in the target database: what is meant, what is done, what was measured.

mod read;
mod schema;
mod write;

pub(crate) use read::{RunRow, StepRow, attempts_of, receipts, runs, step_rows, steps};
pub(crate) use schema::{check_version, ensure, exists};
pub(crate) use write::{Entries, Opening};
