//! The locks of a step: which, in which order, for how long, and how waiting and holding are measured.
//!
//! A step's transaction is **one message**: locks, statements, journal rows, and the server's clock
//! between them. The server runs it as one transaction, so no round trip is made while a lock is held,
//! an error releases everything at once, and a client that dies in the middle prolongs nothing.

use model::{Direction, LockMode, Name, RelationLock, Sql, Step, sql};
use tokio_postgres::SimpleQueryRow;

use crate::failure::Failure;
use crate::session::{rows, text, value};
use connect::Session;

/// The shortest wait for one lock among several, in ms: long enough for autovacuum to be asked to yield.
const WAIT_MS_MIN: u32 = 15;

/// The first wait between two tries, in ms; each further one is twice as long.
const BACKOFF_MS_FIRST: f64 = 20.0;

/// The longest wait between two tries, in ms.
const BACKOFF_MS_MAX: f64 = 1_000.0;

/// A relation to lock, as it was found in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The relation's name.
    pub(crate) relation: Name,
    /// Its oid.
    pub(crate) oid: u32,
    /// The mode.
    pub(crate) mode: LockMode,
}

/// The locks a step, or its undo, asks for before its statements, by its plan. Weak modes are left to the
/// statements.
pub(crate) fn planned(step: &Step, direction: Direction) -> Vec<RelationLock> {
    let locks = match direction {
        Direction::Forward => &step.effect.locks,
        Direction::Back => &step.undo_locks,
    };
    locks.iter().filter(|lock| lock.mode >= LockMode::ShareUpdateExclusiveLock).cloned().collect()
}

/// Finds the relations that exist and can be locked by `LOCK TABLE`, in the order in which they are to be
/// locked, as the server does it: views before the tables they read, parents before their partitions, then by
/// name. Locking a view locks the tables it reads as well, and asks whether the view's owner may: a view whose owner
/// may only read is left to the statement itself.
pub(crate) async fn resolve(session: &Session, planned: &[RelationLock]) -> Result<Vec<Wanted>, Failure> {
    if planned.is_empty() {
        return Ok(Vec::new());
    }
    let found = rows(session, &catalog_question(planned)).await?;
    let wanted = found.iter().filter_map(|row| {
        let at: usize = value(row, "at")?;
        let lock = planned.get(at)?;
        Some(Wanted { relation: lock.relation.clone(), oid: value(row, "oid")?, mode: lock.mode })
    });
    Ok(wanted.collect())
}

fn catalog_question(planned: &[RelationLock]) -> Sql {
    let named = planned.iter().enumerate().map(|(at, lock)| {
        let schema = model::Literal::new(lock.relation.schema.as_str());
        sql!("({}, {}, {})", at, schema, model::Literal::new(lock.relation.name.as_str()))
    });
    sql!(
        "SELECT w.at, c.oid FROM (VALUES {}) AS w (at, nspname, relname)
         JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.nspname
         JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.relname
         WHERE c.relkind IN ('r', 'p', 'v')
           AND (pg_catalog.has_table_privilege(c.oid, 'UPDATE') OR pg_catalog.has_table_privilege(c.oid, 'DELETE')
                OR pg_catalog.has_table_privilege(c.oid, 'TRUNCATE'))
           AND (c.relkind <> 'v' OR NOT EXISTS (WITH RECURSIVE seen (oid, owner) AS (
               SELECT c.oid, c.relowner
               UNION SELECT t.oid, CASE t.relkind WHEN 'v' THEN t.relowner ELSE s.owner END
               FROM seen AS s JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = s.oid
               JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
                 AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
               JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p', 'v') AND t.oid <> s.oid)
             SELECT FROM seen WHERE seen.oid <> c.oid AND NOT (pg_catalog.has_table_privilege(seen.owner, seen.oid, 'UPDATE')
               OR pg_catalog.has_table_privilege(seen.owner, seen.oid, 'DELETE')
               OR pg_catalog.has_table_privilege(seen.owner, seen.oid, 'TRUNCATE'))))
         ORDER BY c.relkind <> 'v', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_partition_ancestors(c.oid)), w.nspname, w.relname",
        Sql::join(named, ", ")
    )
}

