//! Ends what an earlier connection of a run may still be doing: killing a client does not stop its DDL.

use std::time::{Duration, Instant};

use connect::Session;
use model::{Fault, Literal, Progress, Sql, sql};

use crate::failure::Failure;
use crate::session::{APPLICATION_PREFIX, rows, text};

/// How long a terminated backend may take to be gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Terminates every other backend of a run in this database and waits until it is gone. The caller holds
/// the run lock, so none of them belongs to a run that is alive.
pub(crate) async fn end(runner: &Session, own: &[i32], progress: &dyn Progress) -> Result<(), Failure> {
    let started = Instant::now();
    let mut told = false;
    loop {
        let found = rows(runner, &orphans(own)).await?;
        let Some(first) = found.first() else { return Ok(()) };
        let pid = text(first, "pid").unwrap_or_default().to_owned();
        if !told {
            told = true;
            progress.note(&format!("ending the backend {pid} that an earlier process left"));
            terminate(runner, own).await?;
        }
        if started.elapsed() > PATIENCE {
            return Err(Failure::refused(stuck(&pid, "it does not end")));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn terminate(runner: &Session, own: &[i32]) -> Result<(), Failure> {
    let question =
        sql!("SELECT pid, pg_catalog.pg_terminate_backend(pid) AS ended FROM ({}) AS orphans", orphans(own));
    match rows(runner, &question).await {
        Err(Failure::Refused { fault, sqlstate }) => {
            let told = stuck("of an earlier process", "this role may not end it");
            Err(Failure::Refused { fault: told.cause(fault), sqlstate })
        }
        other => other.map(drop),
    }
}

/// Backends by the name of a run, or by the pid and start that a run which never ended has journaled.
/// Canaries change nothing and end by themselves.
fn orphans(own: &[i32]) -> Sql {
    sql!(
        "SELECT a.pid FROM pg_catalog.pg_stat_activity AS a
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> ALL (ARRAY[{}]::integer[])
           AND (pg_catalog.starts_with(a.application_name, {}) AND a.application_name NOT LIKE '% canary'
                OR EXISTS (SELECT FROM lockkeeper.runs AS r
                           WHERE r.outcome = 'running' AND r.work_pid = a.pid AND r.work_backend_start = a.backend_start))",
        Sql::join(own.iter().map(|pid| Sql::verbatim(pid.to_string())), ", "),
        Literal::new(APPLICATION_PREFIX)
    )
}

fn stuck(pid: &str, why: &str) -> Fault {
    Fault::new("apply.orphan", format!("the backend {pid} still works for a process that is gone, and {why}"))
        .help("end it with pg_terminate_backend as its own role or a superuser, then run the same command again")
}
