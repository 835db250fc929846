//! Looking at the runs of a database from outside.

use connect::{Session, Target, connect};
use jiff::Timestamp;
use model::{Direction, Fault, Literal, PhaseName, RunOutcome, StepReceipt, sql};
use serde::Serialize;

use crate::busy;
use crate::failure::Failure;
use crate::journal;
use crate::machine::StepState;
use crate::session::{rows, text, value};

/// How the runs of a database stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// The last runs, newest first; empty where there is no journal.
    pub runs: Vec<RunStatus>,
    /// The steps of the newest run's plan that the journal knows.
    pub steps: Vec<StepStatus>,
    /// The receipts of the newest run.
    pub receipts: Vec<StepReceipt>,
    /// The backfills of the newest run's plan.
    pub backfills: Vec<BackfillStatus>,
    /// The process that is at work, if one is.
    pub runner: Option<Runner>,
    /// What was asked for and not yet done: `pause` or `abort`.
    pub request: Option<String>,
    /// Why the run that is at work waits, or goes slowly, at this moment.
    pub waits: Option<Waits>,
}

/// Why a run waits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waits {
    /// The reason, for people.
    pub why: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunStatus {
    /// Its id.
    pub run: String,
    /// The hash of its plan.
    pub plan: String,
    /// Forward or back.
    pub direction: Direction,
    /// How it stands; `running` without a runner means that its process died.
    pub outcome: RunOutcome,
    /// The environment by its name.
    pub environment: String,
    /// Whether it was a rehearsal.
    pub rehearsal: bool,
    /// `server_version_num`.
    pub server_version: u32,
    /// The schema it started from.
    pub from: String,
    /// The schema it goes to.
    pub to: String,
    /// How many steps are done at its goal.
    pub goal: usize,
    /// The kind of the fault that ended it.
    pub fault: Option<String>,
    /// How often it went on in another process or connection.
    pub resumed: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepStatus {
    /// Its position in the plan, from 0.
    pub ordinal: usize,
    /// Its id.
    pub step: String,
    /// Its phase.
    pub phase: PhaseName,
    /// How it stands.
    pub state: StepState,
    /// Since when.
    pub since: Timestamp,
}

/// How far a backfill of one table came.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackfillStatus {
    /// The step's position in the plan.
    pub ordinal: usize,
    /// The table.
    pub table: String,
    /// The page that the first worker's next batch begins with.
    pub next_block: i64,
    /// Batches done.
    pub batches: u64,
    /// Rows filled.
    pub rows_filled: u64,
    /// The table's estimated rows; none where it was never analysed.
    pub rows: Option<f64>,
    /// How many workers have filled it, at once or one after the other.
    pub workers: u32,
}

/// A process that is at work.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Runner {
    /// The backend that holds the run lock.
    pub pid: i32,
    /// Its application name.
    pub application: Option<String>,
    /// The client's address, as the server sees it.
    pub client: Option<String>,
    /// Since when it is connected, as the server writes it.
    pub since: Option<String>,
    /// The run.
    pub run: Option<String>,
}

/// How the runs of a database stand.
///
/// # Errors
/// Those of connecting, and `apply.journal` where the journal cannot be read.
pub async fn status(target: &Target) -> Result<Status, Fault> {
    let session = connect(target, "lockkeeper status").await?;
    let status = read(&session).await.map_err(Failure::into_fault);
    session.close().await;
    status
}

/// The id of the step that the journal says is under way: begun, and not known to have ended. None where
/// there is none, or no journal.
///
/// # Errors
/// `apply.journal` where the journal cannot be read.
pub async fn step_under_way(session: &Session) -> Result<Option<String>, Fault> {
    let found = async {
        if !journal::exists(session).await? {
            return Ok(Vec::new());
        }
        let question =
            sql!("SELECT step FROM lockkeeper.steps WHERE state IN ('doing', 'undoing') ORDER BY ordinal");
        rows(session, &question).await
    };
    let found = found.await.map_err(Failure::into_fault)?;
    Ok(found.first().and_then(|row| text(row, "step")).map(str::to_owned))
}

