//! Who holds a lock that a step wants, named as a person would ask for it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use connect::Session;
use model::{Fault, LockMode, Sql, ms_text, sql};
use tokio_postgres::SimpleQueryRow;

use crate::failure::Failure;
use crate::locks::Wanted;
use crate::session::{rows, text, value};

/// A transaction that holds its lock longer than this is waited for outside the queue: behind us in the
/// queue the application would wait as well.
pub(crate) const LONG: Duration = Duration::from_millis(100);

/// The most characters of a query that are shown.
const QUERY_CHARS_MAX: usize = 80;

/// A session that holds a lock in the way of ours.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Holder {
    pid: Option<i32>,
    /// Its transaction: what `pg_locks` calls `virtualtransaction`.
    transaction: String,
    application: Option<String>,
    state: Option<String>,
    query: Option<String>,
    age_ms: Option<f64>,
    is_autovacuum: bool,
}

impl Holder {
    /// What tells its transaction from others.
    pub(crate) fn transaction(&self) -> &str {
        &self.transaction
    }

    /// Whether its transaction is open for longer than [`LONG`]; where a role may not see that, it counts as long.
    pub(crate) fn is_long(&self) -> bool {
        !self.is_autovacuum && self.age_ms.is_none_or(|age| age >= LONG.as_secs_f64() * 1e3)
    }

    fn read(row: &SimpleQueryRow) -> Self {
        let owned = |column| text(row, column).map(str::to_owned);
        let query = owned("query");
        let is_worker = text(row, "backend_type") == Some("autovacuum worker");
        let is_urgent = query.as_deref().is_some_and(|query| query.contains("(to prevent wraparound)"));
        Self {
            pid: value(row, "pid"),
            transaction: owned("virtualtransaction").unwrap_or_default(),
            application: owned("application_name").filter(|name| !name.is_empty()),
            state: owned("state"),
            age_ms: value(row, "age_ms"),
            is_autovacuum: is_worker && !is_urgent,
            query,
        }
    }
}

/// The sessions that hold a lock in conflict with a wanted one, without those of `own`.
pub(crate) async fn holders(
    session: &Session,
    wanted: &[Wanted],
    own: &[i32],
) -> Result<Vec<Holder>, Failure> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let found = rows(session, &holders_question(wanted, own)).await?;
    let in_the_way = found.iter().filter(|row| {
        let mode = text(row, "mode").and_then(LockMode::from_name);
        let relation: Option<u32> = value(row, "relation");
        wanted
            .iter()
            .any(|lock| Some(lock.oid) == relation && mode.is_some_and(|mode| mode.conflicts_with(lock.mode)))
    });
    let mut holders: Vec<Holder> = Vec::new();
    for holder in in_the_way.map(Holder::read) {
        if !holders.iter().any(|known| known.transaction == holder.transaction) {
            holders.push(holder);
        }
    }
    Ok(holders)
}

const ACTIVITY: &str = "a.application_name, a.state, a.backend_type, a.query, \
    1000 * pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start) AS age_ms";

fn holders_question(wanted: &[Wanted], own: &[i32]) -> Sql {
    sql!(
        "SELECT l.pid, l.virtualtransaction, l.mode, l.relation, {}
         FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
         WHERE l.locktype = 'relation' AND l.granted AND l.relation IN ({}) AND (l.pid IS NULL OR l.pid <> ALL (ARRAY[{}]))
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
        Sql::verbatim(ACTIVITY),
        Sql::join(wanted.iter().map(|lock| lock.oid), ", "),
        pids(own)
    )
}

/// The sessions that block a backend, by the server's own account.
pub(crate) async fn blocking(session: &Session, pid: i32) -> Result<Vec<Holder>, Failure> {
    let question = sql!(
        "SELECT b.pid, b.pid AS virtualtransaction, {}
         FROM (SELECT DISTINCT pg_catalog.unnest(pg_catalog.pg_blocking_pids({})) AS pid) AS b
         LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid",
        Sql::verbatim(ACTIVITY),
        pids(&[pid])
    );
    Ok(rows(session, &question).await?.iter().map(Holder::read).collect())
}

/// Transactions of this database that have been open for longer than [`LONG`] and that a concurrent statement
/// would wait for: those that see the past, or may have changed something.
pub(crate) async fn old_transactions(session: &Session, own: &[i32]) -> Result<Vec<Holder>, Failure> {
    let question = sql!(
        "SELECT a.pid, a.pid AS virtualtransaction, {} FROM pg_catalog.pg_stat_activity AS a
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> ALL (ARRAY[{}])
           AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL) AND a.backend_type = 'client backend'
           AND a.xact_start < pg_catalog.clock_timestamp() - {} * interval '1 millisecond'
         ORDER BY a.xact_start",
        Sql::verbatim(ACTIVITY),
        pids(own),
        u64::try_from(LONG.as_millis()).unwrap_or(u64::MAX)
    );
    Ok(rows(session, &question).await?.iter().map(Holder::read).collect())
}

