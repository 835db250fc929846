//! The migration under traffic: applied, killed, resumed, rolled back, applied again.

use std::time::{Duration, Instant};

use model::{Fault, Fingerprint, PhaseName, Plan, Progress, RunOutcome, ms_text};
use tokio::time::sleep;
use traffic::{Audit, Books, Traffic, TrafficReport};

use crate::gated::GateReport;
use crate::kill::{self, KillReport};
use crate::outside::{self, Proof};
use crate::pipeline::{Applied, Pipeline, Verified};
use crate::report::elapsed_ms;
use crate::stage::Stage;
use crate::{DemoOptions, baseline};

/// The windows in which the schema is changed.
pub(crate) const MIGRATING: [&str; 6] =
    ["applied, killed", "resumed", "gate tried", "rolled back", "applied", "through the gate"];

/// The window after the application was deployed for the new schema.
const NEW_CODE: &str = "new code";

/// How long the new code is watched.
pub(crate) const NEW_CODE_FOR: Duration = Duration::from_millis(1_500);

/// How often the kill is tried: where a step takes but a few milliseconds it may come too late.
const KILLS_MAX: u32 = 5;

/// What the migration did.
pub(crate) struct Migration {
    pub(crate) acts: Acts,
    /// What the application felt, from one start of it to the next.
    pub(crate) traffic: Vec<TrafficReport>,
    pub(crate) audit: Audit,
    pub(crate) verified: Verified,
}

/// The runs of the migration.
pub(crate) struct Acts {
    pub(crate) killed: KillReport,
    pub(crate) resume: Timed,
    pub(crate) rollback: Timed,
    pub(crate) rolled_back: bool,
    pub(crate) apply: Timed,
    /// What was looked at from outside.
    pub(crate) proofs: Vec<Proof>,
    /// What the gate did, where there is one.
    pub(crate) gate: Option<GateReport>,
}

/// A run and how long it took.
pub(crate) struct Timed {
    pub(crate) ms: f64,
    pub(crate) run: Applied,
}

impl Timed {
    /// This run and the one after it as one.
    pub(crate) fn and(mut self, next: Self) -> Self {
        self.run.steps.extend(next.run.steps);
        let run = Applied { outcome: next.run.outcome, ..self.run };
        Self { ms: self.ms + next.ms, run }
    }
}

/// Makes the change while the application works, and looks at everything afterwards.
pub(crate) async fn migrate<P: Pipeline>(
    pipeline: &P,
    stage: &Stage,
    options: &DemoOptions,
    plan: &Plan,
    books: Books,
    progress: &dyn Progress,
) -> Result<Migration, Fault> {
    let at_start = pipeline.fingerprint(&stage.funds.target).await?;
    let mut theatre = Theatre { pipeline, stage, options, plan, progress, reports: Vec::new() };
    let (mut acts, books) = match options.scenario.gate() {
        Some(before) => theatre.through_gate(before, &at_start, books).await?,
        None => theatre.straight(&at_start, books).await?,
    };
    let traffic = theatre.reports;
    progress.begin("accounting for every row and verifying the schema", None);
    let session = stage.session().await?;
    let audit = books.audit(&session).await?;
    session.close().await;
    acts.proofs.extend(outside::at_end(stage, options, &books).await?);
    let verified = pipeline.verify(&stage.funds.target, &stage.wanted()).await?;
    let all = audit.intact && verified.equal && crate::gated::all_hold(&acts.proofs);
    progress.end(if all { "all there, all equal" } else { "something is wrong" });
    Ok(Migration { acts, traffic, audit, verified })
}

/// What every act of the migration needs.
pub(crate) struct Theatre<'a, P> {
    pub(crate) pipeline: &'a P,
    pub(crate) stage: &'a Stage,
    pub(crate) options: &'a DemoOptions,
    pub(crate) plan: &'a Plan,
    pub(crate) progress: &'a dyn Progress,
    /// What the traffics that are over felt.
    pub(crate) reports: Vec<TrafficReport>,
}