async fn read(session: &Session) -> Result<Status, Failure> {
    let runner = runner(session).await?;
    if !journal::exists(session).await? {
        return Ok(Status {
            runs: Vec::new(),
            steps: Vec::new(),
            receipts: Vec::new(),
            backfills: Vec::new(),
            runner,
            request: None,
            waits: None,
        });
    }
    journal::check_version(session).await?;
    let runs = journal::runs(session).await?;
    let (mut steps, mut receipts, mut backfills) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(newest) = runs.first() {
        steps = journal::step_rows(session, &newest.plan).await?;
        receipts = journal::receipts(session, &newest.run).await?;
        backfills = backfills_of(session, &newest.plan).await?;
    }
    let waits = runs
        .first()
        .filter(|_| runner.is_some())
        .and_then(|newest| Some(Waits { why: newest.waits.clone()?, since: newest.waits_since }));
    let request =
        rows(session, &sql!("SELECT value FROM lockkeeper.settings WHERE name = 'request'")).await?;
    Ok(Status {
        runs: runs.into_iter().map(RunStatus::from).collect(),
        steps: steps.into_iter().map(StepStatus::from).collect(),
        receipts,
        backfills,
        runner,
        request: request.first().and_then(|row| text(row, "value")).map(str::to_owned),
        waits,
    })
}

pub(crate) async fn runner(session: &Session) -> Result<Option<Runner>, Failure> {
    let held = busy::holder(session).await?;
    Ok(held.and_then(|row| {
        let owned = |column| text(&row, column).map(str::to_owned);
        Some(Runner {
            pid: value(&row, "pid")?,
            application: owned("application_name"),
            client: owned("client"),
            since: owned("since"),
            run: owned("run"),
        })
    }))
}

async fn backfills_of(session: &Session, plan: &str) -> Result<Vec<BackfillStatus>, Failure> {
    let question = sql!(
        "SELECT b.ordinal, b.relation, pg_catalog.min(b.next_block) AS next_block, pg_catalog.sum(b.batches) AS batches,
            pg_catalog.sum(b.rows_filled) AS rows_filled, pg_catalog.count(*) AS workers,
            (SELECT NULLIF(reltuples, -1) FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(b.relation)) AS rows
         FROM lockkeeper.backfills AS b WHERE b.plan = {} GROUP BY b.ordinal, b.relation ORDER BY b.ordinal, b.relation",
        Literal::new(plan)
    );
    let found = rows(session, &question).await?;
    let read = found.iter().filter_map(|row| {
        Some(BackfillStatus {
            ordinal: value(row, "ordinal")?,
            table: text(row, "relation")?.to_owned(),
            next_block: value(row, "next_block")?,
            batches: value(row, "batches")?,
            rows_filled: value(row, "rows_filled")?,
            rows: value(row, "rows"),
            workers: value(row, "workers")?,
        })
    });
    Ok(read.collect())
}

impl From<journal::RunRow> for RunStatus {
    fn from(row: journal::RunRow) -> Self {
        Self {
            run: row.run,
            plan: row.plan,
            direction: row.direction,
            outcome: row.outcome,
            environment: row.environment,
            rehearsal: row.rehearsal,
            server_version: row.server_version,
            from: row.from_schema.as_str().to_owned(),
            to: row.to_schema.as_str().to_owned(),
            goal: row.goal,
            fault: row.fault,
            resumed: row.resumed,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

impl From<journal::StepRow> for StepStatus {
    fn from(row: journal::StepRow) -> Self {
        Self {
            ordinal: row.ordinal,
            step: row.step,
            phase: row.phase,
            state: row.state,
            since: row.changed_at,
        }
    }
}
