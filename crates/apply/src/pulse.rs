//! What the runner hears while the work session is busy: wishes of the user, who blocks us, whom we block.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use connect::Session;
use model::{Fault, Sql, sql};

use crate::failure::Failure;
use crate::machine::Wish;
use crate::options::StopFlag;
use crate::session::{rows, text, value};

/// How often the runner asks.
pub(crate) const EVERY: Duration = Duration::from_millis(200);

/// How long the runner waits for an answer to a question that takes milliseconds, before the connection is taken
/// to be lost: a network can swallow everything and close nothing.
const SILENCE: Duration = Duration::from_secs(10);

/// What was heard last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pulse {
    /// The journal's settings by name.
    pub(crate) settings: BTreeMap<String, String>,
    /// Whether one of them waits for a lock.
    pub(crate) is_blocked: bool,
    /// How many sessions of others wait for a lock that they hold.
    pub(crate) victims: u32,
}

impl Pulse {
    /// Asks once; `own` are the backends that carry the step out.
    pub(crate) async fn hear(runner: &Session, own: &[i32]) -> Result<Self, Failure> {
        let own = Sql::join(own.iter().map(|pid| Sql::verbatim(pid.to_string())), ", ");
        let question = sql!(
            "SELECT (SELECT pg_catalog.json_object_agg(name, value) FROM lockkeeper.settings) AS settings,
                (SELECT pg_catalog.bool_or(pg_catalog.cardinality(pg_catalog.pg_blocking_pids(pid)) > 0)
                 FROM pg_catalog.unnest(ARRAY[{}]) AS own (pid)) AS is_blocked,
                (SELECT pg_catalog.count(DISTINCT l.pid) FROM pg_catalog.pg_locks AS l
                 WHERE NOT l.granted AND ARRAY[{}] && pg_catalog.pg_blocking_pids(l.pid)
                   AND l.pid <> ALL (ARRAY[{}])) AS victims",
            own,
            own,
            own
        );
        let heard = tokio::time::timeout(SILENCE, rows(runner, &question)).await;
        let found = heard.unwrap_or_else(|_| Err(silent()))?;
        let row = found.first().ok_or_else(|| {
            Failure::refused(Fault::new("apply.journal", "the journal's settings gave no answer"))
        })?;
        Ok(Self {
            settings: text(row, "settings")
                .and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_default(),
            is_blocked: text(row, "is_blocked") == Some("t"),
            victims: value(row, "victims").unwrap_or(0),
        })
    }

    /// What the user wants, by a signal or through the journal.
    pub(crate) fn wish(&self, stop: &StopFlag) -> Wish {
        match self.settings.get("request").map(String::as_str) {
            Some("abort") => Wish::Abort,
            _ if stop.is_raised() => Wish::Pause,
            Some("pause") => Wish::Idle,
            _ => Wish::GoOn,
        }
    }

    /// A setting that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.settings.get(name).and_then(|value| value.parse().ok())
    }
}

fn silent() -> Failure {
    Failure::Lost(
        Fault::new("apply.connection", "the server has not answered for ten seconds")
            .help("run the same command again when it can be reached: it goes on where the journal says"),
    )
}

/// What to do about a statement after a look at the pulse.
pub(crate) enum Verdict {
    /// Let it run.
    GoOn,
    /// Cancel it.
    Cancel,
}

/// A verdict that may take a question to find.
pub(crate) type Judging<'a> = Pin<Box<dyn Future<Output = Result<Verdict, Failure>> + Send + 'a>>;

/// Looks after a statement while it runs.
pub(crate) trait Look: Send {
    /// Decides by what was heard whether the statement may go on.
    fn look<'a>(&'a mut self, pulse: &'a Pulse) -> Judging<'a>;
}

/// Cancels when the user wants out, and nothing else.
pub(crate) struct UnlessStopped<'a> {
    pub(crate) stop: &'a StopFlag,
    /// Whether the user wanted out.
    pub(crate) wanted_out: bool,
}

impl<'a> UnlessStopped<'a> {
    pub(crate) fn new(stop: &'a StopFlag) -> Self {
        Self { stop, wanted_out: false }
    }
}

impl Look for UnlessStopped<'_> {
    fn look<'a>(&'a mut self, pulse: &'a Pulse) -> Judging<'a> {
        Box::pin(async {
            self.wanted_out |= matches!(pulse.wish(self.stop), Wish::Pause | Wish::Abort);
            Ok(if self.wanted_out { Verdict::Cancel } else { Verdict::GoOn })
        })
    }
}

/// Waits for a statement of the work session while the runner asks every 200 ms whether the server is
/// still there, and `look` decides by what was heard whether the statement may go on. A raised stop flag
/// is looked at as soon as it is raised.
///
/// A cancelled statement is waited for: its answer says whether the cancel came in time.
pub(crate) async fn watched<T>(
    runner: &Session,
    work: &Session,
    stop: &StopFlag,
    statement: impl Future<Output = Result<T, Failure>>,
    look: &mut dyn Look,
) -> Result<T, Failure> {
    tokio::pin!(statement);
    let pid = work.server().backend_pid;
    let mut cancelled = false;
    loop {
        let beat = async {
            rest(stop).await;
            let pulse = Pulse::hear(runner, &[pid]).await?;
            look.look(&pulse).await
        };
        let verdict = tokio::select! {
            biased;
            answer = &mut statement => return answer,
            verdict = beat => verdict,
        };
        if let (Verdict::Cancel, false) = (verdict?, cancelled) {
            cancelled = true;
            // Not through the protocol's cancel request, which may arrive when the next statement runs:
            // this one has been delivered when it is answered.
            rows(runner, &sql!("SELECT pg_catalog.pg_cancel_backend({})", Sql::verbatim(pid.to_string())))
                .await?;
        }
    }
}

/// Waits for the time of the next look; a stop flag that is just being raised ends the wait.
async fn rest(stop: &StopFlag) {
    if stop.is_raised() {
        tokio::time::sleep(EVERY / 4).await;
    } else {
        // That the flag was not raised in time is the usual case.
        let _ = tokio::time::timeout(EVERY, stop.raised()).await;
    }
}
