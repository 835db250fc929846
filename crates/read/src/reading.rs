//! What reading a source came to.

use std::path::PathBuf;

use model::{Name, Schema};

use crate::Scope;

/// What a source said.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The schema.
    pub schema: Schema,
    /// `server_version_num` of the live database; none for the other sources.
    pub server_version: Option<u32>,
    /// What the reader should be told: stand-ins used, environment variables answered, things ignored.
    pub notes: Vec<String>,
    /// The files the schema came from.
    pub files: Vec<PathBuf>,
    /// What the source can speak of; none for one that speaks of everything.
    pub scope: Option<Scope>,
    /// The folder of migrations that the source names: `out` of a drizzle.config.
    pub migrations: Option<PathBuf>,
    /// The table in which the source has its runner note what it applied, where it is not the usual one.
    pub books: Option<Name>,
}

impl Reading {
    /// A schema, and nothing else to tell.
    pub fn of(schema: Schema) -> Self {
        Self {
            schema,
            server_version: None,
            notes: Vec::new(),
            files: Vec::new(),
            scope: None,
            migrations: None,
            books: None,
        }
    }
}
