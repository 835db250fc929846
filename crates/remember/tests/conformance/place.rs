//! Where a case's memory is kept.

use std::any::Any;
use std::sync::Arc;

use remember::{Embedder, Memory, Options, StoreChoice, Tenant};
use testkit::TestDatabase;
use tokio::runtime::Runtime;

/// How a URL of a server begins.
pub(crate) const SCHEME: &str = "postgres";

/// A place for memories that is empty at first and leaves nothing behind.
pub(crate) struct Place {
    options: Options,
    /// Makes another of its kind.
    another: fn() -> Self,
    /// Removes the place when it is dropped.
    _keep: Box<dyn Any>,
}

impl Place {
    /// Another place of this kind, empty.
    pub(crate) fn another(&self) -> Self {
        (self.another)()
    }

    /// A memory of a tenant; each call opens it anew.
    pub(crate) fn memory(&self, tenant: &str) -> Memory {
        self.memory_with(tenant, self.options.embedder.clone())
    }

    /// A memory of a tenant with this embedder, or none.
    pub(crate) fn memory_with(&self, tenant: &str, embedder: Option<Arc<dyn Embedder>>) -> Memory {
        let tenant = tenant.parse::<Tenant>().unwrap();
        Memory::open(&self.options.clone().tenant(tenant).embedder(embedder)).unwrap()
    }

    /// What another process finds this place by: a folder or a URL.
    pub(crate) fn handle(&self) -> String {
        match &self.options.store {
            StoreChoice::Postgres(target) => target.url_with_password(),
            StoreChoice::Sqlite(file) => file.parent().unwrap().parent().unwrap().display().to_string(),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.options.store, StoreChoice::Postgres(_))
    }
}

impl Place {
    /// The files in which a memory keeps what it knows; none where they are a server's.
    pub(crate) fn files(&self) -> Vec<std::path::PathBuf> {
        let StoreChoice::Sqlite(path) = &self.options.store else { return Vec::new() };
        let folder = std::fs::read_dir(path.parent().unwrap()).unwrap();
        folder.map(|file| file.unwrap().path()).collect()
    }
}

/// A database on a server of the major that `LOCKKEEPER_TEST_MEMORY_MAJOR` names, by default 15.
pub(crate) fn postgres() -> Place {
    let major = std::env::var("LOCKKEEPER_TEST_MEMORY_MAJOR").map_or(15, |major| major.parse().unwrap());
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(testkit::database(major));
    let folder = tempfile::tempdir().unwrap();
    let options = Options::team(folder.path(), database.target().clone());
    Place { options, another: postgres, _keep: Box::new(Server { database, runtime, folder }) }
}

/// Fields are dropped in their order: the database before what drives it.
#[expect(dead_code, reason = "they are kept, not used")]
struct Server {
    database: TestDatabase,
    runtime: Runtime,
    folder: tempfile::TempDir,
}

/// A file.
pub(crate) fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place { options: Options::project(folder.path()), another: sqlite, _keep: Box::new(folder) }
}
