//! The rehearsal itself.

use std::collections::BTreeMap;

use apply::StopFlag;
use jiff::Timestamp;
use model::{Fault, Name, PhaseName, Plan, Progress, Schema, Statistics};
use traffic::Rate;

use crate::application::{self, Application};
use crate::common::common;
use crate::data::DataFingerprint;
use crate::extrapolate::{self, Measured};
use crate::fitting::demanding;
use crate::place::Place;
use crate::report::{Rehearsal, RehearsedPhase};
use crate::way::{self, Account, Outcome, Way};

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

/// Rehearses a plan on a database that nobody else uses: forward phase by phase, at the end of each one back to
/// the start on a copy of the database as it is then, and at last from the start to the end once more. Rows are
/// filled twice, however many phases there are. Cleanup has no way back and is not rehearsed.
///
/// # Errors
/// Those of connecting, of copying and of reading schema and rows; `rehearse.ended`, `rehearse.stopped`. A
/// step that fails is a problem of the rehearsal, not an error.
pub async fn rehearse(
    piece: Piece<'_>,
    place: Place<'_>,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Rehearsal, Fault> {
    let Piece { plan, from, to } = piece;
    let mut application = options.traffic.map(|rate| Application::of(plan, &demanding(from, plan), to, rate));
    let idle = application.take_if(|application| application.is_idle());
    if let Some(application) = &mut application {
        progress.begin("measuring the application without a migration", None);
        application.measure_baseline(place.target(), options.baseline_ms).await?;
        progress.end("done");
    }
    let common = common(plan, from, to);
    let heard = {
        let task =
            way::Task { plan, wanted: to, application: application.as_ref(), stop: &options.stop, progress };
        Play { task, place, from, common: &common }.whole(options).await?
    };
    let Heard { mut rehearsal, measured, reports } = heard;
    if let Some(application) = &mut application {
        reports.iter().for_each(|report| application.hear(report));
    }
    rehearsal.unwritten = unwritten(piece, &rehearsal, application.as_ref().or(idle.as_ref()));
    if let Some(live) = &options.live {
        rehearsal.expected = extrapolate::extrapolate(plan, &measured, live);
    }
    rehearsal.traffic = application.map(|application| application.told);
    rehearsal.rehearsed_at = Timestamp::now();
    Ok(rehearsal)
}

/// The tables with rows that the plan works on and nobody wrote to meanwhile, with the reason.
fn unwritten(
    piece: Piece<'_>,
    rehearsal: &Rehearsal,
    application: Option<&Application>,
) -> BTreeMap<Name, String> {
    let worked_on = application::focus(piece.plan, piece.from, piece.to);
    let with_rows = worked_on
        .into_iter()
        .filter(|name| piece.from.table(name).is_some() && !rehearsal.unproved.contains_key(name));
    let silent = |name: Name| {
        let why = match application {
            Some(application) => application.unwritten(&name)?,
            None => "there was no traffic".to_owned(),
        };
        Some((name, why))
    };
    with_rows.filter_map(silent).collect()
}

/// What is rehearsed, and where.
struct Play<'a> {
    task: way::Task<'a>,
    place: Place<'a>,
    from: &'a Schema,
    /// What must be the same at the start and at the end.
    common: &'a Schema,
}

/// What was found.
struct Heard {
    rehearsal: Rehearsal,
    measured: Measured,
    reports: Vec<traffic::TrafficReport>,
}

