//! SQL files, run on a throwaway database.

use std::collections::BTreeSet;

use connect::Session;
use model::{Fault, Ident, sql};
use tokio_postgres::error::SqlState;

use crate::Migration;

/// Whether roles that a script names and does not make may be made: they belong to a server, not to a schema,
/// and only a throwaway server can be given them without leaving something behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Roles {
    /// They are made where they are missing.
    Made,
    /// They have to be there.
    Theirs,
}

/// Runs a script's statements one after the other, as its author wrote them.
pub(crate) async fn run(session: &Session, script: &Migration, roles: Roles) -> Result<(), Fault> {
    let parsed = parse::parse(&script.text);
    if let Some(command) = parsed.meta_commands.first() {
        let (line, column) = line_and_column(&script.text, command.start);
        let command = command.of(&script.text);
        return Err(Fault::new("read.sql", format!("\"{command}\" is a command of psql, not of the server"))
            .at(format!("{}:{line}:{column}", script.path.display()))
            .help("take psql's commands out of the file; data comes from INSERT, not from \\copy"));
    }
    for statement in &parsed.statements {
        if let Err(error) = execute(session, statement.sql, roles).await {
            let fault = refused(script, statement.span.start, &error);
            return Err(match missing_role(&error) {
                Some(role) => fault.help(format!("make it before: CREATE ROLE {role}")),
                None => fault,
            });
        }
    }
    Ok(())
}

/// Executes a statement, with the roles it names.
async fn execute(session: &Session, statement: &str, roles: Roles) -> Result<(), tokio_postgres::Error> {
    let mut made = BTreeSet::new();
    loop {
        let Err(error) = session.batch_execute(statement).await else { return Ok(()) };
        let missing = missing_role(&error).filter(|role| roles == Roles::Made && made.insert(role.clone()));
        let Some(role) = missing else { return Err(error) };
        // In a transaction that has failed nothing can be made any more: the first error is the one to tell.
        if session.batch_execute(sql!("CREATE ROLE {}", role).as_str()).await.is_err() {
            return Err(error);
        }
    }
}

/// The role that a statement needs and the server does not have. The server tells its name in its message alone;
/// one in another language names none.
fn missing_role(error: &tokio_postgres::Error) -> Option<Ident> {
    let error = error.as_db_error().filter(|error| *error.code() == SqlState::UNDEFINED_OBJECT)?;
    let name = error.message().strip_prefix("role \"")?.strip_suffix("\" does not exist")?;
    Some(Ident::new(name))
}

/// The server's error at its place in the file.
fn refused(script: &Migration, start: usize, error: &tokio_postgres::Error) -> Fault {
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
    fn places_are_counted_in_characters() {
        assert_eq!(line_and_column("é\nab", 4), (2, 2));
    }
}
