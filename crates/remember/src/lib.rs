//! The memory of migrations: ledger, statistics, lessons.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod describe;
mod document;
mod entry;
mod list;
mod memory;
mod options;
mod outcome;
mod records;
mod spool;
mod store;
mod table;
mod tenant;

pub use document::{Document, Measures};
pub use entry::{Body, Entry, Kind};
pub use list::{ListQuery, Listing, Summary};
pub use memory::{Memory, Recorded};
pub use options::{Options, StoreChoice};
pub use outcome::Outcome;
pub use records::{PredictionRecord, RehearsalRecord, RehearsedPhase};
pub use store::{Filed, Selection, SqliteStore, Store};
pub use table::TableName;
pub use tenant::Tenant;
