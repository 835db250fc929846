//! Schema sources into one canonical [`Schema`](model::Schema).
//!
//! PostgreSQL is the parser and the judge of what is equal: every source that is not a live database
//! is loaded into a throwaway one, and read back from its catalog. Of a Drizzle project only what every server
//! reads back alike is spared that.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cache;
mod fingerprint;
mod git;
mod ignore;
pub mod live;
mod migrations;
mod project;
mod reader;
mod reading;
mod scope;
mod settle;
mod snapshot;
mod source;
mod sql;
mod statistics;

pub use cache::Cache;
pub use fingerprint::fingerprint;
pub use ignore::Ignore;
pub use migrations::{Digest, Migration, Migrations, Recorded, migrations, recorded};
pub use reader::Reader;
pub use reading::Reading;
pub use scope::Scope;
pub use settle::settle;
pub use snapshot::{load, save};
pub use source::Source;
pub use statistics::{has_rows, statistics};
