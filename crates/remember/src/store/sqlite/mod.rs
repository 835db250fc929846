//! The default store: one SQLite file in the project, safe with several processes.

mod append;
mod documents;
mod forget;
mod held;
mod open;
mod read;
mod rows;
mod segments;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::{Fault, RunReceipt};
use rusqlite::Connection;

use super::{Filed, Pending, Selection, Store};
use crate::meaning::Packed;
use crate::search::{Asked, Hit};
use crate::{Document, Entry, Kind, Tenant};
use held::Held;

/// A memory in one SQLite file, in WAL mode.
///
/// A commit that was acknowledged survives the death of the process and of the machine. Several
/// processes may write at once: they take turns, each waiting up to ten seconds for its own.
#[derive(Debug)]
pub(crate) struct SqliteStore {
    path: PathBuf,
    connection: Connection,
    held: BTreeMap<Tenant, Held>,
}

impl SqliteStore {
    /// Opens the file, made where there is none.
    ///
    /// # Errors
    /// When the file cannot be opened or written, is not a memory, or was made by a newer version.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let connection = open::open(path)?;
        Ok(Self { path: path.to_owned(), connection, held: BTreeMap::new() })
    }

    /// Everything is read in one transaction: what another process removes meanwhile is there until its end.
    fn found(&mut self, tenant: &Tenant, asked: &Asked<'_>) -> rusqlite::Result<Vec<(Hit, Document)>> {
        let reading = self.connection.unchecked_transaction()?;
        let held = self.held.entry(tenant.clone()).or_default();
        held.refresh(&reading, tenant)?;
        let hits = held.search(&reading, tenant, asked)?.into_iter();
        let with_document = |(seq, hit): (i64, Hit)| {
            let document = rows::at(&reading, tenant, seq).transpose()?;
            Some(document.map(|document| (hit, document)))
        };
        hits.filter_map(with_document).collect()
    }

    /// A fault about this file.
    fn fault(&self, what: &str, error: rusqlite::Error) -> Fault {
        open::fault(&self.path, what, error)
    }
}

impl Store for SqliteStore {
    fn append(&mut self, filed: &[Filed]) -> Result<usize, Fault> {
        append::append(&mut self.connection, filed).map_err(|error| self.fault("write to", error))
    }

    fn entries(&mut self, tenant: &Tenant, selection: &Selection) -> Result<Vec<Entry>, Fault> {
        read::entries(&self.connection, tenant, selection).map_err(|error| self.fault("read", error))
    }

    fn runs(&mut self, tenant: &Tenant, runs: &[&str]) -> Result<Vec<RunReceipt>, Fault> {
        read::runs(&self.connection, tenant, runs).map_err(|error| self.fault("read", error))
    }

    fn page(&mut self, tenant: &Tenant, after: i64, limit: u32) -> Result<Vec<(i64, Entry)>, Fault> {
        read::page(&self.connection, tenant, after, limit).map_err(|error| self.fault("read", error))
    }

    fn counts(&mut self, tenant: &Tenant, selection: &Selection) -> Result<BTreeMap<Kind, u64>, Fault> {
        read::counts(&self.connection, tenant, selection).map_err(|error| self.fault("read", error))
    }

    fn forget(&mut self, tenant: &Tenant, selection: &Selection) -> Result<u64, Fault> {
        forget::forget(&mut self.connection, tenant, selection).map_err(|error| self.fault("write to", error))
    }

    fn search(&mut self, tenant: &Tenant, asked: &Asked<'_>) -> Result<Vec<(Hit, Document)>, Fault> {
        self.found(tenant, asked).map_err(|error| self.fault("read", error))
    }

    /// From memory where its documents are held, else from the file.
    fn tally(&mut self, tenant: &Tenant, operation: &str, recipe: &str) -> Result<(u64, u64), Fault> {
        let counted = match self.held.get_mut(tenant) {
            Some(held) => held.refresh(&self.connection, tenant).map(|()| held.tally(operation, recipe)),
            None => documents::tally(&self.connection, tenant, operation, recipe),
        };
        counted.map_err(|error| self.fault("read", error))
    }

    fn without_vector(&mut self, tenant: &Tenant, model: &str, limit: u32) -> Result<Pending, Fault> {
        documents::without_vector(&self.connection, tenant, model, limit)
            .map_err(|error| self.fault("read", error))
    }

    fn put_vectors(
        &mut self,
        tenant: &Tenant,
        model: &str,
        vectors: &[(String, Option<Packed>)],
    ) -> Result<(), Fault> {
        documents::put_vectors(&mut self.connection, tenant, model, vectors)
            .map_err(|error| self.fault("write to", error))
    }
}
