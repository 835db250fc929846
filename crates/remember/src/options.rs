//! Which memory is opened.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connect::Target;

use crate::{Embedder, StaticTable, Tenant};

/// The folder of Lockkeeper's own files in a project.
const FOLDER: &str = ".lockkeeper";

/// Which memory is opened, and whose.
#[derive(Clone)]
pub struct Options {
    /// Whose memory.
    pub tenant: Tenant,
    /// Where it is kept.
    pub store: StoreChoice,
    /// What makes vectors of texts; none to search by words alone.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// The file where entries wait while the store is down.
    pub spool: PathBuf,
}

/// Where a memory is kept.
#[derive(Debug, Clone)]
pub enum StoreChoice {
    /// One file.
    Sqlite(PathBuf),
    /// Schema `lockkeeper_memory` of a PostgreSQL database.
    Postgres(Box<Target>),
}

impl Options {
    /// The default memory of a project: `.lockkeeper/memory.db` in its folder, the default tenant.
    pub fn project(folder: &Path) -> Self {
        let own = folder.join(FOLDER);
        Self {
            tenant: Tenant::default(),
            store: StoreChoice::Sqlite(own.join("memory.db")),
            embedder: Some(Arc::new(StaticTable)),
            spool: own.join("memory.spool.jsonl"),
        }
    }

    /// The memory of a team in a database; what it does not take waits in the project's folder.
    pub fn team(folder: &Path, target: Target) -> Self {
        Self { store: StoreChoice::Postgres(Box::new(target)), ..Self::project(folder) }
    }

    /// The same with another embedder, or none.
    #[must_use]
    pub fn embedder(mut self, embedder: Option<Arc<dyn Embedder>>) -> Self {
        self.embedder = embedder;
        self
    }

    /// The same for another tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = tenant;
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.embedder.as_ref().map(|embedder| embedder.model());
        f.debug_struct("Options")
            .field("tenant", &self.tenant)
            .field("store", &self.store)
            .field("embedder", &model)
            .field("spool", &self.spool)
            .finish()
    }
}
