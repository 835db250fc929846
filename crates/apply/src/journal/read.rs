//! What the journal says.

use connect::Session;
use jiff::Timestamp;
use model::{Direction, Fault, Fingerprint, Literal, PhaseName, RunOutcome, StepReceipt, sql};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio_postgres::SimpleQueryRow;

use crate::failure::Failure;
use crate::machine::StepState;
use crate::session::{rows, text};

/// One run, as the journal has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct RunRow {
    pub(crate) run: String,
    pub(crate) plan: String,
    pub(crate) direction: Direction,
    pub(crate) goal: usize,
    pub(crate) outcome: RunOutcome,
    pub(crate) environment: String,
    pub(crate) rehearsal: bool,
    pub(crate) server_version: u32,
    pub(crate) from_schema: Fingerprint,
    pub(crate) to_schema: Fingerprint,
    pub(crate) live_schema: Option<Fingerprint>,
    pub(crate) fault: Option<String>,
    pub(crate) work_pid: i32,
    pub(crate) resumed: u32,
    /// Whether any step of its plan is done or perhaps done.
    pub(crate) stands: bool,
    pub(crate) started_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    /// Why it waits or goes slowly, and since when; journals had this not from the beginning.
    #[serde(default)]
    pub(crate) waits: Option<String>,
    #[serde(default)]
    pub(crate) waits_since: Option<Timestamp>,
}

impl RunRow {
    /// Whether somebody has to resume it, roll it back or abort it before another plan may begin.
    pub(crate) fn is_unfinished(&self) -> bool {
        matches!(self.outcome, RunOutcome::Running | RunOutcome::Paused | RunOutcome::Failed)
    }
}

/// One step, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct StepRow {
    pub(crate) ordinal: usize,
    pub(crate) step: String,
    pub(crate) phase: PhaseName,
    pub(crate) state: StepState,
    pub(crate) changed_at: Timestamp,
}

/// The last runs in this database, the newest first.
pub(crate) async fn runs(session: &Session) -> Result<Vec<RunRow>, Failure> {
    let question = sql!(
        "SELECT pg_catalog.row_to_json(r) AS row FROM (
            SELECT *, EXISTS (SELECT FROM lockkeeper.steps AS s WHERE s.plan = runs.plan AND s.state <> 'pending') AS stands
            FROM lockkeeper.runs ORDER BY changed_at DESC, started_at DESC LIMIT 100) AS r"
    );
    read(&rows(session, &question).await?)
}

/// The steps of a plan that the journal knows, in order.
pub(crate) async fn step_rows(session: &Session, plan: &str) -> Result<Vec<StepRow>, Failure> {
    let question = sql!(
        "SELECT pg_catalog.row_to_json(s) AS row FROM lockkeeper.steps AS s WHERE plan = {} ORDER BY ordinal",
        Literal::new(plan)
    );
    read(&rows(session, &question).await?)
}

/// How each of a plan's `count` steps stands.
pub(crate) async fn steps(session: &Session, plan: &str, count: usize) -> Result<Vec<StepState>, Failure> {
    let mut states = vec![StepState::Pending; count];
    for row in step_rows(session, plan).await? {
        if let Some(state) = states.get_mut(row.ordinal) {
            *state = row.state;
        }
    }
    Ok(states)
}

/// The receipts of a run, in the order of its attempts.
pub(crate) async fn receipts(session: &Session, run: &str) -> Result<Vec<StepReceipt>, Failure> {
    let question = sql!(
        "SELECT receipt AS row FROM lockkeeper.attempts WHERE run = {} ORDER BY recorded_at, ordinal, attempt",
        Literal::new(run)
    );
    read(&rows(session, &question).await?)
}

/// How many attempts of a step the run has made so far.
pub(crate) async fn attempts_of(session: &Session, run: &str, ordinal: usize) -> Result<u32, Failure> {
    let question = sql!(
        "SELECT COALESCE(pg_catalog.max(attempt), 0) AS attempts FROM lockkeeper.attempts WHERE run = {} AND ordinal = {}",
        Literal::new(run),
        ordinal
    );
    let rows = rows(session, &question).await?;
    Ok(rows.first().and_then(|row| crate::session::value(row, "attempts")).unwrap_or(0))
}

fn read<T: DeserializeOwned>(rows: &[SimpleQueryRow]) -> Result<Vec<T>, Failure> {
    rows.iter()
        .map(|row| serde_json::from_str(text(row, "row").unwrap_or("null")).map_err(unreadable))
        .collect()
}

fn unreadable(error: serde_json::Error) -> Failure {
    let fault = Fault::new("apply.journal", "a row of the journal cannot be read").cause(error);
    Failure::refused(fault.at("schema lockkeeper").help("has it been changed by hand?"))
}