impl Play<'_> {
    async fn whole(&self, options: &Options) -> Result<Heard, Fault> {
        let way = Way::enter(self.task, self.place.target()).await?;
        let mut account = way.open(self.from, false).await?;
        let rehearsal = begun(self.task.plan, account.before(), &way, options);
        way.leave().await;
        let mut heard = Heard { rehearsal, measured: Measured::new(), reports: Vec::new() };
        let phases = self.task.plan.phases();
        let phases: Vec<PhaseName> =
            phases.into_iter().filter(|phase| *phase != PhaseName::Cleanup).collect();
        let mut forward_ms = 0.0;
        for (at, phase) in phases.iter().enumerate() {
            let way = Way::enter(self.task, self.place.target()).await?;
            let there = way.there(*phase, &mut account).await?;
            way.leave().await;
            forward_ms += there.ms;
            refuse_stopped(&options.stop)?;
            let (is_last, failed) = (at + 1 == phases.len(), there.is_broken);
            if is_last {
                heard.rehearsal.arrived = there.arrived == Some(true);
            }
            heard.rehearsal.steps.extend(there.steps.iter().cloned());
            let told = format!("to the end of {phase}");
            let worst = heard.take(there, &told);
            let turn = Turn { phase: *phase, forward_ms, worst, is_last: is_last && !failed };
            self.back(turn, account.clone(), &mut heard).await?;
            refuse_stopped(&options.stop)?;
            if failed {
                // What comes after it cannot be done.
                break;
            }
        }
        Ok(heard)
    }

    /// On a copy back to the start and, from the end of the plan, forward again.
    async fn back(&self, turn: Turn, mut account: Account<'_>, heard: &mut Heard) -> Result<(), Fault> {
        self.task.progress.begin(&format!("the way back from {}", turn.phase), None);
        let copy = self.place.copy().await?;
        let way = Way::enter(self.task, &copy.target).await?;
        let (schema_restored, mut outcome) = way.back(turn.phase, &mut account).await?;
        let lost = way.lost(&account).await;
        let rows_restored = lost.is_empty();
        outcome.problems.extend(lost);
        let back_ms = outcome.ms;
        let worst = heard.take(outcome, &format!("from {} back to the start", turn.phase));
        heard.rehearsal.rolled_back &= schema_restored && rows_restored;
        heard.rehearsal.phases.push(RehearsedPhase {
            name: turn.phase,
            forward_ms: turn.forward_ms,
            back_ms,
            schema_restored,
            rows_restored,
            writes: account.writes,
            worst: turn.worst.or(worst),
        });
        if turn.is_last && schema_restored {
            self.again(&way, heard).await?;
        }
        way.leave().await;
        self.place.drop_copy(&copy).await?;
        self.task.progress.end("done");
        Ok(())
    }

    /// Forward once more, from the start that the way back led to. What both schemas have in common has to hold
    /// the same values then, and the writes made since.
    async fn again(&self, way: &Way<'_>, heard: &mut Heard) -> Result<(), Fault> {
        let mut account = way.open(self.common, true).await?;
        let mut outcome = way.there(PhaseName::Contract, &mut account).await?;
        outcome.problems.extend(way.lost(&account).await);
        heard.rehearsal.arrived &= outcome.arrived == Some(true);
        heard.rehearsal.steps.clone_from(&outcome.steps);
        heard.take(outcome, "to the end again");
        Ok(())
    }
}

/// Where the way back begins.
struct Turn {
    phase: PhaseName,
    forward_ms: f64,
    worst: crate::report::Worst,
    /// Whether the plan is at its end there.
    is_last: bool,
}

impl Heard {
    /// Takes what a way led to; gives the longest statements on it.
    fn take(&mut self, outcome: Outcome, way: &str) -> crate::report::Worst {
        let told = outcome.problems.into_iter().map(|problem| format!("{way}: {problem}"));
        self.rehearsal.problems.extend(told);
        extrapolate::keep(&mut self.measured, &outcome.steps);
        let worst = outcome.heard.as_ref().map(|report| application::worst(&report.total));
        self.reports.extend(outcome.heard);
        worst.unwrap_or_default()
    }
}

/// A rehearsal of which nothing is known yet.
fn begun(plan: &Plan, start: &DataFingerprint, way: &Way<'_>, options: &Options) -> Rehearsal {
    let worked_on = plan.steps.iter().filter_map(|step| step.table.as_ref());
    let empty = worked_on.filter(|table| start.tables.get(*table).is_some_and(|data| data.rows == 0));
    Rehearsal {
        plan: plan.hash(),
        server_version: way.session().server().version_num,
        rows: start.rows(),
        rows_are: options.rows_are.clone(),
        unproved: empty.map(|table| (table.clone(), "it had no rows".to_owned())).collect(),
        unwritten: BTreeMap::new(),
        arrived: false,
        rolled_back: true,
        phases: Vec::new(),
        traffic: None,
        steps: Vec::new(),
        expected: Vec::new(),
        problems: Vec::new(),
        rehearsed_at: Timestamp::now(),
    }
}

fn refuse_stopped(stop: &StopFlag) -> Result<(), Fault> {
    if stop.is_raised() {
        return Err(Fault::new("rehearse.stopped", "the rehearsal was asked to stop"));
    }
    Ok(())
}
