//! To the end of one phase and back, with everything accounted for.

use apply::{ApplyOptions, RunReport, StopFlag};
use connect::{Session, Target};
use model::{Fault, PhaseName, Plan, Progress, Schema, StepReceipt};
use traffic::{Books, TrafficReport};

use crate::application::{self, Application, AtWork, Deployment};
use crate::data::{self, DataFingerprint, SparedTables};
use crate::guard::LiveSchema;
use crate::report::RehearsedPhase;

/// The canaries' baseline before each way, in ms.
const BASELINE_MS: u64 = 100;

/// What all ways have in common.
pub(crate) struct Way<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) from: &'a Schema,
    pub(crate) copy: &'a Target,
    pub(crate) session: &'a Session,
    pub(crate) stop: &'a StopFlag,
    pub(crate) progress: &'a dyn Progress,
}

/// What a way led to.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What was found wrong.
    pub(crate) problems: Vec<String>,
    /// The receipts of the way forward.
    pub(crate) steps: Vec<StepReceipt>,
    /// What the application felt.
    pub(crate) heard: Option<TrafficReport>,
}

/// What was there before a way, and the application that works on it.
struct Account<'a> {
    schema: &'a Schema,
    before: DataFingerprint,
    at_work: Option<AtWork>,
}

impl Way<'_> {
    /// To the end of a phase and back to the start. A step that fails ends the way there.
    pub(crate) async fn there_and_back(
        &self,
        phase: PhaseName,
        application: Option<&Application>,
    ) -> Result<(RehearsedPhase, Outcome), Fault> {
        let account = self.open(self.from, application, false).await?;
        let mut outcome = Outcome::default();
        let (mut forward_ms, mut back_ms) = (0.0, 0.0);
        match self.forward(phase, application, account.at_work.as_ref()).await {
            Ok(forward) => (forward_ms, outcome.steps) = (forward.ms, forward.steps),
            Err(fault) => outcome.problems.push(failed(&fault)?),
        }
        if let Some(at_work) = &account.at_work {
            at_work.dwell().await;
        }
        match self.back(phase, application, account.at_work.as_ref()).await {
            Ok(ms) => back_ms = ms,
            Err(fault) => outcome.problems.push(failed(&fault)?),
        }
        let schema_restored = self.plan.starts_from(&read::fingerprint(self.session).await?);
        if !schema_restored {
            outcome.problems.push("the schema is not that of the start again".to_owned());
        }
        let (writes, lost) = self.close(account, application, &mut outcome).await?;
        let rows_restored = lost.is_empty();
        outcome.problems.extend(lost);
        for problem in &mut outcome.problems {
            *problem = format!("to the end of {phase} and back: {problem}");
        }
        let worst = outcome.heard.as_ref().map(|report| application::worst(&report.total));
        let rehearsed = RehearsedPhase {
            name: phase,
            forward_ms,
            back_ms,
            schema_restored,
            rows_restored,
            writes,
            worst: worst.unwrap_or_default(),
        };
        Ok((rehearsed, outcome))
    }

    /// To the end. What both schemas have in common has to hold the same values then, and the writes made
    /// since. Says whether the plan arrived.
    pub(crate) async fn to_the_end(
        &self,
        common: &Schema,
        application: Option<&Application>,
    ) -> Result<(bool, Outcome), Fault> {
        let account = self.open(common, application, true).await?;
        let mut outcome = Outcome::default();
        let mut arrived = false;
        match self.forward(PhaseName::Contract, application, account.at_work.as_ref()).await {
            Ok(forward) => {
                arrived = forward.arrived == Some(true);
                if !arrived {
                    let problem =
                        format!("the plan did not arrive at the wanted schema: {}", forward.message);
                    outcome.problems.push(problem);
                }
                outcome.steps = forward.steps;
            }
            Err(fault) => outcome.problems.push(failed(&fault)?),
        }
        if let Some(at_work) = &account.at_work {
            at_work.dwell().await;
        }
        let (_, lost) = self.close(account, application, &mut outcome).await?;
        outcome.problems.extend(lost.into_iter().map(|problem| format!("at the end: {problem}")));
        Ok((arrived, outcome))
    }

    async fn open<'s>(
        &self,
        schema: &'s Schema,
        application: Option<&Application>,
        in_part: bool,
    ) -> Result<Account<'s>, Fault> {
        let Some(application) = application else {
            let before = data::fingerprint(self.session, schema).await?;
            return Ok(Account { schema, before, at_work: None });
        };
        // The books are opened before a statement arrives, and what they spare is known from then on.
        let columns = in_part.then_some(schema);
        let (opened, spared) = application.open(self.session, columns).await?;
        let before = data::fingerprint_but(self.session, schema, &spared).await?;
        let at_work = Some(application.start(self.copy, opened).await?);
        Ok(Account { schema, before, at_work })
    }

    /// Ends the application and compares: how many writes were found again, and what is lost.
    async fn close(
        &self,
        account: Account<'_>,
        application: Option<&Application>,
        outcome: &mut Outcome,
    ) -> Result<(u64, Vec<String>), Fault> {
        let (mut lost, mut writes, mut spared) = (Vec::new(), 0, SparedTables::new());
        if let (Some(at_work), Some(application)) = (account.at_work, application) {
            let (report, books) = at_work.stop().await;
            outcome.problems.extend(application::failures(&report));
            writes = report.acknowledged.values().map(|of| of.inserted + of.updated + of.deleted).sum();
            spared = application.spared(&books);
            lost = self.audit(&books).await;
            outcome.heard = Some(report);
        }
        match data::fingerprint_but(self.session, account.schema, &spared).await {
            Ok(after) => lost.extend(account.before.differences(&after)),
            Err(fault) => lost.push(fault.what),
        }
        Ok((writes, lost))
    }

    /// What of the application's writes is not there. Keys of rows are not told.
    async fn audit(&self, books: &Books) -> Vec<String> {
        let audit = match books.audit(self.session).await {
            Ok(audit) => audit,
            Err(fault) => return vec![fault.what],
        };
        let broken = audit.tables.iter().filter(|(_, table)| !table.intact());
        let line = |(name, table): (&model::Name, &traffic::TableAudit)| {
            format!(
                "{name}: {} rows lost, {} too many, {} values lost, {} writes without their row{}",
                table.rows_lost,
                table.rows_surplus,
                table.values_lost,
                table.writes_missed,
                if table.altered == Some(true) { ", rows altered that nobody wrote" } else { "" }
            )
        };
        broken.map(line).collect()
    }

    async fn forward(
        &self,
        phase: PhaseName,
        application: Option<&Application>,
        at_work: Option<&AtWork>,
    ) -> Result<Forward, Fault> {
        let mut forward = Forward::default();
        if let (Some(deployment), Some(at_work)) = (passed(application, phase), at_work) {
            if let Some(last) = deployment.after {
                forward.add(self.apply(last).await?);
            }
            at_work.deploy_new().await;
        }
        forward.add(self.apply(phase).await?);
        Ok(forward)
    }

    async fn back(
        &self,
        phase: PhaseName,
        application: Option<&Application>,
        at_work: Option<&AtWork>,
    ) -> Result<f64, Fault> {
        let mut ms = 0.0;
        let deployed = passed(application, phase).zip(at_work);
        if let Some((Deployment { after: Some(last), .. }, at_work)) = deployed {
            ms += self.rollback(Some(last)).await?.total_ms;
            at_work.deploy_old().await;
        }
        ms += self.rollback(None).await?.total_ms;
        if let Some((Deployment { after: None, .. }, at_work)) = deployed {
            at_work.deploy_old().await;
        }
        Ok(ms)
    }

    async fn apply(&self, until: PhaseName) -> Result<RunReport, Fault> {
        let mut options = self.options(Some(until));
        Ok(apply::apply(self.copy, self.plan, &LiveSchema, &mut options, self.progress).await?)
    }

    async fn rollback(&self, to: Option<PhaseName>) -> Result<RunReport, Fault> {
        let mut options = self.options(None);
        Ok(apply::rollback(self.copy, self.plan, to, &LiveSchema, &mut options, self.progress).await?)
    }

    fn options(&self, until: Option<PhaseName>) -> ApplyOptions<'static> {
        ApplyOptions {
            until,
            environment: "rehearsal".to_owned(),
            rehearsal: true,
            baseline_ms: BASELINE_MS,
            stop: self.stop.clone(),
            ..ApplyOptions::default()
        }
    }
}

/// A way forward, perhaps in two runs with a deployment between them.
#[derive(Default)]
struct Forward {
    ms: f64,
    steps: Vec<StepReceipt>,
    arrived: Option<bool>,
    message: String,
}

impl Forward {
    fn add(&mut self, run: RunReport) {
        self.ms += run.total_ms;
        self.steps.extend(run.steps);
        (self.arrived, self.message) = (run.arrived, run.message);
    }
}

/// The deployment that a way to the end of this phase passes.
fn passed(application: Option<&Application>, phase: PhaseName) -> Option<Deployment> {
    application?.deployment.filter(|deployment| deployment.is_passed(phase))
}

/// A step that failed, as a problem; without what the server said, which may hold values of rows. A
/// fault that is not the plan's doing stays one.
fn failed(fault: &Fault) -> Result<String, Fault> {
    if !fault.kind.starts_with("apply.") && !fault.kind.starts_with("plan.") {
        return Err(Fault::new("rehearse.ended", format!("the rehearsal could not go on: {}", fault.what)));
    }
    let place = fault.place.as_deref().map(|place| format!(" at {place}")).unwrap_or_default();
    Ok(format!("{} ({}{place})", fault.what, fault.kind))
}
