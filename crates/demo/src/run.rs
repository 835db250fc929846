//! The demo from beginning to end.

use std::time::Instant;

use model::{Assessment, Fault, Plan, Progress, ms_text};

use crate::baseline::{self, BASELINE, Baseline};
use crate::migration::{self, MIGRATING, Migration};
use crate::pipeline::Pipeline;
use crate::report::*;
use crate::stage::Stage;
use crate::{DemoOptions, bare, table};

/// Runs a scenario. Dropping the future ends the server, the traffic and every process it started.
///
/// # Errors
/// Those of the pipeline, of [`shadow::Shadow::start`] and of [`traffic::Traffic::start`];
/// `demo.folder`, `demo.kill`, `demo.run`, `demo.plan`.
pub async fn run<P: Pipeline>(
    pipeline: &P,
    options: &DemoOptions,
    progress: &dyn Progress,
) -> Result<Report, Fault> {
    let stage = Stage::set(options, progress).await?;
    let baseline = baseline::measure(&stage, options, progress).await?;
    let (assessment, plan) = prepare(pipeline, &stage, progress).await?;
    let rehearsal = rehearse(pipeline, &stage, progress).await?;
    let books = baseline.books.clone();
    let migration = migration::migrate(pipeline, &stage, options, &plan, books, progress).await?;
    let (start, of_plan) = (&baseline.books_at_start, bare::of_plan(&plan));
    let bare = measure(&stage, options, "the same statements, bare", &of_plan, start, progress).await?;
    let pushed = bare::of_push(&assessment);
    let push = if options.push {
        Some(measure(&stage, options, "a direct push", &pushed, start, progress).await?)
    } else {
        None
    };
    let textbook = if options.textbook {
        let rows = baseline.books_at_start.rows(&options.scenario.table()).unwrap_or_default();
        let taught = bare::of_textbook(rows);
        Some(measure(&stage, options, "the textbook's plan", &taught, start, progress).await?)
    } else {
        None
    };
    let memory = pipeline.remembered().await?;
    let played = Played { baseline, assessment, plan, rehearsal, migration, bare, push, textbook, memory };
    let report = played.report(&stage, options);
    stage.strike().await?;
    Ok(report)
}

/// Checks and plans.
async fn prepare<P: Pipeline>(
    pipeline: &P,
    stage: &Stage,
    progress: &dyn Progress,
) -> Result<(Assessment, Plan), Fault> {
    let (target, wanted) = (&stage.funds.target, stage.wanted());
    progress.begin("checking what a direct push would do", None);
    let assessment = pipeline.check(target, &wanted).await?;
    let (score, level) = (assessment.risk.score, assessment.risk.level);
    progress.end(&format!("{}, risk {score:.0} ({level})", assessment.category));
    progress.begin("planning", None);
    let plan = pipeline.plan(target, &wanted, &stage.plan()).await?;
    progress.end(&format!("{} steps, risk {:.0}", plan.steps.len(), plan.risk_after.score));
    Ok((assessment, plan))
}

/// Rehearses on a copy.
async fn rehearse<P: Pipeline>(
    pipeline: &P,
    stage: &Stage,
    progress: &dyn Progress,
) -> Result<RehearsalReport, Fault> {
    progress.begin("rehearsing on a copy, forward and back", None);
    let copy = stage.copy().await?;
    let began = Instant::now();
    let result = pipeline.rehearse(&stage.plan(), stage.shadow(), &copy, progress).await?;
    let ms = elapsed_ms(began);
    stage.drop_copy(&copy).await?;
    progress.end(&ms_text(ms));
    Ok(RehearsalReport { ms, result })
}

async fn measure(
    stage: &Stage,
    options: &DemoOptions,
    task: &str,
    statements: &[model::Sql],
    books: &traffic::Books,
    progress: &dyn Progress,
) -> Result<Statements, Fault> {
    bare::measure(stage, options, task, statements, books.clone(), progress).await
}

/// All that was measured, to be put into a report.
struct Played {
    baseline: Baseline,
    assessment: Assessment,
    plan: Plan,
    rehearsal: RehearsalReport,
    migration: Migration,
    bare: Statements,
    push: Option<Statements>,
    textbook: Option<Statements>,
    memory: crate::Remembered,
}

impl Played {
    fn report(self, stage: &Stage, options: &DemoOptions) -> Report {
        let Migration { acts, traffic: during, audit, verified } = self.migration;
        let before = &self.baseline.report;
        let windows = during.iter().flat_map(|report| &report.windows);
        let migrating = windows.filter(|window| MIGRATING.contains(&window.name.as_str()));
        let table = options.scenario.table();
        let steps = table::steps(&self.plan, &acts.apply.run.steps);
        Report {
            scenario: options.scenario.name().to_owned(),
            rows: self.baseline.books_at_start.rows(&table).unwrap_or_default(),
            server_version: stage.server_version(),
            phases: table::phases(&steps),
            total_ms: tenth(acts.apply.ms),
            bare_ms: self.bare.ms,
            stall_ms: Stall::over(migrating),
            baseline_ms: Stall::over(before.window(BASELINE)),
            failed_statements: before.total.failed_count()
                + during.iter().map(|report| report.total.failed_count()).sum::<u64>(),
            rows_lost: audit.rows_lost,
            rolled_back: acts.rolled_back,
            resumed: table::was_resumed(&self.plan, &acts),
            verified: verified.equal && audit.intact && crate::gated::all_hold(&acts.proofs),
            title: options.scenario.title().to_owned(),
            wanted: stage.wanted_is(),
            server: stage.server(),
            changes: table::changes(&self.assessment),
            push: table::push(&self.assessment, self.push),
            plan: table::plan(&self.plan, stage.kept_plan()),
            rehearsal: self.rehearsal,
            resume: table::run(&acts.resume),
            rollback: table::run(&acts.rollback),
            killed: acts.killed,
            gate: acts.gate,
            proofs: acts.proofs,
            steps,
            bare: self.bare,
            textbook: self.textbook,
            application: table::application(options.rate, before, &during),
            audit,
            differences: verified.differences,
            memory: self.memory,
        }
    }
}
