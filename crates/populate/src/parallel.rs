//! Statements over several sessions at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use connect::{Session, Target};
use model::{Fault, Progress, Sql};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How the sessions are called in `pg_stat_activity`.
pub(crate) const APPLICATION_NAME: &str = "lockkeeper populate";

/// A statement that may run beside others.
#[derive(Debug)]
pub(crate) struct Job {
    /// What it does, for an error: `rows of public.funds`.
    pub(crate) what: String,
    /// The statement.
    pub(crate) sql: Sql,
    /// How much it counts in the progress.
    pub(crate) size: u64,
}

/// Opens a session for filling a throwaway database. Where the role may, triggers and foreign keys are
/// not run for the rows: they are made to fit, and the caller does not wait for the proof.
pub(crate) async fn filling_session(target: &Target) -> Result<Session, Fault> {
    let session = connect::connect(target, APPLICATION_NAME).await?;
    prepare_for_filling(&session).await?;
    Ok(session)
}

/// Gives a session the settings for filling a throwaway database.
pub(crate) async fn prepare_for_filling(session: &Session) -> Result<(), Fault> {
    let mut settings = "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'".to_owned();
    if session.server().is_superuser {
        settings.push_str("; SET session_replication_role = replica");
    }
    let set = session.batch_execute(&settings).await;
    set.map_err(|error| connect::fault("populate.settings", "the session could not be prepared", &error))
}

/// Runs all statements, so many at once, in the order given. Stops at the first that fails. `reached` is
/// where the progress stands before and after.
pub(crate) async fn run_all(
    target: &Target,
    jobs: Vec<Job>,
    at_once: usize,
    reached: &mut u64,
    progress: &dyn Progress,
) -> Result<(), Fault> {
    let queue = Arc::new(Mutex::new(VecDeque::from(jobs)));
    let (done, mut sizes) = mpsc::unbounded_channel();
    // Dropped with this future: nothing goes on when the caller gives up.
    let mut sessions = JoinSet::new();
    for _ in 0..at_once {
        sessions.spawn(run_some(target.clone(), Arc::clone(&queue), done.clone()));
    }
    drop(done);
    while let Some(size) = sizes.recv().await {
        *reached += size;
        progress.reached(*reached);
    }
    while let Some(ended) = sessions.join_next().await {
        ended.map_err(|error| {
            Fault::new("populate.filling", "a session ended before its work").cause(error)
        })??;
    }
    Ok(())
}

async fn run_some(
    target: Target,
    queue: Arc<Mutex<VecDeque<Job>>>,
    done: mpsc::UnboundedSender<u64>,
) -> Result<(), Fault> {
    let session = filling_session(&target).await?;
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(job) = next else { break };
        if let Err(error) = session.batch_execute(job.sql.as_str()).await {
            // The others have nothing more to do.
            queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
            return Err(connect::fault(
                "populate.filling",
                format!("{} could not be made", job.what),
                &error,
            ));
        }
        // The receiver lives as long as the sessions do.
        let _ = done.send(job.size);
    }
    session.close().await;
    Ok(())
}
