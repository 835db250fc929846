//! A schema made on an empty database.

use connect::Session;
use model::{Fault, Schema};

/// Makes every object of a schema on an empty database.
///
/// # Errors
/// `rehearse.build` with the statement that the server refused.
pub async fn build(session: &Session, schema: &Schema) -> Result<(), Fault> {
    // Functions may be made before the tables their bodies name.
    send(session, "SET check_function_bodies = off").await?;
    let empty = read::live::read(session).await?;
    for change in diff::diff(&empty, schema, &[])?.changes {
        for sql in change.sql() {
            send(session, sql.as_str()).await?;
        }
    }
    Ok(())
}

async fn send(session: &Session, sql: &str) -> Result<(), Fault> {
    session.batch_execute(sql).await.map_err(|error| {
        connect::fault("rehearse.build", "the schema could not be made on the throwaway server", &error)
            .at(sql.lines().next().unwrap_or_default().to_owned())
    })
}
