//! A folder of migrations: which files belong to it, and in which order they apply.

mod digest;
mod journal;
mod order;
mod recorded;
mod up;

use std::path::{Path, PathBuf};

pub use digest::Digest;
use model::Fault;
pub use recorded::{Recorded, recorded};

/// The migrations of a folder, in the order they apply.
#[derive(Debug, Clone)]
pub struct Migrations {
    /// The folder, or the one file.
    pub path: PathBuf,
    /// The migrations in their order.
    pub list: Vec<Migration>,
    /// What the folder holds and does not apply: files that are not in its journal.
    pub notes: Vec<String>,
}

/// One migration.
#[derive(Debug, Clone)]
pub struct Migration {
    /// What its runner calls it: `0003_add_year`, `20240101_init`, `V3__add_year.sql`.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// What of the file's text goes forward: all of it, where it does not hold the way back as well.
    pub text: String,
    /// What its runner noted of the file, if it was not changed since.
    pub digest: Digest,
    /// When it was made, in ms since 1970, where a journal says so.
    pub when_ms: Option<i64>,
}

/// The migrations of a folder, or of a single file: Drizzle's `out` folder by its journal, folders with a
/// `migration.sql` each (Prisma, drizzle-kit 1.0), Flyway's `V2__x.sql` by version and `R__x.sql` last, other
/// files by their numbers. What takes a migration back is left out.
///
/// # Errors
/// `read.file` when a file cannot be read, `read.sql` when there is none, `read.journal` when the journal
/// cannot be understood or names a file that is not there.
pub fn migrations(path: &Path) -> Result<Migrations, Fault> {
    if !path.is_dir() {
        return Ok(Migrations {
            path: path.to_owned(),
            list: vec![load(path.to_owned(), None)?],
            notes: Vec::new(),
        });
    }
    let found = journal::migrations(path)?.map_or_else(|| order::migrations(path), Ok)?;
    if found.list.is_empty() {
        return Err(Fault::new("read.sql", "the folder holds no .sql file").at(path.display().to_string()));
    }
    Ok(found)
}

/// A migration's file. One called `migration.sql` has the name of its folder.
fn load(path: PathBuf, when_ms: Option<i64>) -> Result<Migration, Fault> {
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Fault::new("read.file", "the file could not be read").at(path.display().to_string()).cause(error)
    })?;
    let folder = path.parent().filter(|_| path.ends_with("migration.sql"));
    let named = folder.and_then(Path::file_name).or_else(|| path.file_name());
    let name = named.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let digest = Digest::of(&text);
    let mut migration = Migration { name, path, text, digest, when_ms };
    up::keep_forward(&mut migration);
    Ok(migration)
}
