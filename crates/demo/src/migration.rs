//! The migration under traffic: applied, killed, resumed, rolled back, applied again.

use std::time::{Duration, Instant};

use model::{Fault, Fingerprint, Plan, Progress, RunOutcome, ms_text};
use tokio::time::sleep;
use traffic::{Audit, Books, Traffic, TrafficReport};

use crate::kill::{self, KillReport};
use crate::pipeline::{Applied, Pipeline, Verified};
use crate::report::elapsed_ms;
use crate::stage::Stage;
use crate::{DemoOptions, baseline};

/// The windows in which the schema is changed.
pub(crate) const MIGRATING: [&str; 4] = ["applied, killed", "resumed", "rolled back", "applied"];

/// The window after the application was deployed for the new schema.
const NEW_CODE: &str = "new code";

/// How long the new code is watched.
const NEW_CODE_FOR: Duration = Duration::from_millis(1_500);

/// How often the kill is tried: where a step takes but a few milliseconds it may come too late.
const KILLS_MAX: u32 = 5;

/// What the migration did.
pub(crate) struct Migration {
    pub(crate) killed: KillReport,
    pub(crate) resume: Timed,
    pub(crate) rollback: Timed,
    pub(crate) rolled_back: bool,
    pub(crate) apply: Timed,
    pub(crate) traffic: TrafficReport,
    pub(crate) audit: Audit,
    pub(crate) verified: Verified,
}

/// A run and how long it took.
pub(crate) struct Timed {
    pub(crate) ms: f64,
    pub(crate) run: Applied,
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
    let traffic = baseline::start(&stage.funds, options, books).await?;
    let theatre = Theatre { pipeline, stage, plan, traffic: &traffic, progress };
    let killed = theatre.kill().await?;
    let resume = theatre.apply("resumed", "resuming the killed run").await?;
    let (rollback, rolled_back) = theatre.roll_back(&at_start).await?;
    let apply = theatre.apply("applied", "applying without interruption").await?;
    traffic.open_window(NEW_CODE);
    traffic.deploy(&options.scenario.code_after());
    sleep(NEW_CODE_FOR).await;
    let (traffic, books) = traffic.stop().await;
    progress.begin("accounting for every row and verifying the schema", None);
    let session = stage.session().await?;
    let audit = books.audit(&session).await?;
    session.close().await;
    let verified = pipeline.verify(&stage.funds.target, &stage.wanted()).await?;
    progress.end(if audit.intact && verified.equal { "all there, all equal" } else { "something is wrong" });
    Ok(Migration { killed, resume, rollback, rolled_back, apply, traffic, audit, verified })
}

/// What every act of the migration needs.
struct Theatre<'a, P> {
    pipeline: &'a P,
    stage: &'a Stage,
    plan: &'a Plan,
    traffic: &'a Traffic,
    progress: &'a dyn Progress,
}

impl<P: Pipeline> Theatre<'_, P> {
    /// Applies the plan in a process of its own and kills that in the middle.
    async fn kill(&self) -> Result<KillReport, Fault> {
        let step = kill::step_to_kill(self.plan)
            .ok_or_else(|| Fault::new("demo.plan", "the plan has no step to be killed in"))?;
        self.progress.begin("applying, to be killed in the middle", None);
        self.traffic.open_window(MIGRATING[0]);
        let session = self.stage.session().await?;
        for _ in 0..KILLS_MAX {
            let command = self.pipeline.apply_command(&self.stage.plan(), &self.stage.funds.target)?;
            let diagnostics = self.stage.scratch("killed.log");
            let killed = kill::kill_in(self.pipeline, command, step, &session, &diagnostics).await?;
            if let Some(killed) = killed {
                session.close().await;
                let into = ms_text(killed.into_step_ms);
                self.progress.end(&format!("SIGKILL in step {}, {into} after it began", killed.step));
                return Ok(killed);
            }
            self.progress.note("it came to its end before it was killed; once more from the start");
            self.pipeline.rollback(&self.stage.plan(), &self.stage.funds.target, &model::Silent).await?;
        }
        Err(Fault::new("demo.kill", format!("step {} is over too soon to be killed in", step.id))
            .help("ask for more rows with --rows"))
    }

    async fn apply(&self, window: &str, task: &str) -> Result<Timed, Fault> {
        self.progress.begin(task, None);
        self.traffic.open_window(window);
        let began = Instant::now();
        let target = &self.stage.funds.target;
        let run = self.pipeline.apply(&self.stage.plan(), target, self.progress).await?;
        self.finish(began, run, task)
    }

    /// Takes all back; whether that led to the schema of the start.
    async fn roll_back(&self, at_start: &Fingerprint) -> Result<(Timed, bool), Fault> {
        let task = "rolling everything back";
        self.progress.begin(task, None);
        self.traffic.open_window("rolled back");
        let began = Instant::now();
        let target = &self.stage.funds.target;
        let run = self.pipeline.rollback(&self.stage.plan(), target, self.progress).await?;
        let timed = self.finish(began, run, task)?;
        let equal = self.pipeline.fingerprint(target).await? == *at_start;
        Ok((timed, equal))
    }

    fn finish(&self, began: Instant, run: Applied, task: &str) -> Result<Timed, Fault> {
        let ms = elapsed_ms(began);
        if run.outcome != RunOutcome::Done {
            return Err(Fault::new("demo.run", format!("{task} did not come to its end: {:?}", run.outcome)));
        }
        self.progress.end(&ms_text(ms));
        Ok(Timed { ms, run })
    }
}
