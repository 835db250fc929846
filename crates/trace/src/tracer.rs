//! One traced session, and the measuring of one statement in it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use connect::{Notice, Session, Target};
use futures_util::TryStreamExt as _;
use model::{Effect, Fault, Ident, Name, sql};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::catalog::{Catalog, Held, command};
use crate::delta::{Compared, Delta, Said};
use crate::gate::Gates;
use crate::loss;
use crate::text;
use crate::watch::{STANDBY, Watch};

/// The savepoint each measured statement runs in.
const SAVEPOINT: &str = "lockkeeper_trace";

/// What measuring changes in the traced session, and no more: the server's words in English, told from
/// `DEBUG1` on; all work done by the one backend whose counters are read; scans that begin at the
/// first row, so that rows compare in order.
const SETTINGS: &str = "SET lc_messages = 'C';
    SET client_min_messages = debug1;
    SET max_parallel_workers_per_gather = 0;
    SET max_parallel_maintenance_workers = 0;
    SET synchronize_seqscans = off";

/// Settings for a throwaway server on which a trace can see every lock, of statements that cannot run
/// in a transaction block too.
pub fn shadow_settings() -> Vec<(String, String)> {
    let settings = [
        ("synchronous_standby_names", STANDBY),
        // Nobody but a traced session waits for the standby that is not there.
        ("synchronous_commit", "local"),
        ("autovacuum", "off"),
        ("max_prepared_transactions", "550"),
        ("max_wal_senders", "2"),
    ];
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// An error as the server sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// SQLSTATE, five characters.
    pub sqlstate: String,
    /// The message alone.
    pub message: String,
}

impl ServerError {
    /// The server refuses this statement in a transaction block, and would take it outside of one.
    pub(crate) fn wants_no_block(&self) -> bool {
        // active_sql_transaction; and a COMMIT inside a DO or CALL.
        self.sqlstate == "25001" || self.sqlstate == "2D000"
    }
}

/// What was measured of one statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observation {
    /// What it did. A statement that failed took its effect back, so that is nothing.
    pub effect: Effect,
    /// The tables on which it built indexes, and how many on each.
    pub built: BTreeMap<Name, u32>,
    /// Why it failed, where it did.
    pub error: Option<ServerError>,
    /// Whether it cannot run inside a transaction block.
    pub outside_block: bool,
    /// What could not be measured, each a sentence.
    pub unknown: Vec<String>,
    /// Whether locks that the transaction held before hide which of them the statement takes again.
    pub hidden: bool,
    /// How long it ran.
    pub execution: Duration,
}

/// A session whose statements are measured one by one.
pub struct Tracer {
    pub(crate) session: Session,
    notices: UnboundedReceiver<Notice>,
    watch: Watch,
    /// Tables made during this trace that never held a row: nothing in them can be lost.
    pub(crate) empty: BTreeSet<u32>,
}

impl Tracer {
    /// Opens a session for tracing in a database. Statements run for real there.
    ///
    /// # Errors
    /// The faults of [`connect::connect`]; `trace.measure` where the role may not do what measuring
    /// needs (a superuser may).
    pub async fn open(target: &Target) -> Result<Self, Fault> {
        let session = connect::connect(target, "lockkeeper trace").await?;
        let notices = session.notices();
        // The settings every session of ours is pinned to are not those a migration runs with.
        command(&session, "RESET ALL").await?;
        command(&session, SETTINGS).await?;
        let watch = Watch::of(&session).await?;
        Ok(Self { session, notices, watch, empty: BTreeSet::new() })
    }

    /// Ends the session.
    pub async fn close(self) {
        self.session.close().await;
        self.watch.close().await;
    }

    /// Whether every lock of a statement outside a transaction block can be seen on this server.
    pub fn sees_all(&self) -> bool {
        self.watch.stops_commits
    }

    /// Measures a statement that runs by itself, and keeps what it did.
    ///
    /// # Errors
    /// `trace.measure` when measuring fails; that the statement fails is part of the observation.
    pub async fn statement(&mut self, sql: &str) -> Result<Observation, Fault> {
        if text::reads_stdin(sql) {
            return Ok(not_run(STDIN));
        }
        command(&self.session, "BEGIN").await?;
        let mut observation = self.in_block(sql).await?;
        let Some(error) = &observation.error else {
            let (committed, _) =
                self.watch.over(&mut Gates::default(), execute(&self.session, "COMMIT")).await?;
            if let Err(error) = committed {
                observation = Observation { error: Some(server_error(&error)?), ..observation };
                observation.effect = Effect::default();
            }
            return Ok(observation);
        };
        let alone = error.wants_no_block();
        command(&self.session, "ROLLBACK").await?;
        if alone { self.outside_block(sql).await } else { Ok(observation) }
    }