fn pids(pids: &[i32]) -> Sql {
    Sql::join(pids.iter().map(|pid| Sql::verbatim(pid.to_string())), ", ")
}

/// Remembers since when each transaction was seen, because a role may not see how old others' are.
#[derive(Debug, Default)]
pub(crate) struct Sightings(BTreeMap<String, Instant>);

impl Sightings {
    /// Those holders that are in the way for long. `yields` says that autovacuum makes way for our queue.
    pub(crate) fn long<'a>(&mut self, holders: &'a [Holder], yields: bool) -> Vec<&'a Holder> {
        self.0.retain(|transaction, _| holders.iter().any(|holder| holder.transaction == *transaction));
        let mut long = Vec::new();
        for holder in holders.iter().filter(|holder| !(yields && holder.is_autovacuum)) {
            let first = *self.0.entry(holder.transaction.clone()).or_insert_with(Instant::now);
            let old = holder.age_ms.is_some_and(|age| age >= LONG.as_secs_f64() * 1e3);
            if old || first.elapsed() >= LONG {
                long.push(holder);
            }
        }
        long
    }
}

/// The fault for locks that were not to be had within `waited_ms`.
pub(crate) fn fault(step: &str, holders: &[Holder], waited_ms: f64, tries: u32) -> Fault {
    let who = if holders.is_empty() {
        "nobody holds them at this moment: many short transactions follow each other".to_owned()
    } else {
        holders.iter().map(describe).collect::<Vec<_>>().join("; ")
    };
    Fault::new(
        "apply.lock_timeout",
        format!("the locks were not to be had in {} and {tries} tries", ms_text(waited_ms)),
    )
    .at(format!("step {step}"))
    .cause(who)
    .help("what was done before stays; end or wait for that work, then run the same command again")
}

/// `pid 4711 (psql), idle in transaction for 5 min 2 s: UPDATE funds SET name = ?`.
pub(crate) fn describe(holder: &Holder) -> String {
    let Some(pid) = holder.pid else { return "a prepared transaction".to_owned() };
    let application = holder.application.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    let state = holder.state.as_deref().unwrap_or("in a transaction");
    let age = holder.age_ms.map(|age| format!(" for {}", ms_text(age))).unwrap_or_default();
    let query =
        holder.query.as_deref().map(|query| format!(": {}", without_literals(query))).unwrap_or_default();
    format!("pid {pid}{application}, {state}{age}{query}")
}

/// A query on one line, shortened, with its string and number constants replaced by `?`.
fn without_literals(query: &str) -> String {
    let mut out = String::new();
    let mut chars = query.chars().peekable();
    let mut in_word = false;
    while let Some(c) = chars.next() {
        if out.chars().count() >= QUERY_CHARS_MAX {
            out.push('…');
            break;
        }
        match c {
            '\'' => {
                skip_string(&mut chars);
                out.push('?');
            }
            '$' if !in_word && chars.peek().is_some_and(|next| *next == '$' || next.is_alphabetic()) => {
                // A dollar-quoted string may hold anything, so nothing after it is shown.
                out.push('?');
                break;
            }
            c if c.is_ascii_digit() && !in_word => {
                while chars.next_if(|next| next.is_ascii_alphanumeric() || *next == '.').is_some() {}
                out.push('?');
            }
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
        in_word = c.is_alphanumeric() || c == '_' || c == '$';
    }
    out.trim().to_owned()
}

fn skip_string(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(c) = chars.next() {
        match c {
            // Read as in E'…' as well: too much hidden is better than a value shown.
            '\\' => drop(chars.next()),
            '\'' if chars.next_if_eq(&'\'').is_none() => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_not_shown() {
        for (query, shown) in [
            ("SELECT * FROM t1 WHERE a = 'it''s' AND b=12.5", "SELECT * FROM t1 WHERE a = ? AND b=?"),
            ("UPDATE x\n   SET y = E'a\\'b', z2 = $1", "UPDATE x SET y = E?, z2 = $1"),
            ("DO $x$ secret $x$", "DO ?"),
            ("SELECT 'open", "SELECT ?"),
        ] {
            assert_eq!(without_literals(query), shown);
        }
        assert!(without_literals(&"x ".repeat(200)).chars().count() <= QUERY_CHARS_MAX + 1);
    }
}
