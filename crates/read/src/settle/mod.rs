//! Expressions whose text is not a fixed point of the server's own deparsing.
//!
//! `CHECK (name IN ('a', 'b'))` on a varchar is written back with casts, which read again are written with
//! others. Two schemas that differ in such a text alone are equal, and a second round trip shows it.

mod part;
mod slots;

use std::collections::{BTreeMap, BTreeSet};

use connect::Session;
use model::{Expr, Fault, Name, Schema};

use crate::live;
use slots::{Slot, slots};

/// The places of expressions that a comparison of two schemas leaves open: those with two texts, and those
/// that only the wanted schema has.
#[derive(Debug, Default)]
pub(crate) struct Open(BTreeSet<Slot>);

/// What two schemas leave open. Of what only the wanted one has, that is what casts an array: read again, the
/// cast is found in the array's elements. Everything else that is new is read again as it is written.
pub(crate) fn open(from: &Schema, to: &Schema) -> Open {
    // What is the same on both sides leaves nothing open; copying it would cost more than all the rest.
    let (mut from, mut to) = (apart(from, to), apart(to, from));
    let old = slots(&mut from);
    let is_open = |slot: &Slot, new: &Expr| match old.get(slot) {
        Some(old) => **old != *new,
        None => new.0.contains("[]"),
    };
    let open = slots(&mut to).into_iter().filter(|(slot, new)| is_open(slot, new));
    Open(open.map(|(slot, _)| slot).collect())
}

/// The tables, domains and views of a schema that another has not, or has otherwise.
fn apart(schema: &Schema, other: &Schema) -> Schema {
    fn of<V: Clone + PartialEq>(map: &BTreeMap<Name, V>, other: &BTreeMap<Name, V>) -> BTreeMap<Name, V> {
        let apart = map.iter().filter(|(name, value)| other.get(*name) != Some(*value));
        apart.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
    Schema {
        tables: of(&schema.tables, &other.tables),
        domains: of(&schema.domains, &other.domains),
        views: of(&schema.views, &other.views),
        ..Schema::default()
    }
}

impl Open {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The wanted schema with its expressions in the text they will have: that of `from` where a second round
/// trip makes the two equal, and else the one that the server writes once it was given its own.
///
/// Only the tables, views and domains with expressions that the two do not share are built again, with
/// what they stand on. The session's database is empty, and left so.
///
/// # Errors
/// `read.settle` when they cannot be built there, and `read.catalog`.
pub async fn settle(session: &Session, from: &Schema, to: &Schema) -> Result<Schema, Fault> {
    settled(session, from, to, &open(from, to)).await
}

/// The same with what is open known.
pub(crate) async fn settled(
    session: &Session,
    from: &Schema,
    to: &Schema,
    open: &Open,
) -> Result<Schema, Fault> {
    let (mut settled, mut old) = (to.clone(), from.clone());
    let mut old = slots(&mut old);
    let paired = open.0.iter().filter(|slot| old.contains_key(slot));
    let mut again_from = again(session, from, paired.filter_map(owner).collect()).await?;
    let mut again_to = again(session, to, open.0.iter().filter_map(owner).collect()).await?;
    let (again_from, mut again_to) = (slots(&mut again_from), slots(&mut again_to));
    for (slot, text) in slots(&mut settled).into_iter().filter(|(slot, _)| open.0.contains(slot)) {
        // What the server made something else of keeps its text.
        let Some(new) = again_to.remove(&slot) else { continue };
        let is_same = again_from.get(&slot).is_some_and(|again| **again == *new);
        *text = match old.remove(&slot) {
            Some(old) if is_same => old.clone(),
            _ => new.clone(),
        };
    }
    Ok(settled)
}

fn owner((object, _): &Slot) -> Option<Name> {
    object.relation().cloned()
}

/// The named relations and domains as they are read after they were built from their own text.
async fn again(session: &Session, schema: &Schema, names: BTreeSet<Name>) -> Result<Schema, Fault> {
    if names.is_empty() {
        return Ok(Schema::default());
    }
    let schema = part::part(schema, names);
    session
        .batch_execute("BEGIN; SET LOCAL check_function_bodies = off")
        .await
        .map_err(|error| refused(&error))?;
    let read = build(session, &schema).await;
    session.batch_execute("ROLLBACK").await.map_err(|error| refused(&error))?;
    read
}

async fn build(session: &Session, schema: &Schema) -> Result<Schema, Fault> {
    let empty = live::read_within(session).await?;
    for change in diff::diff(&empty, schema, &[])?.changes {
        for sql in change.sql() {
            session.batch_execute(sql.as_str()).await.map_err(|error| refused(&error).at(sql.to_string()))?;
        }
    }
    live::read_within(session).await
}

fn refused(error: &tokio_postgres::Error) -> Fault {
    connect::fault("read.settle", "the schema cannot be built again to compare its expressions", error)
}
