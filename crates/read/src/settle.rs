//! Expressions whose text is not a fixed point of the server's own deparsing.
//!
//! `CHECK (name IN ('a', 'b'))` on a varchar is written back with casts, which read again are written with
//! others. Two schemas that differ in such a text alone are equal, and a second round trip shows it.

use connect::Session;
use model::{ConstraintKind, Expr, Fault, Index, Schema, Table};

use crate::live;

/// The wanted schema with the text of `from` for every expression that a second round trip on the server
/// makes equal. The session's database is empty, and is left so.
///
/// # Errors
/// `read.settle` when a schema cannot be built there, and `read.catalog`.
pub async fn settle(session: &Session, from: &Schema, to: &Schema) -> Result<Schema, Fault> {
    let mut settled = to.clone();
    if pairs(from, &mut settled).iter().all(|(old, new)| old == new) {
        return Ok(settled);
    }
    let (again_from, mut again_to) = (again(session, from).await?, again(session, to).await?);
    let equal: Vec<bool> = pairs(&again_from, &mut again_to).iter().map(|(old, new)| old == new).collect();
    let texts = pairs(from, &mut settled);
    // The same objects in the same order, unless the server made something else of them.
    if texts.len() == equal.len() {
        for ((old, new), _) in texts.into_iter().zip(equal).filter(|(_, equal)| *equal) {
            *new = old.clone();
        }
    }
    Ok(settled)
}

/// The schema as it is read after it was built from its own text.
async fn again(session: &Session, schema: &Schema) -> Result<Schema, Fault> {
    let refused = |error: &tokio_postgres::Error| {
        connect::fault("read.settle", "the schema cannot be built again to compare its expressions", error)
    };
    session
        .batch_execute("BEGIN; SET LOCAL check_function_bodies = off")
        .await
        .map_err(|error| refused(&error))?;
    let read = build(session, schema, &refused).await;
    session.batch_execute("ROLLBACK").await.map_err(|error| refused(&error))?;
    read
}

async fn build(
    session: &Session,
    schema: &Schema,
    refused: &impl Fn(&tokio_postgres::Error) -> Fault,
) -> Result<Schema, Fault> {
    let empty = live::read_within(session).await?;
    for change in diff::diff(&empty, schema, &[])?.changes {
        for sql in change.sql() {
            session.batch_execute(sql.as_str()).await.map_err(|error| refused(&error).at(sql.to_string()))?;
        }
    }
    live::read_within(session).await
}

/// The expressions that both schemas have in the same place.
fn pairs<'a>(from: &'a Schema, to: &'a mut Schema) -> Vec<(&'a Expr, &'a mut Expr)> {
    let mut found = Vec::new();
    for (name, new) in &mut to.tables {
        if let Some(old) = from.tables.get(name) {
            in_table(old, new, &mut found);
        }
    }
    for (name, new) in &mut to.domains {
        let Some(old) = from.domains.get(name) else { continue };
        for new in &mut new.constraints {
            let old = old.constraints.iter().find(|old| old.name == new.name);
            check(old.map(|old| &old.kind), &mut new.kind, &mut found);
        }
    }
    for (name, new) in &mut to.views {
        found.extend(from.views.get(name).map(|old| (&old.query, &mut new.query)));
    }
    found
}

fn in_table<'a>(old: &'a Table, new: &'a mut Table, found: &mut Vec<(&'a Expr, &'a mut Expr)>) {
    for (name, constraint) in &mut new.constraints {
        check(old.constraints.get(name).map(|old| &old.kind), &mut constraint.kind, found);
    }
    for column in &mut new.columns {
        let Some(current) = old.column(&column.name) else { continue };
        found.extend(current.default.as_ref().zip(column.default.as_mut()));
        let generated = current.generated.as_ref().zip(column.generated.as_mut());
        found.extend(generated.map(|(old, new)| (&old.expression, &mut new.expression)));
    }
    for (name, index) in &mut new.indexes {
        if let Some(current) = old.indexes.get(name) {
            in_index(current, index, found);
        }
    }
    for (name, policy) in &mut new.policies {
        let Some(current) = old.policies.get(name) else { continue };
        found.extend(current.using.as_ref().zip(policy.using.as_mut()));
        found.extend(current.check.as_ref().zip(policy.check.as_mut()));
    }
}

fn in_index<'a>(old: &'a Index, new: &'a mut Index, found: &mut Vec<(&'a Expr, &'a mut Expr)>) {
    found.extend(old.predicate.as_ref().zip(new.predicate.as_mut()));
    if old.keys.len() == new.keys.len() {
        let keys = old.keys.iter().zip(&mut new.keys);
        found.extend(keys.map(|(old, new)| (&old.expression, &mut new.expression)));
    }
}

fn check<'a>(
    old: Option<&'a ConstraintKind>,
    new: &'a mut ConstraintKind,
    found: &mut Vec<(&'a Expr, &'a mut Expr)>,
) {
    if let (Some(ConstraintKind::Check { expression: old, .. }), ConstraintKind::Check { expression, .. }) =
        (old, new)
    {
        found.push((old, expression));
    }
}
