//! The default store: one SQLite file in the project, safe with several processes.

mod append;
mod open;
mod read;

use std::path::{Path, PathBuf};

use model::{Fault, RunReceipt};
use rusqlite::Connection;

use super::{Filed, Selection, Store};
use crate::{Entry, Tenant};

/// A memory in one SQLite file, in WAL mode.
///
/// A commit that was acknowledged survives the death of the process and of the machine. Several
/// processes may write at once: they take turns, each waiting up to ten seconds for its own.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    connection: Connection,
}

impl SqliteStore {
    /// Opens the file, made where there is none.
    ///
    /// # Errors
    /// When the file cannot be opened or written, is not a memory, or was made by a newer version.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let connection = open::open(path)?;
        Ok(Self { path: path.to_owned(), connection })
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
}
