//! One way of a plan, there or back, with everything accounted for.

use apply::{ApplyOptions, RunReport, StopFlag};
use connect::{Session, Target};
use model::{Fault, PhaseName, Plan, Progress, Schema, StepReceipt};
use traffic::{Books, TrafficReport};

use crate::application::{self, Application, AtWork, Code, Deployment, Opened};
use crate::data::{self, DataFingerprint, SparedTables};
use crate::guard::LiveSchema;

/// The canaries' baseline before each way, in ms.
const BASELINE_MS: u64 = 100;

/// What all ways have in common.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) plan: &'a Plan,
    /// The schema it arrives at.
    pub(crate) wanted: &'a Schema,
    pub(crate) application: Option<&'a Application>,
    pub(crate) stop: &'a StopFlag,
    pub(crate) progress: &'a dyn Progress,
}

/// The ways on one database, while a session looks at it.
pub(crate) struct Way<'a> {
    task: Task<'a>,
    target: &'a Target,
    session: Session,
}

/// What a way led to.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What was found wrong.
    pub(crate) problems: Vec<String>,
    /// The receipts of the way forward.
    pub(crate) steps: Vec<StepReceipt>,
    /// How long the plan took, in ms.
    pub(crate) ms: f64,
    /// Whether the schema is the wanted one; none where the plan was not to come so far.
    pub(crate) arrived: Option<bool>,
    /// Whether a step failed, so that there is no going on.
    pub(crate) is_broken: bool,
    /// What the application felt.
    pub(crate) heard: Option<TrafficReport>,
}

/// What was there before a way, and the books of the application that works on it. A copy of the database goes
/// on with a copy of the account.
#[derive(Clone)]
pub(crate) struct Account<'a> {
    schema: &'a Schema,
    before: DataFingerprint,
    opened: Option<Opened>,
    code: Code,
    /// Writes that the server acknowledged since it was opened.
    pub(crate) writes: u64,
}

impl Account<'_> {
    /// How many rows there were.
    pub(crate) fn before(&self) -> &DataFingerprint {
        &self.before
    }
}

impl<'a> Way<'a> {
    /// Opens a session in the database.
    pub(crate) async fn enter(task: Task<'a>, target: &'a Target) -> Result<Self, Fault> {
        let session = connect::connect(target, "lockkeeper rehearse").await?;
        Ok(Self { task, target, session })
    }

    /// Closes it: a database is copied while nobody is connected to it.
    pub(crate) async fn leave(self) {
        self.session.close().await;
    }

