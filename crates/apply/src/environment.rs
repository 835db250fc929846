//! Which environment a database is, as it was told to it: a URL that reaches another one than it should is
//! found out by the database itself.

use connect::Session;
use model::{Fault, Literal, sql};

use crate::failure::Failure;
use crate::journal;
use crate::session::{rows, send, text};

/// What a database knows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEnvironment {
    /// The environment's name.
    pub name: String,
    /// Whether it is production.
    pub is_production: bool,
    /// The identity of the database that was told so. A copy carries it along and is another.
    pub identity: String,
}

/// A database's identity: the cluster's system identifier and the database's oid. It survives renames and
/// stays behind when rows are dumped and restored elsewhere; replicas and file copies share it. None where
/// the role may not ask.
///
/// # Errors
/// `apply.refused` when the server cannot be asked.
pub async fn identity(session: &Session) -> Result<Option<String>, Fault> {
    let Some(system) = session.server().system_identifier.clone() else { return Ok(None) };
    let question = sql!(
        "SELECT oid::text AS oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
    );
    let found = rows(session, &question).await.map_err(Failure::into_fault)?;
    Ok(found.first().and_then(|row| text(row, "oid")).map(|oid| format!("{system}/{oid}")))
}

/// What was told to this database; none where nothing was, or it has no journal.
///
/// # Errors
/// `apply.refused` when the journal cannot be read.
pub async fn environment_of(session: &Session) -> Result<Option<KnownEnvironment>, Fault> {
    let found = async {
        // Where the role may not look into the journal, nothing is known.
        let may = sql!(
            "SELECT COALESCE(pg_catalog.has_table_privilege(pg_catalog.to_regclass('lockkeeper.settings')::pg_catalog.oid,
                'SELECT') AND pg_catalog.has_schema_privilege('lockkeeper', 'USAGE'), false)"
        );
        if !journal::exists(session).await? || !crate::session::ask(session, &may).await? {
            return Ok(Vec::new());
        }
        rows(session, &sql!("SELECT value FROM lockkeeper.settings WHERE name = 'environment'")).await
    };
    let found: Result<Vec<_>, Failure> = found.await;
    let found = found.map_err(Failure::into_fault)?;
    let value = found.first().and_then(|row| text(row, "value"));
    Ok(value.and_then(|value| {
        let mut parts = value.splitn(3, ' ');
        let (kind, identity, name) = (parts.next()?, parts.next()?, parts.next()?);
        Some(KnownEnvironment {
            name: name.to_owned(),
            is_production: kind == "production",
            identity: identity.to_owned(),
        })
    }))
}

/// Tells a database which environment it is. It has to have a journal.
///
/// # Errors
/// `apply.refused` when the journal cannot be written.
pub async fn remember_environment(session: &Session, known: &KnownEnvironment) -> Result<(), Fault> {
    let kind = if known.is_production { "production" } else { "other" };
    let entry = sql!(
        "INSERT INTO lockkeeper.settings (name, value) VALUES ('environment', {})
         ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, set_by = CURRENT_USER, set_at = pg_catalog.clock_timestamp()
         WHERE settings.value IS DISTINCT FROM EXCLUDED.value",
        Literal::new(format!("{kind} {} {}", known.identity, known.name))
    );
    send(session, &entry).await.map(drop).map_err(Failure::into_fault)
}
