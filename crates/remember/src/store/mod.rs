//! What a store must do. There are two, SQLite and PostgreSQL, tested by one suite.

mod sqlite;

use jiff::Timestamp;
use model::{Fault, RunReceipt};

use crate::{Document, Entry, Kind, TableName, Tenant};

pub use sqlite::SqliteStore;

/// An entry with the document made from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// The entry.
    pub entry: Entry,
    /// What can be found of it; none for entries that only serve statistics.
    pub document: Option<Document>,
}

/// Which entries are wanted; what is none does not restrict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Entries of this kind.
    pub kind: Option<Kind>,
    /// Entries of this run.
    pub run: Option<String>,
    /// Entries of this operation.
    pub operation: Option<String>,
    /// Entries about this table.
    pub table: Option<TableName>,
    /// Entries whose id begins with this.
    pub id_prefix: Option<String>,
    /// Entries of what happened at or after this time.
    pub since: Option<Timestamp>,
    /// Entries written after the one with this id.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
    /// The newest first; otherwise in the order they were written.
    pub newest_first: bool,
}

/// Where entries and documents are kept. Every call sees one tenant; a store never mixes them.
///
/// Calls block. An error says that the call had no effect.
pub trait Store: Send {
    /// Writes entries and their documents in one transaction, and answers how many were new. An entry
    /// whose id is there already changes nothing.
    ///
    /// # Errors
    /// When the store cannot be reached or written.
    fn append(&mut self, filed: &[Filed]) -> Result<usize, Fault>;

    /// The entries of a tenant that a selection wants.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(&mut self, tenant: &Tenant, selection: &Selection) -> Result<Vec<Entry>, Fault>;

    /// The latest receipts of these runs, of those that the ledger knows.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn runs(&mut self, tenant: &Tenant, runs: &[&str]) -> Result<Vec<RunReceipt>, Fault>;
}
