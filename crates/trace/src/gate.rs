//! Makes a statement wait at each table it names, so that the lock it asks for can be seen.

use std::collections::BTreeMap;

use connect::{Session, Target};
use model::{Fault, Literal, Name, sql};

use crate::catalog::{Catalog, Kind, command};
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
    /// Holds the tables that a statement names under SHARE UPDATE EXCLUSIVE, which every mode from that
    /// one on conflicts with. A `VACUUM` that names none, or a partitioned one, goes on to others: all
    /// are held then.
    ///
    /// # Errors
    /// `trace.measure` when the server does not let them be held.
    pub(crate) async fn close(target: &Target, catalog: &Catalog, text: &str) -> Result<Self, Fault> {
        let session = connect::connect(target, "lockkeeper trace gate").await?;
        let owner = session.server().backend_pid;
        let mut gates = Self { session: None, closed: BTreeMap::new() };
        for (oid, name) in Self::chosen(catalog, text).into_iter().take(GATES_MAX) {
            let holder = Literal::new(format!("lockkeeper_gate_{owner}_{oid}"));
            let lock = sql!("LOCK TABLE ONLY {} IN SHARE UPDATE EXCLUSIVE MODE", name);
            command(&session, "BEGIN").await?;
            command(&session, lock.as_str()).await?;
            command(&session, sql!("PREPARE TRANSACTION {}", holder).as_str()).await?;
            gates.closed.insert(oid, holder);
        }
        gates.session = Some(session);
        Ok(gates)
    }

    fn chosen<'a>(catalog: &'a Catalog, text: &str) -> BTreeMap<u32, &'a Name> {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let named = |name: &Name| words.iter().any(|word| word.eq_ignore_ascii_case(name.name.as_str()));
        let kinds = [Kind::Table, Kind::Partitioned, Kind::MaterializedView];
        let tables = || catalog.relations.iter().filter(|(_, relation)| kinds.contains(&relation.kind));
        let mut chosen = tables().filter(|(_, relation)| named(&relation.name)).peekable();
        let goes_on =
            chosen.peek().is_none() || chosen.clone().any(|(_, table)| table.kind == Kind::Partitioned);
        let all = goes_on && text::vacuums(text);
        tables()
            .filter(|(_, relation)| all || named(&relation.name))
            .map(|(&oid, relation)| (oid, &relation.name))
            .collect()
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
