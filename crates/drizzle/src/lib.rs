//! Evaluates a Drizzle project's TypeScript in a sandbox and says which SQL its schema is.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod builtins;
mod config;
mod ddl;
mod decisions;
mod described;
mod difference;
mod files;
mod filter;
mod installed;
mod kit;
mod known;
mod locate;
mod modules;
mod note;
mod options;
mod origin;
mod place;
mod project;
mod proof;
mod read;
mod resolve;
mod sandbox;
mod script;
mod seen;
mod thrown;

pub use filter::Filter;
pub use kit::snapshot;
pub use known::Known;
pub use note::Note;
pub use options::Options;
pub use project::{Casing, Column, Export, Extension, External, Makes, Project, Statement, Table};
pub use read::read;
pub use seen::Seen;