    /// Runs a statement that takes no locks to measure, such as `SET` or `COMMIT`.
    pub(crate) async fn bare(&mut self, sql: &str) -> Result<Observation, Fault> {
        let mut observation = Observation::default();
        let (result, ..) = self.run(sql, &mut Gates::default(), &mut observation).await?;
        observation.error = result.err().map(|error| server_error(&error)).transpose()?;
        Ok(observation)
    }

    /// Measures with our settings again, after a statement that may have reset them.
    pub(crate) async fn pin(&self) -> Result<(), Fault> {
        command(&self.session, SETTINGS).await
    }

    /// Takes back what a failed statement left of the open block.
    pub(crate) async fn back(&self) -> Result<(), Fault> {
        command(&self.session, sql!("ROLLBACK TO SAVEPOINT {}", Ident::new(SAVEPOINT)).as_str()).await
    }

    /// Measures a statement in the transaction block that is open. Where it fails the block is aborted,
    /// as the server has it.
    pub(crate) async fn in_block(&mut self, sql: &str) -> Result<Observation, Fault> {
        command(&self.session, "SET client_min_messages = debug1").await?;
        command(&self.session, sql!("SAVEPOINT {}", Ident::new(SAVEPOINT)).as_str()).await?;
        let (observation, delta) = self.attempt(sql).await?;
        let Some(delta) = delta else { return Ok(observation) };
        if delta.columns.is_empty() {
            let loss = self.loss_by_tables(&delta, sql);
            self.learn(&delta);
            return self.release(observation, loss).await;
        }
        self.in_block_with_columns(sql, &delta).await
    }

    /// Measures a statement again that took away columns or changed their types, with a look at their
    /// values before and after.
    async fn in_block_with_columns(&mut self, sql: &str, delta: &Delta) -> Result<Observation, Fault> {
        let back = sql!("ROLLBACK TO SAVEPOINT {}", Ident::new(SAVEPOINT));
        command(&self.session, back.as_str()).await?;
        let columns = loss::before(&self.session, &delta.columns, &self.empty).await?;
        command(&self.session, back.as_str()).await?;
        let (mut observation, again) = self.attempt(sql).await?;
        let Some(again) = again else { return Ok(observation) };
        let inner = sql!("SAVEPOINT {}", Ident::new("lockkeeper_loss"));
        command(&self.session, inner.as_str()).await?;
        let lost = loss::after(&self.session, &columns).await?;
        command(&self.session, sql!("ROLLBACK TO SAVEPOINT {}", Ident::new("lockkeeper_loss")).as_str())
            .await?;
        observation.unknown.extend(lost.unknown);
        let loss = lost.data_loss || self.loss_by_tables(&again, sql);
        self.learn(&again);
        self.release(observation, loss).await
    }

    async fn release(&self, mut observation: Observation, data_loss: bool) -> Result<Observation, Fault> {
        command(&self.session, sql!("RELEASE SAVEPOINT {}", Ident::new(SAVEPOINT)).as_str()).await?;
        observation.effect.data_loss = data_loss;
        Ok(observation)
    }

    /// Runs a statement in the open block and compares before and after; no delta where it failed.
    async fn attempt(&mut self, sql: &str) -> Result<(Observation, Option<Delta>), Fault> {
        let before = Catalog::read(&self.session).await?;
        let mut observation = Observation::default();
        let (result, said, _) = self.run(sql, &mut Gates::default(), &mut observation).await?;
        if let Err(error) = result {
            observation.error = Some(server_error(&error)?);
            return Ok((observation, None));
        }
        let after = Catalog::read(&self.session).await?;
        let held = after.held.difference(&before.held).copied().collect();
        let delta = self.compare(sql, &before, &after, &held, &said).await?;
        observation.effect = delta.effect(&before, false);
        observation.built = delta.built(&before);
        observation.hidden = before.held.iter().any(|(oid, _)| before.relations.contains_key(oid));
        Ok((observation, Some(delta)))
    }

