//! Finds, starts, clones and stops throwaway PostgreSQL servers.
//!
//! A [`Shadow`] is a server that nothing depends on: it lives as long as the value does, listens on a
//! unix socket only, and takes its folder with it when it goes. Where its binaries come from, in this
//! order: a server somebody gives by URL, a local installation of the wanted major version, the npm
//! package `@embedded-postgres/<platform>`.
//!
//! Nothing is left behind, whatever ends the process: dropping a `Shadow` stops and removes it; after
//! a SIGKILL the kernel stops the server (where it can: Linux) and the next start sweeps the folder.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cache;
mod copy;
mod database;
mod folder;
mod given;
mod installation;
mod keeper;
mod npm;
mod privilege;
mod server;
mod settings;
mod start;
mod template;

/// The user's cache folder: `LOCKKEEPER_CACHE_DIR`, else the platform's usual place.
///
/// # Errors
/// `shadow.cache` when it cannot be made, and `shadow.root` for a root who finds nobody to run servers as.
pub fn cache_folder() -> Result<std::path::PathBuf, model::Fault> {
    cache::folder(&privilege::RunAs::choose()?)
}

pub use database::Database;
pub use installation::Installation;
pub use start::{Shadow, ShadowOptions, Storage};
