//! Drizzle's journal: `meta/_journal.json` beside the migrations of drizzle-kit 0.x.

use std::collections::BTreeSet;
use std::path::Path;

use model::Fault;
use serde::Deserialize;

use super::{Migration, Migrations, load};

#[derive(Debug, Deserialize)]
struct Journal {
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    idx: u64,
    tag: String,
    /// In ms since 1970.
    when: i64,
}

/// The migrations that the folder's journal lists, by their index; none where there is no journal.
pub(super) fn migrations(folder: &Path) -> Result<Option<Migrations>, Fault> {
    let path = folder.join("meta").join("_journal.json");
    if !path.is_file() {
        return Ok(None);
    }
    let mut journal = read(&path)?;
    journal.entries.sort_by_key(|entry| entry.idx);
    let mut list = Vec::new();
    for entry in journal.entries {
        let file = folder.join([&entry.tag, ".sql"].concat());
        if !file.is_file() {
            let what = format!("the journal names {}.sql, which is not in the folder", entry.tag);
            return Err(Fault::new("read.journal", what).at(path.display().to_string()));
        }
        list.push(Migration { name: entry.tag, ..load(file, Some(entry.when))? });
    }
    let notes = left_out(folder, &list);
    Ok(Some(Migrations { path: folder.to_owned(), list, notes }))
}

fn read(path: &Path) -> Result<Journal, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Fault::new("read.file", "the file could not be read").at(path.display().to_string()).cause(error)
    })?;
    serde_json::from_str(&text).map_err(|error| {
        let place = format!("{}:{}:{}", path.display(), error.line(), error.column());
        Fault::new("read.journal", "not a journal of drizzle-kit").at(place).cause(error)
    })
}

/// Drizzle applies what the journal lists, and nothing else.
fn left_out(folder: &Path, list: &[Migration]) -> Vec<String> {
    let listed: BTreeSet<&Path> = list.iter().map(|migration| migration.path.as_path()).collect();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut others: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
        .filter(|path| !listed.contains(path.as_path()))
        .collect();
    others.sort();
    let note = |path: &std::path::PathBuf| format!("{} is not in the journal, and left out", path.display());
    others.iter().map(note).collect()
}
