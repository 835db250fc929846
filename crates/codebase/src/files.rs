//! The files of a project.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::Found;

/// Larger files are made by programs.
const BYTES_MAX: u64 = 1 << 20;

/// More files than this are hardly one project.
const FILES_MAX: usize = 20_000;

/// A file to search.
#[derive(Debug)]
pub(crate) struct File {
    /// Relative to the project's folder.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// TypeScript or JavaScript.
    Script,
    Sql,
}

/// Every file of the project that can hold a use, sorted by name.
pub(crate) fn read(folder: &Path, sources: &[PathBuf], found: &mut Found) -> Vec<File> {
    let sources: Vec<PathBuf> = sources.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let walk = WalkBuilder::new(folder)
        .require_git(false)
        .filter_entry(|entry| !is_passed_over(entry.path()))
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .build();
    let mut files = Vec::new();
    for entry in walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())) {
        let path = entry.path();
        let Some(kind) = kind(path) else { continue };
        if files.len() >= FILES_MAX {
            found.unread.push(format!("{} and what follows: more than {FILES_MAX} files", path.display()));
            break;
        }
        let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
        if entry.metadata().is_ok_and(|file| file.len() > BYTES_MAX) {
            found.unread.push(format!("{name}: larger than 1 MB"));
            continue;
        }
        let is_source = |path: &Path| {
            path.canonicalize().is_ok_and(|path| sources.iter().any(|source| path.starts_with(source)))
        };
        if kind == Kind::Sql && is_source(path) {
            continue;
        }
        match std::fs::read_to_string(path) {
            Ok(text) => files.push(File { name, text, kind }),
            Err(error) => found.unread.push(format!("{name}: {error}")),
        }
    }
    found.files = files.len();
    files
}

fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?;
    let declares = [".d.ts", ".d.mts", ".d.cts", ".min.js"].iter().any(|ending| name.ends_with(ending));
    match path.extension()?.to_str()? {
        _ if declares => None,
        "ts" | "mts" | "cts" | "tsx" | "js" | "mjs" | "cjs" | "jsx" => Some(Kind::Script),
        "sql" => Some(Kind::Sql),
        _ => None,
    }
}

/// Packages, and folders of migrations and plans: they tell what was, and are not run again.
fn is_passed_over(path: &Path) -> bool {
    let is = |name: &str| path.file_name().is_some_and(|own| own == name);
    path.is_dir()
        && (is("node_modules")
            || is("migrations")
            || path.join("meta/_journal.json").is_file()
            || path.join("plan.json").is_file()
            || path.join("migration_lock.toml").is_file())
}
