//! Makes a statement wait at each table it names, so that the lock it asks for can be seen.

use std::collections::{BTreeMap, BTreeSet};

use connect::{Session, Target};
use model::{Fault, Literal, Name, Sql, sql};

use crate::catalog::{Catalog, Kind, ask, command, number};
use crate::text;

/// Tables held by prepared transactions, one each, so that each can be let go by itself.
#[derive(Default)]
pub(crate) struct Gates {
    session: Option<Session>,
    /// By `pg_class.oid`: the transaction that holds the table.
    closed: BTreeMap<u32, Literal>,
}

/// So many gates at once; what [`shadow_settings`](crate::shadow_settings) makes room for.
pub(crate) const GATES_MAX: usize = 500;

impl Gates {
    /// Holds the tables that a statement names, or whose indexes it names, under SHARE UPDATE EXCLUSIVE,
    /// which every mode from that one on conflicts with. A `VACUUM` goes on to their partitions and
    /// heirs, and one that names no table to all there are.
    ///
    /// # Errors
    /// `trace.measure` when the server does not let them be held.
    pub(crate) async fn close(target: &Target, catalog: &Catalog, text: &str) -> Result<Self, Fault> {
        let session = connect::connect(target, "lockkeeper trace gate").await?;
        let owner = session.server().backend_pid;
        let mut chosen = named(catalog, text);
        if text::vacuums(text) {
            chosen = if chosen.is_empty() { tables(catalog) } else { with_heirs(&session, chosen).await? };
        }
        let mut gates = Self { session: None, closed: BTreeMap::new() };
        let chosen = chosen.into_iter().filter_map(|oid| Some((oid, catalog.name(oid)?)));
        for (oid, name) in chosen.take(GATES_MAX) {
            let holder = Literal::new(format!("lockkeeper_gate_{owner}_{oid}"));
            command(&session, "BEGIN").await?;
            command(&session, hold(catalog, oid, name).as_str()).await?;
            command(&session, sql!("PREPARE TRANSACTION {}", holder).as_str()).await?;
            gates.closed.insert(oid, holder);
        }
        gates.session = Some(session);
        Ok(gates)
    }

    /// Lets a table go, where it is held.
    pub(crate) async fn open(&mut self, table: u32) -> Result<(), Fault> {
        let (Some(session), Some(holder)) = (&self.session, self.closed.remove(&table)) else {
            return Ok(());
        };
        command(session, sql!("ROLLBACK PREPARED {}", holder).as_str()).await
    }

    /// Lets all tables go.
    pub(crate) async fn open_all(mut self) -> Result<(), Fault> {
        while let Some((&table, _)) = self.closed.first_key_value() {
            self.open(table).await?;
        }
        Ok(())
    }
}

/// Takes SHARE UPDATE EXCLUSIVE and changes nothing that stays.
fn hold(catalog: &Catalog, oid: u32, name: &Name) -> Sql {
    match catalog.relations.get(&oid).map(|relation| relation.kind) {
        // LOCK TABLE does not take those; a comment needs the same lock, and is rolled back.
        Some(Kind::MaterializedView) => sql!("COMMENT ON MATERIALIZED VIEW {} IS NULL", name),
        _ => sql!("LOCK TABLE ONLY {} IN SHARE UPDATE EXCLUSIVE MODE", name),
    }
}

/// Everything that `VACUUM` knows.
fn tables(catalog: &Catalog) -> BTreeSet<u32> {
    let kinds = [Kind::Table, Kind::Partitioned, Kind::MaterializedView];
    let tables = catalog.relations.iter().filter(|(_, relation)| kinds.contains(&relation.kind));
    tables.map(|(&oid, _)| oid).collect()
}

/// The tables whose names, or whose indexes' names, are words of the text.
fn named(catalog: &Catalog, text: &str) -> BTreeSet<u32> {
    let words: BTreeSet<String> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_lowercase).collect();
    let named = catalog.relations.iter();
    let named = named.filter(|(_, relation)| words.contains(&relation.name.name.as_str().to_lowercase()));
    let tables = tables(catalog);
    named.map(|(&oid, relation)| relation.owner.unwrap_or(oid)).filter(|oid| tables.contains(oid)).collect()
}

async fn with_heirs(session: &Session, tables: BTreeSet<u32>) -> Result<BTreeSet<u32>, Fault> {
    let question = sql!(
        "WITH RECURSIVE heirs AS (SELECT oid FROM pg_class WHERE oid IN ({})
            UNION SELECT inhrelid FROM pg_inherits JOIN heirs ON inhparent = oid)
        SELECT oid FROM heirs",
        Sql::join(tables, ", ")
    );
    let rows = ask(session, question.as_str()).await?;
    rows.iter().map(|row| number(row, "oid")).collect()
}
