//! Where a plan is rehearsed.

use connect::Target;
use model::Fault;
use shadow::{Database, Shadow};

/// A database that nobody else uses, on a server where copies of it can be made.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The server.
    pub server: &'a Shadow,
    /// The database, with the schema the plan starts from.
    pub database: &'a Database,
}

impl Place<'_> {
    /// How to reach the database.
    pub(crate) fn target(&self) -> &Target {
        &self.database.target
    }

    /// A copy of the database as it is now. Nobody may be connected to it meanwhile; sessions that were just
    /// closed are waited for by the server.
    pub(crate) async fn copy(&self) -> Result<Database, Fault> {
        self.server.create_database(Some(self.database.name.as_str())).await
    }

    /// Gives the space of a copy back.
    pub(crate) async fn drop_copy(&self, copy: &Database) -> Result<(), Fault> {
        self.server.drop_database(copy).await
    }
}