impl<P: Pipeline> Theatre<'_, P> {
    /// The migration that waits for nothing.
    async fn straight(&mut self, at_start: &Fingerprint, books: Books) -> Result<(Acts, Books), Fault> {
        let traffic = baseline::start(&self.stage.funds, self.options, books).await?;
        let killed = self.kill(&traffic).await?;
        let resume = self.apply(&traffic, "resumed", "resuming the killed run", None).await?;
        let (rollback, rolled_back) = self.roll_back(&traffic, at_start).await?;
        let apply = self.apply(&traffic, "applied", "applying without interruption", None).await?;
        traffic.open_window(NEW_CODE);
        traffic.deploy(&self.options.scenario.code_after());
        sleep(NEW_CODE_FOR).await;
        let (report, books) = traffic.stop().await;
        self.reports.push(report);
        let acts = Acts { killed, resume, rollback, rolled_back, apply, proofs: Vec::new(), gate: None };
        Ok((acts, books))
    }

    /// The last phase before the gate; none where there is no gate.
    pub(crate) fn until(&self) -> Option<PhaseName> {
        let before = self.options.scenario.gate()?;
        self.plan.phases().into_iter().rfind(|phase| *phase < before)
    }

    /// Applies the plan in a process of its own and kills that in the middle.
    pub(crate) async fn kill(&self, traffic: &Traffic) -> Result<KillReport, Fault> {
        let step = kill::step_to_kill(self.plan, self.until())
            .ok_or_else(|| Fault::new("demo.plan", "the plan has no step to be killed in"))?;
        self.progress.begin("applying, to be killed in the middle", None);
        traffic.open_window(MIGRATING[0]);
        let session = self.stage.session().await?;
        for _ in 0..KILLS_MAX {
            let target = &self.stage.funds.target;
            let command = self.pipeline.apply_command(&self.stage.plan(), target, self.until())?;
            let diagnostics = self.stage.scratch("killed.log");
            let killed = kill::kill_in(self.pipeline, command, step, &session, &diagnostics).await?;
            if let Some(killed) = killed {
                session.close().await;
                let into = ms_text(killed.into_step_ms);
                self.progress.end(&format!("SIGKILL in step {}, {into} after it began", killed.step));
                return Ok(killed);
            }
            self.progress.note("it came to its end before it was killed; once more from the start");
            self.pipeline.rollback(&self.stage.plan(), target, None, &model::Silent).await?;
        }
        Err(Fault::new("demo.kill", format!("step {} is over too soon to be killed in", step.id))
            .help("ask for more rows with --rows"))
    }

    pub(crate) async fn apply(
        &self,
        traffic: &Traffic,
        window: &str,
        task: &str,
        until: Option<PhaseName>,
    ) -> Result<Timed, Fault> {
        self.progress.begin(task, None);
        traffic.open_window(window);
        let began = Instant::now();
        let target = &self.stage.funds.target;
        let run = self.pipeline.apply(&self.stage.plan(), target, until, self.progress).await?;
        self.finish(began, run, task)
    }

    /// Takes all back; whether that led to the schema of the start.
    async fn roll_back(&self, traffic: &Traffic, at_start: &Fingerprint) -> Result<(Timed, bool), Fault> {
        let task = "rolling everything back";
        self.progress.begin(task, None);
        traffic.open_window("rolled back");
        let began = Instant::now();
        let target = &self.stage.funds.target;
        let run = self.pipeline.rollback(&self.stage.plan(), target, None, self.progress).await?;
        let timed = self.finish(began, run, task)?;
        let equal = self.pipeline.fingerprint(target).await? == *at_start;
        Ok((timed, equal))
    }

    /// A run that came to where it was to come: the plan's end, or the gate.
    pub(crate) fn finish(&self, began: Instant, run: Applied, task: &str) -> Result<Timed, Fault> {
        let ms = elapsed_ms(began);
        if ![RunOutcome::Done, RunOutcome::Paused].contains(&run.outcome) {
            return Err(Fault::new("demo.run", format!("{task} did not come to its end: {:?}", run.outcome)));
        }
        self.progress.end(&ms_text(ms));
        Ok(Timed { ms, run })
    }
}
