//! Databases on a throwaway server.

use connect::{Session, Target};
use model::{Fault, Ident, Sql, sql};

/// A database of our own on a throwaway server. It goes when the server does, or with
/// [`Shadow::drop_database`](crate::Shadow::drop_database).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its name, unique on the server.
    pub name: Ident,
    /// How to reach it.
    pub target: Target,
}

/// Creates a database as a copy of `template`, which nobody may be connected to. Without one it is a
/// copy of `template0`: in the server's own encoding and locale, and without anything of the user's.
pub(crate) async fn create_database(
    session: &Session,
    name: &Ident,
    template: Option<&str>,
) -> Result<(), Fault> {
    let template = Ident::new(template.unwrap_or("template0"));
    // Copying files is faster than writing all of it to the log, which 15 made the default.
    let strategy = if session.server().major >= 15 { " STRATEGY file_copy" } else { "" };
    let create = sql!("CREATE DATABASE {} TEMPLATE {}{}", name, template, Sql::verbatim(strategy));
    let created = session.batch_execute(create.as_str()).await;
    created.map_err(|error| {
        let fault = connect::fault("shadow.database", format!("database {name} could not be made"), &error);
        match connect::sqlstate(&error) {
            Some("55006") => fault.help(format!("close the sessions in database {template} first")),
            Some("42501") => fault.help("the user of --shadow-url needs the privilege CREATEDB"),
            _ => fault,
        }
    })
}

/// Drops a database, with the sessions that are still in it; one that is gone already is fine.
pub(crate) async fn drop_database(session: &Session, name: &Ident) -> Result<(), Fault> {
    let dropped = session.batch_execute(sql!("DROP DATABASE IF EXISTS {} (FORCE)", name).as_str()).await;
    dropped.map_err(|error| {
        connect::fault("shadow.database", format!("database {name} could not be dropped"), &error)
    })
}
