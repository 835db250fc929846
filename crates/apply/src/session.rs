//! The sessions of a run and the small questions asked in them.

use std::time::{Duration, Instant};

use connect::{ServerInfo, Session, Target, connect};
use model::{Fault, Sql, sql};
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::failure::Failure;

/// How the application names of a run's sessions begin; `run` ids begin the rest. Whoever holds the
/// run lock knows that another session with such a name was left by a run that died.
pub(crate) const APPLICATION_PREFIX: &str = "lockkeeper run-";

/// How long a short question may take before the connection is taken to be lost.
const ANSWER_PATIENCE: Duration = Duration::from_secs(30);

/// The sessions of a run.
pub(crate) struct Sessions {
    /// Holds the run lock; asks the short questions while the work session is busy.
    pub(crate) runner: Session,
    /// Carries the steps out.
    pub(crate) work: Session,
    /// Whether a waiter may ask for deadlocks, and so for autovacuum to yield, after 10 ms.
    pub(crate) can_set_deadlock_timeout: bool,
    /// The shortest round trip to the server, in ms.
    pub(crate) round_trip_ms: f64,
}

/// Settings that let the server notice a dead client and a client notice a dead server. None of them is
/// needed for correctness, and not every platform has them.
const LIVENESS: [&str; 4] = [
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
    "SET client_connection_check_interval = '1s'",
];

/// Settings without which a step could be refused for the role's habits, or pass over rows in silence:
/// with `row_security` off a policy that would hide rows is an error. And one that only costs: most of a run's
/// statements are over before an expression would be compiled.
const WHOLE: &str = "SET default_transaction_read_only = off; SET row_security = off; SET jit = off";

impl Sessions {
    /// Opens the work session beside the runner's.
    pub(crate) async fn open(target: &Target, runner: Session, run: &str) -> Result<Self, Failure> {
        name_session(&runner, run, " runner").await?;
        let work = connect(target, &application_name(run, "")).await.map_err(Failure::Lost)?;
        let can_set_deadlock_timeout = may_set_deadlock_timeout(&work).await?;
        set_liveness(&runner).await;
        set_up(&work, can_set_deadlock_timeout).await?;
        let round_trip_ms = round_trip_ms(&work).await?;
        Ok(Self { runner, work, can_set_deadlock_timeout, round_trip_ms })
    }

    /// The server, as the work session met it.
    pub(crate) fn server(&self) -> &ServerInfo {
        self.work.server()
    }
}

/// A second session that carries a step out beside the first.
pub(crate) async fn open_second(first: &Sessions, run: &str) -> Result<Session, Failure> {
    let second = connect(first.work.target(), &application_name(run, " second")).await;
    let second = second.map_err(Failure::Lost)?;
    set_up(&second, first.can_set_deadlock_timeout).await?;
    Ok(second)
}

/// What a session needs that carries steps out.
async fn set_up(work: &Session, can_set_deadlock_timeout: bool) -> Result<(), Failure> {
    send(work, &Sql::verbatim(WHOLE)).await?;
    set_liveness(work).await;
    if can_set_deadlock_timeout {
        // Autovacuum makes way for a waiter when the waiter's own deadlock_timeout has passed, which
        // has to be well before its lock_timeout. In a deadlock we are the one who steps back.
        send(work, &sql!("SET deadlock_timeout = '10ms'")).await?;
    }
    Ok(())
}

async fn set_liveness(session: &Session) {
    for setting in LIVENESS {
        // Where the platform has no such setting, the orphan is found by its name all the same.
        let _ = session.batch_execute(setting).await;
    }
}

/// `lockkeeper run-…` and what the session is for.
pub(crate) fn application_name(run: &str, purpose: &str) -> String {
    format!("lockkeeper {run}{purpose}")
}

async fn name_session(session: &Session, run: &str, purpose: &str) -> Result<(), Failure> {
    let name = model::Literal::new(application_name(run, purpose));
    rows(session, &sql!("SELECT pg_catalog.set_config('application_name', {}, false)", name)).await?;
    Ok(())
}

async fn may_set_deadlock_timeout(session: &Session) -> Result<bool, Failure> {
    let server = session.server();
    if server.is_superuser || server.major < 15 {
        return Ok(server.is_superuser);
    }
    ask(session, &sql!("SELECT pg_catalog.has_parameter_privilege('deadlock_timeout', 'SET')")).await
}

/// The shortest of three round trips, in ms.
async fn round_trip_ms(session: &Session) -> Result<f64, Failure> {
    let mut shortest = f64::INFINITY;
    for _ in 0..3 {
        let started = Instant::now();
        rows(session, &sql!("SELECT 1")).await?;
        shortest = shortest.min(ms_since(started));
    }
    Ok(shortest)
}

/// Milliseconds since then.
pub(crate) fn ms_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

/// Sends statements as one message, which the server runs as one transaction, and gives their rows.
pub(crate) async fn send(session: &Session, statements: &Sql) -> Result<Vec<SimpleQueryMessage>, Failure> {
    Ok(session.simple_query(statements.as_str()).await?)
}

/// The rows of a short question. No answer within half a minute counts as a lost connection.
pub(crate) async fn rows(session: &Session, question: &Sql) -> Result<Vec<SimpleQueryRow>, Failure> {
    let Ok(answer) = tokio::time::timeout(ANSWER_PATIENCE, send(session, question)).await else {
        let fault = Fault::new("apply.connection", "the server did not answer a short question within 30 s");
        return Err(Failure::Lost(fault.at(session.target().to_string())));
    };
    Ok(only_rows(answer?))
}

/// The rows among a message's answers.
pub(crate) fn only_rows(messages: Vec<SimpleQueryMessage>) -> Vec<SimpleQueryRow> {
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.collect()
}

/// The answer to a short yes-or-no question.
pub(crate) async fn ask(session: &Session, question: &Sql) -> Result<bool, Failure> {
    truth(&rows(session, question).await?)
}

/// The answer to a yes-or-no question that may take long: a probe or a verification.
pub(crate) async fn ask_long(session: &Session, question: &Sql) -> Result<bool, Failure> {
    truth(&only_rows(send(session, question).await?))
}

fn truth(rows: &[SimpleQueryRow]) -> Result<bool, Failure> {
    match rows.first().filter(|row| !row.is_empty()).and_then(|row| row.get(0)) {
        Some("t") => Ok(true),
        Some("f") | None => Ok(false),
        Some(_) => {
            let fault = Fault::new("apply.probe", "a probe or verification did not answer with a boolean");
            Err(Failure::refused(
                fault.help("this is a mistake in the plan: make the plan anew, or report it"),
            ))
        }
    }
}

/// A column of a row as text, by name.
pub(crate) fn text<'a>(row: &'a SimpleQueryRow, column: &str) -> Option<&'a str> {
    row.try_get(column).ok().flatten()
}

/// A column of a row as a number (or whatever else is read from text), by name.
pub(crate) fn value<T: std::str::FromStr>(row: &SimpleQueryRow, column: &str) -> Option<T> {
    text(row, column).and_then(|text| text.parse().ok())
}
