//! What a store must do. There are two, SQLite and PostgreSQL, tested by one suite.

mod conditions;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{Fault, RunReceipt};

use crate::meaning::Packed;
use crate::search::words::Term;
use crate::search::{Asked, Hit};
use crate::{Document, Entry, Kind, TableName, Tenant};

pub(crate) use postgres::PostgresStore;
pub(crate) use sqlite::SqliteStore;

/// An entry with what can be found of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filed {
    pub(crate) entry: Entry,
    /// None for entries that only serve statistics.
    pub(crate) document: Option<FiledDocument>,
    /// The key of a document that is not to be found any more.
    pub(crate) gone: Option<String>,
}

/// A document with its words and its vector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FiledDocument {
    pub(crate) document: Document,
    pub(crate) terms: Vec<Term>,
    pub(crate) vector: Option<Vectored>,
}

/// A vector with the model that made it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vectored {
    pub(crate) model: String,
    /// None where the model makes nothing of the text.
    pub(crate) vector: Option<Packed>,
}

/// Documents that wait for their vector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pending {
    /// The first of them: key and text.
    pub(crate) documents: Vec<(String, String)>,
    /// How many there are in all.
    pub(crate) total: u64,
}

/// Which entries are wanted; what is none does not restrict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Entries of this kind.
    pub kind: Option<Kind>,
    /// Entries of this run.
    pub run: Option<String>,
    /// Versions of this lesson.
    pub lesson: Option<String>,
    /// Entries of this operation.
    pub operation: Option<String>,
    /// Entries about this table.
    pub table: Option<TableName>,
    /// Entries whose id begins with this.
    pub id_prefix: Option<String>,
    /// Entries of what happened at or after this time.
    pub since: Option<Timestamp>,
    /// Entries of what happened before this time.
    pub until: Option<Timestamp>,
    /// At most so many.
    pub limit: Option<u32>,
    /// The newest first; otherwise in the order they were written.
    pub newest_first: bool,
}

/// Where entries and documents are kept. Every call sees one tenant; a store never mixes them.
///
/// Calls block. An error says that the call had no effect.
pub(crate) trait Store: Send {
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

    /// The next entries after one, by their place in the order they were written; 0 is before the first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn page(&mut self, tenant: &Tenant, after: i64, limit: u32) -> Result<Vec<(i64, Entry)>, Fault>;

    /// How many entries of each kind a selection wants, its limit aside.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn counts(&mut self, tenant: &Tenant, selection: &Selection) -> Result<BTreeMap<Kind, u64>, Fault>;

    /// Removes the entries that a selection wants, with their documents, so that nothing of them stays
    /// in the store's files; answers how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn forget(&mut self, tenant: &Tenant, selection: &Selection) -> Result<u64, Fault>;

    /// The latest receipts of these runs, of those that the ledger knows.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn runs(&mut self, tenant: &Tenant, runs: &[&str]) -> Result<Vec<RunReceipt>, Fault>;

    /// What keeps this store from comparing meaning, and what to do about it; none where nothing does.
    fn without_meaning(&mut self) -> Option<String> {
        None
    }

    /// The best documents for a question, best first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn search(&mut self, tenant: &Tenant, asked: &Asked<'_>) -> Result<Vec<(Hit, Document)>, Fault>;

    /// How often a recipe went well and failed, rehearsals aside.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn tally(&mut self, tenant: &Tenant, operation: &str, recipe: &str) -> Result<(u64, u64), Fault>;

    /// Keys and texts of documents that have no vector of this model, and how many there are in all.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn without_vector(&mut self, tenant: &Tenant, model: &str, limit: u32) -> Result<Pending, Fault>;

    /// Indexes the vectors of a model where there are at least so many; answers whether they are indexed.
    /// A store that compares them all in no time needs none.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn index_vectors(&mut self, _tenant: &Tenant, _model: &str, _from: u64) -> Result<bool, Fault> {
        Ok(false)
    }

    /// Gives documents their vectors, or the mark that this model makes nothing of their text.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn put_vectors(
        &mut self,
        tenant: &Tenant,
        model: &str,
        vectors: &[(String, Option<Packed>)],
    ) -> Result<(), Fault>;
}
