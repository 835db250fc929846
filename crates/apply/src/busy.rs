//! One run at a time in a database: a lock that only a living session holds.

use std::time::{Duration, Instant};

use connect::Session;
use model::{Fault, Literal, Sql, sql};
use tokio_postgres::SimpleQueryRow;

use crate::failure::Failure;
use crate::journal;
use crate::session::{ask, rows, text};

/// The key of the advisory lock: the bytes of `lockkeep`.
const KEY: i64 = i64::from_be_bytes(*b"lockkeep");

/// How long a holder is waited for: the session of a process that was just killed ends in a moment.
const PATIENCE: Duration = Duration::from_secs(2);

/// Takes the database's run lock for as long as the session lives.
///
/// # Errors
/// `apply.busy`, which says who holds it.
pub(crate) async fn acquire(session: &Session) -> Result<(), Failure> {
    let started = Instant::now();
    while !ask(session, &sql!("SELECT pg_catalog.pg_try_advisory_lock({})", KEY)).await? {
        if started.elapsed() > PATIENCE {
            return Err(Failure::refused(busy(session).await?));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Gives the run lock back.
pub(crate) async fn release(session: &Session) -> Result<(), Failure> {
    ask(session, &sql!("SELECT pg_catalog.pg_advisory_unlock({})", KEY)).await.map(drop)
}

/// Who holds the run lock, if anybody does: `pid`, `application_name`, `client`, `since`, `run`.
pub(crate) async fn holder(session: &Session) -> Result<Option<SimpleQueryRow>, Failure> {
    let question = sql!(
        "SELECT l.pid, a.application_name, COALESCE(pg_catalog.host(a.client_addr), 'the server''s own machine') AS client,
            a.backend_start AS since, pg_catalog.substring(a.application_name, 'run-[0-9a-z-]+') AS run
         FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.classid::bigint = {} AND l.objid::bigint = {}
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
        KEY >> 32,
        KEY & 0xffff_ffff
    );
    Ok(rows(session, &question).await?.into_iter().next())
}

async fn busy(session: &Session) -> Result<Fault, Failure> {
    let fault = Fault::new("apply.busy", "another run is going on in this database");
    let fault = fault.at(session.target().to_string());
    let Some(row) = holder(session).await? else {
        return Ok(fault.help("it has ended just now: run this again"));
    };
    let unknown = "unknown";
    let pid = text(&row, "pid").unwrap_or(unknown);
    let run = text(&row, "run").unwrap_or(unknown);
    let who = format!(
        "it is held by pid {pid} ({}) from {}, since {}; run {run}, plan {}",
        text(&row, "application_name").unwrap_or(unknown),
        text(&row, "client").unwrap_or(unknown),
        text(&row, "since").unwrap_or(unknown),
        plan_of(session, run).await?.as_deref().unwrap_or(unknown),
    );
    Ok(fault.cause(who).help(
        "wait for it, see `lockkeeper status`, or ask it to stop with `lockkeeper abort`; where its process is gone, pg_terminate_backend ends its session",
    ))
}

async fn plan_of(session: &Session, run: &str) -> Result<Option<String>, Failure> {
    if !journal::exists(session).await? {
        return Ok(None);
    }
    let question: Sql = sql!("SELECT plan FROM lockkeeper.runs WHERE run = {}", Literal::new(run));
    let rows = rows(session, &question).await?;
    Ok(rows.first().and_then(|row| text(row, "plan")).map(|plan| plan.chars().take(12).collect()))
}

/// Ends the session that held the run lock for this very process before its connection was lost, if the
/// server has not noticed yet.
pub(crate) async fn end_former(session: &Session, pid: i32, start: Option<&str>) -> Result<(), Failure> {
    let Some(start) = start else { return Ok(()) };
    let question = sql!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
         WHERE pid = {} AND backend_start = {}::timestamptz",
        Sql::verbatim(pid.to_string()),
        Literal::new(start)
    );
    rows(session, &question).await.map(drop)
}
