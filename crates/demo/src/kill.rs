//! Kills a process that applies a plan, in the middle of it.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use connect::Session;
use model::{Action, Fault, PhaseName, Plan, Step};
use serde::{Deserialize, Serialize};
use tokio::process::Child;

use crate::Pipeline;
use crate::report::elapsed_ms;

/// How often the journal is asked which step is under way.
const GLANCE: Duration = Duration::from_millis(2);

/// The longest that the process may go on within the step.
const INTO_STEP_MAX: Duration = Duration::from_millis(500);

/// How long the process may take to come to the step.
const PATIENCE: Duration = Duration::from_secs(600);

/// The signal that cannot be caught.
const SIGKILL: i32 = 9;

/// Bytes of the process's diagnostics that a fault shows.
const DIAGNOSTICS_MAX: u64 = 4_000;

/// A kill in the middle of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KillReport {
    /// The step that was under way.
    pub step: String,
    /// What that step does.
    pub title: String,
    /// How long the process had been in that step, in ms.
    pub into_step_ms: f64,
    /// How long it had been running, in ms.
    pub after_ms: f64,
    /// The signal that ended it: 9, SIGKILL.
    pub signal: i32,
}

/// The step to kill in, up to a phase: the one that should take longest, and of those that should take equally
/// long one that the journal knows to be under way.
pub(crate) fn step_to_kill(plan: &Plan, until: Option<PhaseName>) -> Option<&Step> {
    let last = until.unwrap_or(PhaseName::Contract);
    let steps = plan.steps.iter().filter(|step| step.phase <= last);
    let is_journaled = |step: &Step| !matches!(step.action, Action::Transaction { .. });
    let ms = |step: &Step| step.predicted.ms.p50;
    steps.max_by(|a, b| ms(a).total_cmp(&ms(b)).then(is_journaled(a).cmp(&is_journaled(b))))
}

/// Whether the step is under way: the journal says so of one that cannot commit together with its journal
/// row, and the server of one that does.
async fn is_under_way<P: Pipeline>(pipeline: &P, step: &Step, session: &Session) -> Result<bool, Fault> {
    let Action::Transaction { sql } = &step.action else {
        return Ok(pipeline.step_under_way(session).await?.as_deref() == Some(step.id.as_str()));
    };
    let Some(statement) = sql.last() else { return Ok(false) };
    let query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
        AND application_name LIKE 'lockkeeper run-%' AND state = 'active' AND strpos(query, $1) > 0)";
    let answer = session.query_one(query, &[&statement.as_str()]).await;
    answer
        .map(|row| row.get(0))
        .map_err(|error| connect::fault("demo.kill", "the server cannot be watched", &error))
}

/// Runs the command and kills it within the step. Nothing where it came to its end before that, which
/// happens where the step takes but a few milliseconds.
pub(crate) async fn kill_in<P: Pipeline>(
    pipeline: &P,
    command: Command,
    step: &Step,
    session: &Session,
    diagnostics: &Path,
) -> Result<Option<KillReport>, Fault> {
    let began = Instant::now();
    let mut child = spawn(command, diagnostics)?;
    let in_step = loop {
        if is_under_way(pipeline, step, session).await? {
            break Instant::now();
        }
        if let Some(status) = child.try_wait().map_err(lost)? {
            return ended(status, diagnostics).map(|()| None);
        }
        if began.elapsed() > PATIENCE {
            return Err(Fault::new("demo.kill", format!("step {} did not begin within 10 min", step.id)));
        }
        tokio::time::sleep(GLANCE).await;
    };
    // A third of the time it should take: well inside, and not yet at its end.
    let into = Duration::from_secs_f64(step.predicted.ms.p50.max(0.0) / 3_000.0).min(INTO_STEP_MAX);
    tokio::time::sleep(into).await;
    let (into_step_ms, after_ms) = (elapsed_ms(in_step), elapsed_ms(began));
    // An error says that it has ended already, which its status will tell.
    let _ = child.start_kill();
    let status = child.wait().await.map_err(lost)?;
    match status.signal() {
        Some(SIGKILL) => Ok(Some(KillReport {
            step: step.id.clone(),
            title: step.title.clone(),
            into_step_ms,
            after_ms,
            signal: SIGKILL,
        })),
        _ => ended(status, diagnostics).map(|()| None),
    }
}

fn spawn(mut command: Command, diagnostics: &Path) -> Result<Child, Fault> {
    let log = File::create(diagnostics).map_err(lost)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    // A demo that is interrupted leaves no process behind.
    tokio::process::Command::from(command).kill_on_drop(true).spawn().map_err(lost)
}

/// A process that was to be killed has ended: well, or with what it said.
fn ended(status: ExitStatus, diagnostics: &Path) -> Result<(), Fault> {
    // 1 is a gate that it came to.
    if matches!(status.code(), Some(0 | 1)) {
        return Ok(());
    }
    let mut said = String::new();
    if let Ok(file) = File::open(diagnostics) {
        // What cannot be read is not shown.
        let _ = file.take(DIAGNOSTICS_MAX).read_to_string(&mut said);
    }
    Err(Fault::new("demo.kill", format!("the process that was to be killed ended with {status}"))
        .cause(said.trim().to_owned()))
}

fn lost(error: std::io::Error) -> Fault {
    Fault::new("demo.kill", "the process that is to be killed cannot be run").cause(error)
}
