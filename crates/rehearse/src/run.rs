//! The rehearsal itself.

use apply::StopFlag;
use connect::{Session, Target};
use jiff::Timestamp;
use model::{Fault, PhaseName, Plan, Progress, Schema, Statistics};
use traffic::Rate;

use crate::application::Application;
use crate::common::common;
use crate::data;
use crate::extrapolate::{self, Measured};
use crate::fitting::demanding;
use crate::report::Rehearsal;
use crate::way::{Outcome, Way};

/// A plan with both of its schemas.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The schema it starts from.
    pub from: &'a Schema,
    /// The schema it arrives at.
    pub to: &'a Schema,
}

/// How a plan is rehearsed.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The application's statements in a second; none for an application that sleeps.
    pub traffic: Option<Rate>,
    /// How long the application is measured without a migration, in ms.
    pub baseline_ms: u64,
    /// The live database's sizes, for telling times there from times here.
    pub live: Option<Statistics>,
    /// What the rows of the copy are like, in words.
    pub rows_are: String,
    /// Asks the rehearsal to stop at the next safe point.
    pub stop: StopFlag,
}

/// Rehearses a plan on a database that has the schema the plan starts from, and that nobody else uses:
/// to the end of each phase and back, then to the end. Cleanup has no way back and is not rehearsed.
///
/// # Errors
/// Those of connecting and of reading schema and rows; `rehearse.ended`, `rehearse.stopped`. A step that
/// fails is a problem of the rehearsal, not an error.
pub async fn rehearse(
    piece: Piece<'_>,
    copy: &Target,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Rehearsal, Fault> {
    let session = connect::connect(copy, "lockkeeper rehearse").await?;
    let Piece { plan, from, to } = piece;
    let way = Way { plan, from, copy, session: &session, stop: &options.stop, progress };
    let mut application = options.traffic.map(|rate| Application::of(plan, &demanding(from, plan), to, rate));
    application = application.filter(|application| !application.is_idle());
    if let Some(application) = &mut application {
        progress.begin("measuring the application without a migration", None);
        application.measure_baseline(copy, options.baseline_ms).await?;
        progress.end("done");
    }
    let mut rehearsal = begun(plan, from, &session, options).await?;
    let mut measured = Measured::new();
    for phase in plan.phases().into_iter().filter(|phase| *phase != PhaseName::Cleanup) {
        let (rehearsed, outcome) = way.there_and_back(phase, application.as_ref()).await?;
        rehearsal.rolled_back &= rehearsed.schema_restored && rehearsed.rows_restored;
        let is_lost = !rehearsed.schema_restored;
        rehearsal.phases.push(rehearsed);
        take(&mut rehearsal, &mut application, &mut measured, outcome);
        refuse_stopped(&options.stop)?;
        if is_lost {
            // From another start nothing more can be proved.
            break;
        }
    }
    if rehearsal.rolled_back || rehearsal.phases.iter().all(|phase| phase.schema_restored) {
        let common = common(plan, from, to);
        let (arrived, outcome) = way.to_the_end(&common, application.as_ref()).await?;
        rehearsal.arrived = arrived;
        rehearsal.steps = outcome.steps.clone();
        take(&mut rehearsal, &mut application, &mut measured, outcome);
    }
    if let Some(live) = &options.live {
        rehearsal.expected = extrapolate::extrapolate(plan, &measured, live);
    }
    rehearsal.traffic = application.map(|application| application.told);
    rehearsal.rehearsed_at = Timestamp::now();
    session.close().await;
    Ok(rehearsal)
}

/// A rehearsal of which nothing is known yet.
async fn begun(plan: &Plan, from: &Schema, session: &Session, options: &Options) -> Result<Rehearsal, Fault> {
    let start = data::fingerprint(session, from).await?;
    let worked_on = plan.steps.iter().filter_map(|step| step.table.as_ref());
    let empty = worked_on.filter(|table| start.tables.get(*table).is_some_and(|data| data.rows == 0));
    Ok(Rehearsal {
        plan: plan.hash(),
        server_version: session.server().version_num,
        rows: start.rows(),
        rows_are: options.rows_are.clone(),
        unproved: empty.map(|table| (table.clone(), "it had no rows".to_owned())).collect(),
        arrived: false,
        rolled_back: true,
        phases: Vec::new(),
        traffic: None,
        steps: Vec::new(),
        expected: Vec::new(),
        problems: Vec::new(),
        rehearsed_at: Timestamp::now(),
    })
}

/// Adds what a way led to.
fn take(
    rehearsal: &mut Rehearsal,
    application: &mut Option<Application>,
    measured: &mut Measured,
    outcome: Outcome,
) {
    rehearsal.problems.extend(outcome.problems);
    extrapolate::keep(measured, &outcome.steps);
    if let (Some(application), Some(report)) = (application, &outcome.heard) {
        application.hear(report);
    }
}

fn refuse_stopped(stop: &StopFlag) -> Result<(), Fault> {
    if stop.is_raised() {
        return Err(Fault::new("rehearse.stopped", "the rehearsal was asked to stop"));
    }
    Ok(())
}
