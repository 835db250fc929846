//! Whether a foreign key is enforced at every moment: somebody tries to break it all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use connect::Target;
use model::{Fault, count_text};
use tokio::task::JoinHandle;

use super::Proof;
use crate::stage::APPLICATION_NAME;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(3);

/// An investment of a fund that does not exist.
const ORPHAN: &str = "INSERT INTO public.investments (fund_id, company, amount, invested_on) \
    VALUES (-1, 'of no fund', 1, current_date)";

/// SQLSTATE of a row that refers to nothing.
const FOREIGN_KEY_VIOLATION: &str = "23503";

/// Tries to break the foreign key until it is stopped.
pub(crate) struct Breaker {
    stop: Arc<AtomicBool>,
    task: JoinHandle<Result<Tries, Fault>>,
}

#[derive(Debug, Default)]
struct Tries {
    refused: u64,
    admitted: u64,
    other: Option<String>,
}

impl Breaker {
    /// Begins to try.
    pub(crate) fn start(target: &Target) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (target, stopped) = (target.clone(), Arc::clone(&stop));
        Self { stop, task: tokio::spawn(async move { tries(&target, &stopped).await }) }
    }

    /// Stops, and says how it went.
    pub(crate) async fn stop(mut self) -> Result<Proof, Fault> {
        self.stop.store(true, Ordering::Relaxed);
        let tries = (&mut self.task).await;
        let tries =
            tries.map_err(|error| Fault::new("demo.outside", "the tries were lost").cause(error))??;
        let mut what = format!(
            "while the foreign key was replaced and put back, {} investments of no fund were tried: {} refused, {} \
             admitted",
            count_text(tries.refused + tries.admitted),
            count_text(tries.refused),
            count_text(tries.admitted)
        );
        if let Some(other) = &tries.other {
            what = format!("{what}; {other}");
        }
        Ok(Proof { what, holds: tries.refused > 0 && tries.admitted == 0 && tries.other.is_none() })
    }
}

impl Drop for Breaker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tries(target: &Target, stopped: &AtomicBool) -> Result<Tries, Fault> {
    let session = connect::connect(target, APPLICATION_NAME).await?;
    let mut tries = Tries::default();
    while !stopped.load(Ordering::Relaxed) {
        match session.batch_execute(ORPHAN).await {
            Ok(()) => tries.admitted += 1,
            Err(error) if connect::sqlstate(&error) == Some(FOREIGN_KEY_VIOLATION) => tries.refused += 1,
            Err(error) => {
                tries.other.get_or_insert(connect::describe(&error));
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    session.close().await;
    Ok(tries)
}
