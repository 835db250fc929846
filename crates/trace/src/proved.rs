//! Which tables a proof of a foreign key reads.

use std::collections::BTreeSet;

use connect::Session;
use model::{Fault, Literal, Sql, sql};

use crate::catalog::{ask, number};
use crate::delta::Proved;

/// The tables of foreign keys with these names.
///
/// The proof joins the tables. It reads all of the referencing one; whether it scans the referenced one
/// or looks its keys up in the index is the planner's choice on the day, so that counts as a lookup.
///
/// # Errors
/// `trace.measure` when the server does not tell.
pub(crate) async fn of(session: &Session, names: &BTreeSet<String>) -> Result<Proved, Fault> {
    let mut proved = Proved::default();
    if names.is_empty() {
        return Ok(proved);
    }
    let names = Sql::join(names.iter().map(|name| sql!("{}", Literal::new(name))), ", ");
    let question = sql!(
        "WITH RECURSIVE named AS (
            SELECT conrelid, confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conname IN ({})
        ), referenced AS (
            SELECT confrelid AS oid FROM named
            UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN referenced ON i.inhparent = referenced.oid
        ) SELECT conrelid AS oid, 'referencing' AS side FROM named UNION SELECT oid, 'referenced' FROM referenced",
        names
    );
    for row in ask(session, question.as_str()).await? {
        let side = if row.get("side") == Some("referencing") {
            &mut proved.referencing
        } else {
            &mut proved.referenced
        };
        side.insert(number(&row, "oid")?);
    }
    Ok(proved)
}
