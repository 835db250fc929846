//! Migrations without a journal: their names are their order.

use std::path::{Path, PathBuf};

use model::Fault;

use super::{Migrations, load};

/// Plain numbered files; Flyway's `V2__x.sql`, its repeatable ones last; folders with a `migration.sql` each.
pub(super) fn migrations(folder: &Path) -> Result<Migrations, Fault> {
    let entries = std::fs::read_dir(folder).map_err(|error| {
        Fault::new("read.file", "the folder could not be read").at(folder.display().to_string()).cause(error)
    })?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter_map(|path| match path.join("migration.sql") {
            nested if path.is_dir() && nested.is_file() => Some(nested),
            _ if path.is_file() && path.extension().is_some_and(|e| e == "sql") => Some(path),
            _ => None,
        })
        .filter(|path| !is_undo(path))
        .collect();
    found.sort_by_key(|path| order(path.strip_prefix(folder).unwrap_or(path)));
    let list = found.into_iter().map(|path| load(path, None)).collect::<Result<_, _>>()?;
    Ok(Migrations { path: folder.to_owned(), list, notes: Vec::new() })
}

fn is_undo(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let flyway_undo =
        name.starts_with('U') && name.contains("__") && name[1..].starts_with(|c: char| c.is_ascii_digit());
    flyway_undo || name.ends_with(".down.sql")
}

/// Repeatable migrations last; runs of digits by value, so that 10 comes after 9.
fn order(path: &Path) -> (bool, Vec<(u64, String)>) {
    let text = path.to_string_lossy();
    let mut parts = Vec::new();
    let mut rest = text.as_ref();
    while !rest.is_empty() {
        let words = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(words);
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (number, after) = after.split_at(digits);
        if !word.is_empty() {
            parts.push((0, word.to_owned()));
        }
        if !number.is_empty() {
            parts.push((number.parse().unwrap_or(u64::MAX), String::new()));
        }
        rest = after;
    }
    (text.starts_with("R__"), parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_run_in_the_order_of_their_numbers() {
        let mut names = ["V10__c.sql", "V2__b.sql", "R__views.sql", "V1__a.sql"].map(PathBuf::from);
        names.sort_by_key(|path| order(path));
        assert_eq!(names, ["V1__a.sql", "V2__b.sql", "V10__c.sql", "R__views.sql"].map(PathBuf::from));
        assert!(is_undo(Path::new("U2__b.sql")) && is_undo(Path::new("1_a.down.sql")));
        assert!(!is_undo(Path::new("Users__b.sql")));
    }
}
