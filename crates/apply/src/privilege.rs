//! What the role must be allowed to do, asked before anything is done.

use std::collections::BTreeSet;

use connect::Session;
use model::{Action, Fault, Literal, Name, Plan, Sql, sql};

use crate::failure::Failure;
use crate::session::{rows, text};

/// Refuses to begin where the role lacks a privilege, and names each one it lacks.
///
/// # Errors
/// `apply.privilege`, or `apply.standby` where the server takes no writes.
pub(crate) async fn check(session: &Session, plan: &Plan) -> Result<(), Failure> {
    if session.server().in_recovery {
        let fault = Fault::new("apply.standby", "the server is a standby, which takes no changes");
        return Err(Failure::refused(fault.at(session.target().to_string()).help("connect to the primary")));
    }
    let mut missing = journal(session).await?;
    missing.extend(tables(session, plan).await?);
    missing.extend(silence(session, plan).await?);
    if missing.is_empty() {
        return Ok(());
    }
    let fault = Fault::new(
        "apply.privilege",
        format!("role \"{}\" lacks {}", session.server().user, missing.join(", ")),
    );
    Err(Failure::refused(
        fault.at(session.target().to_string()).help("run as the tables' owner, or GRANT what is missing"),
    ))
}

async fn journal(session: &Session) -> Result<Vec<String>, Failure> {
    let question = sql!(
        "SELECT pg_catalog.to_regnamespace('lockkeeper') IS NOT NULL AS exists,
            pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS creates,
            COALESCE((SELECT pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, 'SELECT')
                    AND pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')
                    AND pg_catalog.has_table_privilege(c.oid, 'DELETE') AND pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE'))
                FROM pg_catalog.pg_class AS c
                WHERE c.relnamespace = pg_catalog.to_regnamespace('lockkeeper') AND c.relkind = 'r'), true) AS writes"
    );
    let found = rows(session, &question).await?;
    let is = |column| found.first().and_then(|row| text(row, column)) == Some("t");
    Ok(match (is("exists"), is("creates"), is("writes")) {
        (false, false, _) => {
            vec![format!(
                "CREATE on database {} (for the journal, schema lockkeeper)",
                session.server().database
            )]
        }
        (true, _, false) => {
            vec!["SELECT, INSERT, UPDATE, DELETE on the journal's tables (schema lockkeeper)".to_owned()]
        }
        _ => Vec::new(),
    })
}

/// Tables must be owned to be altered; an index needs CREATE on the schema as well.
async fn tables(session: &Session, plan: &Plan) -> Result<Vec<String>, Failure> {
    let changing = plan.steps.iter().filter(|step| !matches!(step.action, Action::Nothing { .. }));
    let named: BTreeSet<&Name> = changing.filter_map(|step| step.table.as_ref()).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let values = named
        .iter()
        .map(|name| sql!("({}, {})", Literal::new(name.schema.as_str()), Literal::new(name.name.as_str())));
    let question = sql!(
        "SELECT w.nspname, w.relname, n.oid IS NULL AS no_schema,
            c.oid IS NOT NULL AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') AS not_owner,
            n.oid IS NOT NULL AND NOT pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS no_create
         FROM (VALUES {}) AS w (nspname, relname)
         LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.nspname
         LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.relname",
        Sql::join(values, ", ")
    );
    let mut missing = BTreeSet::new();
    for row in rows(session, &question).await? {
        let name =
            Name::new(text(&row, "nspname").unwrap_or_default(), text(&row, "relname").unwrap_or_default());
        if text(&row, "not_owner") == Some("t") {
            missing.insert(format!("ownership of table {name}"));
        }
        if text(&row, "no_create") == Some("t") {
            missing.insert(format!("CREATE on schema {}", name.schema));
        }
    }
    Ok(missing.into_iter().collect())
}

/// Rows are filled without firing the application's triggers, which a superuser may, and from 15 on who is told so.
async fn silence(session: &Session, plan: &Plan) -> Result<Vec<String>, Failure> {
    let mut fills =
        plan.steps.iter().flat_map(|step| [&step.action, &step.undo]).filter_map(|action| match action {
            Action::Backfill(fill) if !fill.silences.is_empty() => Some(fill),
            _ => None,
        });
    let Some(fill) = fills.next() else { return Ok(Vec::new()) };
    let granted = match session.server().major {
        0..15 => sql!("false"),
        _ => sql!("pg_catalog.has_parameter_privilege('session_replication_role', 'SET')"),
    };
    let question = sql!(
        "SELECT {} OR r.rolsuper AS may FROM pg_catalog.pg_roles AS r WHERE r.rolname = CURRENT_USER",
        granted
    );
    if rows(session, &question).await?.first().and_then(|row| text(row, "may")) == Some("t") {
        return Ok(Vec::new());
    }
    let names: Vec<String> = fill.silences.iter().map(ToString::to_string).collect();
    Ok(vec![format!(
        "SET on parameter session_replication_role (filling {} must not fire its triggers {}, unless they say WHEN \
         (current_setting('{}', true) IS DISTINCT FROM 'on'))",
        fill.table,
        names.join(", "),
        model::FILLING
    )])
}
