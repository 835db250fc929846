//! SQL files, run on a throwaway database.

use connect::Session;
use model::Fault;

use crate::Migration;

/// Runs a script's statements one after the other, as its author wrote them.
pub(crate) async fn run(session: &Session, script: &Migration) -> Result<(), Fault> {
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