    /// Measures a statement that cannot run inside a transaction block.
    async fn outside_block(&mut self, sql: &str) -> Result<Observation, Fault> {
        let mut observation = Observation { outside_block: true, ..Observation::default() };
        command(&self.session, "SET client_min_messages = debug1").await?;
        let before = Catalog::read(&self.session).await?;
        let mut gates = self.gates(sql, &before).await?;
        if self.watch.stops_commits && !text::packs_everything(sql) {
            command(&self.session, "SET synchronous_commit = on").await?;
        } else {
            observation.unknown.push(SAMPLED.to_owned());
        }
        let (result, said, held) = self.run(sql, &mut gates, &mut observation).await?;
        gates.open_all().await?;
        command(&self.session, "RESET synchronous_commit").await?;
        if let Err(error) = result {
            observation.error = Some(server_error(&error)?);
            return Ok(observation);
        }
        let after = Catalog::read(&self.session).await?;
        let delta = self.compare(sql, &before, &after, &held, &said).await?;
        let loss = self.loss_by_tables(&delta, sql) || self.any_filled(&delta);
        self.learn(&delta);
        observation.effect = delta.effect(&before, loss);
        observation.built = delta.built(&before);
        if !text::packs(sql) && text::calls(sql) {
            self.empty.clear();
            observation.unknown.push(COUNTERS.to_owned());
        }
        Ok(observation)
    }

    async fn gates(&self, sql: &str, catalog: &Catalog) -> Result<Gates, Fault> {
        match self.watch.stops_commits && !text::calls(sql) && !text::skips_locked(sql) {
            true => Gates::close(self.watch.target(), catalog, sql).await,
            false => Ok(Gates::default()),
        }
    }

    /// Executes a statement, watched, and hears what the server says meanwhile.
    async fn run(
        &mut self,
        sql: &str,
        gates: &mut Gates,
        observation: &mut Observation,
    ) -> Result<(Result<(), tokio_postgres::Error>, Said, Held), Fault> {
        while self.notices.try_recv().is_ok() {}
        let started = Instant::now();
        let (result, held) = self.watch.over(gates, execute(&self.session, sql)).await?;
        observation.execution = started.elapsed();
        let mut said = Said::default();
        while let Ok(notice) = self.notices.try_recv() {
            said.hear(&notice);
        }
        Ok((result, said, held))
    }

    async fn compare(
        &self,
        sql: &str,
        before: &Catalog,
        after: &Catalog,
        held: &Held,
        said: &Said,
    ) -> Result<Delta, Fault> {
        let proved = crate::proved::of(&self.session, &said.validating).await?;
        Ok(Compared { before, after, held, said, proved: &proved, packs: text::packs(sql) }.delta())
    }

    /// Whether rows went with a table, a truncation or a deletion.
    fn loss_by_tables(&self, delta: &Delta, sql: &str) -> bool {
        let held_rows = |oid: &u32| !self.empty.contains(oid);
        // An UPDATE that moves rows to another partition deletes them from the one they were in.
        let deletes = !delta.deleted.is_empty() && !text::updates(sql);
        delta.dropped.iter().chain(&delta.truncated).any(held_rows) || deletes
    }

    /// A statement that commits on its way shows only what it leaves: a column that is gone was there.
    fn any_filled(&self, delta: &Delta) -> bool {
        delta.columns.iter().any(|(oid, _)| !self.empty.contains(oid))
    }

    /// Remembers which tables are known to be empty.
    fn learn(&mut self, delta: &Delta) {
        self.empty.extend(&delta.created);
        self.empty.extend(&delta.truncated);
        self.empty.retain(|oid| !delta.filled.contains(oid));
    }
}

/// What is known of a statement that was not sent.
pub(crate) fn not_run(why: &str) -> Observation {
    Observation { unknown: vec![why.to_owned()], ..Observation::default() }
}

/// Why `COPY … FROM STDIN` is not sent.
pub(crate) const STDIN: &str = "not sent: it waits for rows that a file of statements does not bring";

const SAMPLED: &str = "it cannot run in a transaction, and this server cannot be made to stop at its commits: \
    its locks were looked at every millisecond, and one held for less may be missing";

const COUNTERS: &str =
    "it commits on its way, which hides its scans of tables that it neither rewrote nor indexed";

/// Runs one statement and lets its rows go by.
pub(crate) async fn execute(session: &Session, sql: &str) -> Result<(), tokio_postgres::Error> {
    if text::writes_stdout(sql) {
        let rows = session.copy_out(sql).await?;
        return rows.try_for_each(|_| std::future::ready(Ok(()))).await;
    }
    let answer = session.simple_query_raw(sql).await?;
    answer.try_for_each(|_| std::future::ready(Ok(()))).await
}

/// The server's error; a broken connection is a fault.
pub(crate) fn server_error(error: &tokio_postgres::Error) -> Result<ServerError, Fault> {
    let db = error.as_db_error().ok_or_else(|| crate::catalog::unmeasured(error))?;
    Ok(ServerError { sqlstate: db.code().code().to_owned(), message: db.message().to_owned() })
}