/// One message that locks, does the statements and journals them, as one transaction.
pub(crate) fn message(wanted: &[Wanted], lock_timeout_ms: u32, statements: &[Sql], journal: &[Sql]) -> Sql {
    let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX).max(1);
    let each_ms = (lock_timeout_ms / count).max(WAIT_MS_MIN);
    let mut parts = vec![sql!("SET LOCAL lock_timeout = {}", each_ms), clock("begin")];
    for (at, lock) in wanted.iter().enumerate() {
        // ONLY, because a plan names each partition it locks.
        parts.push(sql!("LOCK TABLE ONLY {} IN {} MODE", lock.relation, Sql::verbatim(lock.mode.sql())));
        if at == 0 {
            parts.push(clock("first"));
        }
    }
    parts.push(clock("locked"));
    parts.push(sql!("SET LOCAL lock_timeout = {}", lock_timeout_ms));
    parts.extend_from_slice(statements);
    parts.extend_from_slice(journal);
    parts.push(clock("end"));
    // A line of its own for each semicolon: a statement may end in a comment.
    Sql::join(parts, "\n;\n")
}

fn clock(name: &'static str) -> Sql {
    sql!(
        "SELECT {} AS lockkeeper_moment, 1000 * pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) AS lockkeeper_ms",
        model::Literal::new(name)
    )
}

/// When what happened, by the server's clock, in ms; none where it came not so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Clocks {
    begin: Option<f64>,
    first: Option<f64>,
    locked: Option<f64>,
    end: Option<f64>,
}

impl Clocks {
    /// Takes a row of the message's answer, if it is one of ours.
    pub(crate) fn hear(&mut self, row: &SimpleQueryRow) {
        let Some(moment) = text(row, "lockkeeper_moment") else { return };
        let ms = value(row, "lockkeeper_ms");
        match moment {
            "begin" => self.begin = ms,
            "first" => self.first = ms,
            "locked" => self.locked = ms,
            "end" => self.end = ms,
            _ => {}
        }
    }

    /// How long the transaction queued for the locks, in ms. Where it never got them, that is nearly all of
    /// its time.
    pub(crate) fn wait_ms(&self, total_ms: f64) -> f64 {
        match (self.begin, self.locked) {
            (Some(begin), Some(locked)) => (locked - begin).max(0.0),
            _ => total_ms,
        }
    }

    /// How long the transaction held a lock, in ms: from the first one to the answer of the commit, less
    /// a round trip. `total_ms` is the client's time for the whole message.
    pub(crate) fn hold_ms(&self, total_ms: f64, round_trip_ms: f64) -> f64 {
        let Some(first) = self.first.or(self.locked) else { return 0.0 };
        let before_commit = self.end.map_or(0.0, |end| end - first);
        let with_commit = total_ms - (first - self.begin.unwrap_or(first)) - round_trip_ms;
        before_commit.max(with_commit).max(0.0)
    }
}

/// How long to wait before try `tries + 1`, in ms; `random` is between 0 and 1.
pub(crate) fn backoff_ms(tries: u32, random: f64) -> f64 {
    let full = (BACKOFF_MS_FIRST * 2f64.powi(tries.min(16) as i32 - 1)).min(BACKOFF_MS_MAX);
    full * (0.5 + 0.5 * random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_and_is_bounded() {
        assert_eq!(backoff_ms(1, 1.0), 20.0);
        assert_eq!(backoff_ms(1, 0.0), 10.0);
        assert_eq!(backoff_ms(3, 1.0), 80.0);
        assert_eq!(backoff_ms(1_000, 1.0), BACKOFF_MS_MAX);
    }

    #[test]
    fn waiting_and_holding_are_told_apart() {
        let clocks = Clocks { begin: Some(0.0), first: Some(30.0), locked: Some(40.0), end: Some(50.0) };
        assert_eq!(clocks.wait_ms(60.0), 40.0);
        assert_eq!(clocks.hold_ms(60.0, 4.0), 26.0);
        assert_eq!(clocks.hold_ms(51.0, 4.0), 20.0);
        let never = Clocks { begin: Some(0.0), ..Clocks::default() };
        assert_eq!(never.wait_ms(51.0), 51.0);
        assert_eq!(never.hold_ms(51.0, 1.0), 0.0);
    }

    #[test]
    fn several_locks_share_one_budget() {
        let lock = |name| Wanted { relation: Name::new("public", name), oid: 1, mode: LockMode::ShareLock };
        let message = message(&[lock("a"), lock("b")], 50, &[sql!("SELECT 1 -- one")], &[]);
        assert!(message.as_str().starts_with("SET LOCAL lock_timeout = 25\n;"), "{message}");
        assert!(message.as_str().contains("-- one\n;\n"), "{message}");
    }
}
