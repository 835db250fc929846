//! SQL files and folders of migrations, run on a throwaway database.

use std::path::{Path, PathBuf};

use connect::Session;
use model::Fault;

/// A file of SQL with its text.
pub(crate) struct Script {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// The scripts of a file or of a folder of migrations, in the order they apply.
pub(crate) fn scripts(path: &Path) -> Result<Vec<Script>, Fault> {
    let paths = if path.is_dir() { migrations(path)? } else { vec![path.to_owned()] };
    if paths.is_empty() {
        return Err(Fault::new("read.sql", "the folder holds no .sql file").at(path.display().to_string()));
    }
    paths.into_iter().map(load).collect()
}

fn load(path: PathBuf) -> Result<Script, Fault> {
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Fault::new("read.file", "the file could not be read").at(path.display().to_string()).cause(error)
    })?;
    Ok(Script { path, text })
}

/// Plain numbered files; Flyway's `V2__x.sql` (by version, undo and repeatable ones last or left out);
/// folders with a `migration.sql` each, as Prisma and drizzle-kit 1.0 lay them out.
fn migrations(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
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
    Ok(found)
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

/// Runs a script's statements one after the other, as its author wrote them.
pub(crate) async fn run(session: &Session, script: &Script) -> Result<(), Fault> {
    let parsed = parse::parse(&script.text);
    if let Some(command) = parsed.meta_commands.first() {
        let (line, column) = line_and_column(&script.text, command.start);
        let command = command.of(&script.text);
        return Err(Fault::new("read.sql", format!("\"{command}\" is a command of psql, not of the server"))
            .at(format!("{}:{line}:{column}", script.path.display()))
            .help("take psql's commands out of the file; data comes from INSERT, not from \\copy"));
    }
    for statement in &parsed.statements {
        if let Err(error) = session.batch_execute(statement.sql).await {
            return Err(refused(script, statement.span.start, &error));
        }
    }
    Ok(())
}

/// The server's error at its place in the file.
fn refused(script: &Script, start: usize, error: &tokio_postgres::Error) -> Fault {
    use tokio_postgres::error::ErrorPosition;
    let position = error.as_db_error().and_then(|error| error.position());
    let offset = match position {
        Some(ErrorPosition::Original(character)) => {
            let text = &script.text[start..];
            let nth = usize::try_from(*character).unwrap_or(1).saturating_sub(1);
            start + text.char_indices().nth(nth).map_or(0, |(at, _)| at)
        }
        _ => start,
    };
    let (line, column) = line_and_column(&script.text, offset);
    connect::fault("read.sql", "PostgreSQL refused a statement of the schema", error)
        .at(format!("{}:{line}:{column}", script.path.display()))
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
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

    #[test]
    fn places_are_counted_in_characters() {
        assert_eq!(line_and_column("é\nab", 4), (2, 2));
    }
}
