//! Which memory is opened.

use std::path::{Path, PathBuf};

use crate::Tenant;

/// The folder of Lockkeeper's own files in a project.
const FOLDER: &str = ".lockkeeper";

/// Which memory is opened, and whose.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose memory.
    pub tenant: Tenant,
    /// Where it is kept.
    pub store: StoreChoice,
    /// The file where entries wait while the store is down.
    pub spool: PathBuf,
}

/// Where a memory is kept.
#[derive(Debug, Clone)]
pub enum StoreChoice {
    /// One file.
    Sqlite(PathBuf),
}

impl Options {
    /// The default memory of a project: `.lockkeeper/memory.db` in its folder, the default tenant.
    pub fn project(folder: &Path) -> Self {
        let own = folder.join(FOLDER);
        Self {
            tenant: Tenant::default(),
            store: StoreChoice::Sqlite(own.join("memory.db")),
            spool: own.join("memory.spool.jsonl"),
        }
    }

    /// The same for another tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = tenant;
        self
    }
}
