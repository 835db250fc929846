//! The rehearsal itself.

use apply::{ApplyOptions, RunReport, StopFlag};
use connect::Target;
use model::{Fault, Fingerprint, PhaseName, Plan, Progress, Schema, StepReceipt};
use serde::Serialize;

use crate::data::{self, DataFingerprint};
use crate::guard::LiveSchema;

/// What a rehearsal proved.
#[derive(Debug, Clone, Serialize)]
pub struct Rehearsal {
    /// The hash of the plan.
    pub plan: Fingerprint,
    /// `server_version_num` of the throwaway server.
    pub server_version: u32,
    /// Rows in all tables before the first step.
    pub rows: i64,
    /// Whether the plan arrived at the wanted schema, at its end.
    pub arrived: bool,
    /// Whether every way back led to the schema and the rows of the start.
    pub rolled_back: bool,
    /// Each phase, forward to its end and back to the start.
    pub phases: Vec<RehearsedPhase>,
    /// The receipts of the last way forward.
    pub steps: Vec<StepReceipt>,
    /// What was found wrong, in words.
    pub problems: Vec<String>,
}

/// The way to the end of one phase, and back.
#[derive(Debug, Clone, Serialize)]
pub struct RehearsedPhase {
    /// The phase.
    pub name: PhaseName,
    /// Forward from the start to its end, in ms.
    pub forward_ms: f64,
    /// Back from its end to the start, in ms.
    pub back_ms: f64,
    /// Whether the schema was that of the start again.
    pub schema_restored: bool,
    /// Whether the rows were those of the start again.
    pub rows_restored: bool,
}

impl Rehearsal {
    /// Whether everything was as it should be.
    pub fn passed(&self) -> bool {
        self.arrived && self.rolled_back && self.problems.is_empty()
    }
}

/// Rehearses a plan on a database that has the schema the plan starts from, and that nobody else uses:
/// to the end of each phase and back, then to the end. Cleanup has no way back and is not rehearsed.
///
/// # Errors
/// Those of [`apply::apply`] and [`apply::rollback`], and of reading schema and rows.
pub async fn rehearse(
    plan: &Plan,
    from: &Schema,
    copy: &Target,
    stop: &StopFlag,
    progress: &dyn Progress,
) -> Result<Rehearsal, Fault> {
    let session = connect::connect(copy, "lockkeeper rehearse").await?;
    let start = data::fingerprint(&session, from).await?;
    let mut rehearsal = Rehearsal {
        plan: plan.hash(),
        server_version: session.server().version_num,
        rows: start.rows(),
        arrived: false,
        rolled_back: true,
        phases: Vec::new(),
        steps: Vec::new(),
        problems: Vec::new(),
    };
    let way = Way { plan, from, copy, session: &session, start: &start, stop, progress };
    for phase in plan.phases().into_iter().filter(|phase| *phase != PhaseName::Cleanup) {
        let (rehearsed, problems) = way.there_and_back(phase).await?;
        rehearsal.rolled_back &= rehearsed.schema_restored && rehearsed.rows_restored;
        rehearsal.phases.push(rehearsed);
        rehearsal.problems.extend(problems);
    }
    let last = way.forward(PhaseName::Contract).await?;
    rehearsal.arrived = last.arrived == Some(true);
    if !rehearsal.arrived {
        rehearsal.problems.push(format!("the plan did not arrive at the wanted schema: {}", last.message));
    }
    rehearsal.steps = last.steps;
    session.close().await;
    Ok(rehearsal)
}

struct Way<'a> {
    plan: &'a Plan,
    from: &'a Schema,
    copy: &'a Target,
    session: &'a connect::Session,
    start: &'a DataFingerprint,
    stop: &'a StopFlag,
    progress: &'a dyn Progress,
}

impl Way<'_> {
    async fn there_and_back(&self, phase: PhaseName) -> Result<(RehearsedPhase, Vec<String>), Fault> {
        let forward = self.forward(phase).await?;
        let back =
            apply::rollback(self.copy, self.plan, None, &LiveSchema, &mut self.options(None), self.progress)
                .await?;
        let restored = self.plan.starts_from(&read::fingerprint(self.session).await?);
        let rows = data::fingerprint(self.session, self.from).await;
        let (rows_restored, mut problems) = match rows {
            Ok(rows) => {
                let differences = self.start.differences(&rows);
                (differences.is_empty(), differences)
            }
            Err(fault) => (false, vec![fault.to_string()]),
        };
        if !restored {
            problems.push("the schema is not that of the start again".to_owned());
        }
        let problems = problems.into_iter().map(|problem| format!("back from {phase}: {problem}")).collect();
        let rehearsed = RehearsedPhase {
            name: phase,
            forward_ms: forward.total_ms,
            back_ms: back.total_ms,
            schema_restored: restored,
            rows_restored,
        };
        Ok((rehearsed, problems))
    }

    async fn forward(&self, until: PhaseName) -> Result<RunReport, Fault> {
        apply::apply(self.copy, self.plan, &LiveSchema, &mut self.options(Some(until)), self.progress).await
    }

    /// Nobody works on the copy, so there is no stall to measure, and no gate to wait for.
    fn options(&self, until: Option<PhaseName>) -> ApplyOptions<'static> {
        ApplyOptions {
            until,
            environment: "rehearsal".to_owned(),
            rehearsal: true,
            stall: false,
            baseline_ms: 0,
            stop: self.stop.clone(),
            ..ApplyOptions::default()
        }
    }
}