    /// The session in the database.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Opens an account of these columns, or of all: what rows there are before anything is done. The books are
    /// opened before a statement arrives, and what they spare is known from then on.
    pub(crate) async fn open<'s>(&self, schema: &'s Schema, in_part: bool) -> Result<Account<'s>, Fault> {
        let (mut opened, mut spared) = (None, SparedTables::new());
        if let Some(application) = self.task.application {
            let columns = in_part.then_some(schema);
            let (books, spares) = application.open(&self.session, columns).await?;
            (opened, spared) = (Some(books), spares);
        }
        let before = data::fingerprint_but(&self.session, schema, &spared).await?;
        Ok(Account { schema, before, opened, code: Code::Old, writes: 0 })
    }

    /// On to the end of a phase, under the application. A step that fails ends the way.
    pub(crate) async fn there(&self, phase: PhaseName, account: &mut Account<'_>) -> Result<Outcome, Fault> {
        let at_work = self.start(account).await?;
        let mut outcome = Outcome::default();
        if let Err(fault) = self.forward(phase, at_work.as_ref(), account, &mut outcome).await {
            outcome.problems.push(failed(&fault)?);
            outcome.is_broken = true;
        }
        if outcome.arrived == Some(false) {
            outcome.problems.push(self.astray().await?);
        }
        self.stop(at_work, account, &mut outcome).await;
        Ok(outcome)
    }

    /// From the end of a phase back to the start, under the application. Says whether the schema is that of the
    /// start again.
    pub(crate) async fn back(
        &self,
        phase: PhaseName,
        account: &mut Account<'_>,
    ) -> Result<(bool, Outcome), Fault> {
        let at_work = self.start(account).await?;
        let mut outcome = Outcome::default();
        match self.backward(phase, at_work.as_ref(), account).await {
            Ok(ms) => outcome.ms = ms,
            Err(fault) => outcome.problems.push(failed(&fault)?),
        }
        self.stop(at_work, account, &mut outcome).await;
        let restored = self.task.plan.starts_from(&read::fingerprint(&self.session).await?);
        if !restored {
            outcome.problems.push("the schema is not that of the start again".to_owned());
        }
        Ok((restored, outcome))
    }

    /// What the account does not find again, in words.
    pub(crate) async fn lost(&self, account: &Account<'_>) -> Vec<String> {
        let (mut lost, mut spared) = (Vec::new(), SparedTables::new());
        if let (Some(opened), Some(application)) = (&account.opened, self.task.application) {
            spared = application.spared(&opened.books);
            lost = self.audit(&opened.books).await;
        }
        match data::fingerprint_but(&self.session, account.schema, &spared).await {
            Ok(after) => lost.extend(account.before.differences(&after)),
            Err(fault) => lost.push(fault.what),
        }
        lost
    }

    async fn start(&self, account: &Account<'_>) -> Result<Option<AtWork>, Fault> {
        match (self.task.application, &account.opened) {
            (Some(application), Some(opened)) => {
                Ok(Some(application.start(self.target, opened.clone(), account.code).await?))
            }
            _ => Ok(None),
        }
    }

    /// Lets the application work on for a moment in the state that was reached, and ends it.
    async fn stop(&self, at_work: Option<AtWork>, account: &mut Account<'_>, outcome: &mut Outcome) {
        let Some(at_work) = at_work else { return };
        at_work.dwell().await;
        let (report, opened) = at_work.stop().await;
        outcome.problems.extend(application::failures(&report));
        account.writes +=
            report.acknowledged.values().map(|of| of.inserted + of.updated + of.deleted).sum::<u64>();
        account.opened = Some(opened);
        outcome.heard = Some(report);
    }

    /// What of the application's writes is not there. Keys of rows are not told.
    async fn audit(&self, books: &Books) -> Vec<String> {
        let audit = match books.audit(&self.session).await {
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
        at_work: Option<&AtWork>,
        account: &mut Account<'_>,
        outcome: &mut Outcome,
    ) -> Result<(), Fault> {
        if let (Some(deployment), Some(at_work), Code::Old) = (self.passed(phase), at_work, account.code) {
            if let Some(last) = deployment.after {
                outcome.add(self.apply(last).await?);
            }
            at_work.deploy(Code::New).await;
            account.code = Code::New;
        }
        outcome.add(self.apply(phase).await?);
        Ok(())
    }

    async fn backward(
        &self,
        phase: PhaseName,
        at_work: Option<&AtWork>,
        account: &mut Account<'_>,
    ) -> Result<f64, Fault> {
        let mut ms = 0.0;
        let deployed = self.passed(phase).zip(at_work);
        if let Some((Deployment { after: Some(last), .. }, at_work)) = deployed {
            ms += self.rollback(Some(last)).await?.total_ms;
            at_work.deploy(Code::Old).await;
        }
        ms += self.rollback(None).await?.total_ms;
        if let Some((Deployment { after: None, .. }, at_work)) = deployed {
            at_work.deploy(Code::Old).await;
        }
        account.code = Code::Old;
        Ok(ms)
    }

    /// The deployment that a way to the end of this phase passes.
    fn passed(&self, phase: PhaseName) -> Option<Deployment> {
        self.task.application?.deployment.filter(|deployment| deployment.is_passed(phase))
    }

    /// What is still to do where the plan did not arrive.
    async fn astray(&self) -> Result<String, Fault> {
        let here = read::live::read(&self.session).await?;
        let left = diff::diff(&here, self.task.wanted, &[])?;
        let left = left.changes.iter().map(|change| format!("{} {}", change.operation(), change.object()));
        let left = left.collect::<Vec<_>>().join(", ");
        Ok(format!("the plan did not arrive at the wanted schema; still to do: {left}"))
    }

    async fn apply(&self, until: PhaseName) -> Result<RunReport, Fault> {
        let mut options = self.options(Some(until));
        let Task { plan, progress, .. } = self.task;
        Ok(apply::apply(self.target, plan, &LiveSchema, &mut options, progress).await?)
    }

    async fn rollback(&self, to: Option<PhaseName>) -> Result<RunReport, Fault> {
        let mut options = self.options(None);
        let Task { plan, progress, .. } = self.task;
        Ok(apply::rollback(self.target, plan, to, &LiveSchema, &mut options, progress).await?)
    }

    fn options(&self, until: Option<PhaseName>) -> ApplyOptions<'static> {
        ApplyOptions {
            until,
            environment: "rehearsal".to_owned(),
            rehearsal: true,
            baseline_ms: BASELINE_MS,
            stop: self.task.stop.clone(),
            ..ApplyOptions::default()
        }
    }
}

impl Outcome {
    fn add(&mut self, run: RunReport) {
        self.ms += run.total_ms;
        self.steps.extend(run.steps);
        self.arrived = run.arrived;
    }
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
