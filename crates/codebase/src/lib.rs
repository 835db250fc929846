//! Searches a project's code, and the database's own, for uses of tables and columns that go or are
//! renamed.
//!
//! A use is only told where it is known whose it is: a property of a table that Drizzle declares, a key of
//! a relational query, a column of a table that the same SQL names. A column `name` of another table is no
//! use. What only a type checker could know (a field of a row that a query returned) is left to it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod database;
mod files;
mod history;
mod script;
mod sought;
mod sql;
mod zod;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assess::CodeUse;
use model::Schema;

pub use sought::{Sought, sought};
pub use zod::{Validators, validators};

/// Where to search.
#[derive(Debug)]
pub struct Search<'a> {
    /// The project's folder; files named by its `.gitignore` files, and packages, are passed over.
    pub folder: &'a Path,
    /// The schema as it is.
    pub from: &'a Schema,
    /// The schema as it is wanted.
    pub to: &'a Schema,
    /// Files that say what the schema is, and so are no use of it.
    pub sources: &'a [PathBuf],
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The places that use each sought object, in the order of files and lines; empty where there is none.
    pub uses: BTreeMap<String, Vec<CodeUse>>,
    /// How many files were read.
    pub files: usize,
    /// Files that could not be read or parsed, each with the reason: what is in them is unknown.
    pub unread: Vec<String>,
}

/// Finds every use of what is sought, in files and in the database's own code.
pub fn search(search: &Search<'_>, sought: &[Sought]) -> Found {
    let mut found = Found {
        uses: sought.iter().map(|sought| (sought.object.clone(), Vec::new())).collect(),
        ..Found::default()
    };
    if sought.is_empty() {
        return found;
    }
    let catalog = sql::Catalog::new(search.from);
    let files = files::read(search.folder, search.sources, &mut found);
    let scripts: Vec<&files::File> = files.iter().filter(|file| file.kind == files::Kind::Script).collect();
    let tables = script::Tables::of(&scripts, search, sought);
    for file in &files {
        let hits = match file.kind {
            files::Kind::Sql => sql::in_file(&file.text, &catalog, sought),
            files::Kind::Script => match script::uses(file, &tables, &catalog, sought) {
                Ok(hits) => hits,
                Err(why) => {
                    found.unread.push(format!("{}: {why}", file.name));
                    continue;
                }
            },
        };
        for hit in hits {
            note(&mut found, sought, hit, file);
        }
    }
    for (at, place) in database::uses(search, &catalog, sought) {
        if let Some(uses) = found.uses.get_mut(&sought[at].object) {
            uses.push(place);
        }
    }
    found
}

/// A place in a text where something sought is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Where it stands, in bytes from the start of the text.
    pub(crate) offset: usize,
    /// Which of the sought it is.
    pub(crate) sought: usize,
}

/// The longest part of a line that is shown, in characters.
const LINE_MAX: usize = 120;

fn note(found: &mut Found, sought: &[Sought], hit: Hit, file: &files::File) {
    let Some(uses) = found.uses.get_mut(&sought[hit.sought].object) else { return };
    let before = &file.text[..hit.offset.min(file.text.len())];
    let line = before.matches('\n').count() + 1;
    let text = file.text.lines().nth(line - 1).unwrap_or_default().trim();
    let place = CodeUse {
        file: file.name.clone(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        text: text.chars().take(LINE_MAX).collect(),
        in_database: false,
    };
    if uses.last() != Some(&place) {
        uses.push(place);
    }
}
