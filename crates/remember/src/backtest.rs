//! How good predictions are: every measured step told again, from nothing but what came before it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::Fault;
use serde::Serialize;

use crate::Memory;
use crate::predict::times::{Time, points, whole};
use crate::statistics::{Activity, Ends, Observation, Paces, Present, TIMES_MAX, observe, prefer_real};
use crate::timing::{Forecaster, Point, SITTING, Size, TimeModel, median};

/// The earlier times of an activity it takes to tell one.
const EARLIER_MIN: usize = 5;

/// What lies so far apart was not measured in one go.
const SITTING_GAP: SignedDuration = SignedDuration::from_mins(10);

/// A pause between steps that is longer ends a campaign.
const CAMPAIGN_GAP: SignedDuration = SignedDuration::from_mins(15);

/// What a step may be told from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Everything before it.
    Rolling,
    /// Everything on earlier days (UTC).
    LaterDay,
    /// Everything of earlier campaigns: what was measured before nothing was for a quarter of an hour.
    LaterCampaign,
    /// Everything before it on other tables.
    LeftOutTable,
    /// Everything that began at least ten minutes before it.
    LaterSitting,
    /// Everything that began more than four hours before it: what models take for another day.
    HoursLater,
    /// Everything before it on tables of at most a tenth of its rows.
    TenfoldSmaller,
}

impl Split {
    /// Every split.
    pub const ALL: [Self; 7] = [
        Self::Rolling,
        Self::LaterSitting,
        Self::LaterCampaign,
        Self::HoursLater,
        Self::LaterDay,
        Self::LeftOutTable,
        Self::TenfoldSmaller,
    ];
}

/// What came of one way to tell times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Told {
    /// Steps that were told.
    pub n: usize,
    /// The median of how far off it was, in percent of the measured time.
    pub median_error_percent: f64,
    /// The share within a factor of two, 0 to 1.
    pub within_2x: f64,
}

/// A backtest of one split.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// What steps were told from.
    pub split: Split,
    /// The models that were chosen before each step.
    pub chosen: Option<Told>,
    /// The share of times between the 5th and the 95th percentile, 0 to 1; 0.9 would be perfect.
    pub coverage_90: Option<f64>,
    /// The 95th percentile as so many times the 5th, in the middle of all steps: how wide that interval is.
    pub median_width: Option<f64>,
    /// What each model alone would have told, where it could.
    pub models: BTreeMap<TimeModel, Told>,
    /// What was chosen told about the steps that the last run could tell too.
    pub chosen_beside_last_run: Option<Told>,
}

impl Memory {
    /// Tells every measured step of the ledger again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn backtest(&self, split: Split) -> Result<Backtest, Fault> {
        let observations = self.with_store(|store| observe(store, self.tenant(), None, None))?;
        let ends = self.ends_of_tables()?;
        let mut activities: BTreeMap<Activity, Vec<Observation>> = BTreeMap::new();
        let observations = prefer_real(observations);
        let ledger =
            Ledger { ends, paces: Paces::of(observations.iter()), campaigns: campaigns(&observations) };
        for one in observations.into_iter().filter(Observation::is_done) {
            activities.entry(one.activity.clone()).or_default().push(one);
        }
        let mut trials = Vec::new();
        for steps in activities.values() {
            trials.extend((0..steps.len()).filter_map(|at| try_one(steps, at, &ledger, split)));
        }
        Ok(report(split, &trials))
    }
}

/// What is known beside the steps of an activity.
struct Ledger {
    ends: Ends,
    paces: Paces,
    /// When campaigns began, in the order of time.
    campaigns: Vec<Timestamp>,
}

/// When steps were measured again after nothing was for a while.
fn campaigns(observations: &[Observation]) -> Vec<Timestamp> {
    let at = |one: &Observation| one.step.started_at;
    let begins = |pair: &&[Observation]| at(&pair[1]).duration_since(at(&pair[0])) >= CAMPAIGN_GAP;
    observations.windows(2).filter(begins).map(|pair| at(&pair[1])).collect()
}

/// One step, told again.
struct Trial {
    measured: f64,
    chosen: f64,
    covered: bool,
    width: f64,
    models: Vec<(TimeModel, f64)>,
}

fn try_one(steps: &[Observation], at: usize, ledger: &Ledger, split: Split) -> Option<Trial> {
    let step = &steps[at];
    let allowed = |earlier: &&Observation| match split {
        Split::Rolling => true,
        Split::LaterCampaign => {
            let began = ledger.campaigns.iter().rev().find(|began| **began <= step.step.started_at);
            began.is_some_and(|began| earlier.step.started_at < *began)
        }
        Split::LaterDay => date(earlier.step.started_at) < date(step.step.started_at),
        Split::LeftOutTable => earlier.table != step.table,
        Split::LaterSitting => step.step.started_at.duration_since(earlier.step.started_at) >= SITTING_GAP,
        Split::HoursLater => step.step.started_at.duration_since(earlier.step.started_at) > SITTING,
        Split::TenfoldSmaller => is_tenfold(earlier.step.rows, step.step.rows),
    };
    let mut times: Vec<Time<'_>> = steps[..at].iter().filter(allowed).map(Time::of_step).collect();
    times.drain(..times.len().saturating_sub(TIMES_MAX));
    if times.len() < EARLIER_MIN {
        return None;
    }
    let target = Time::of_step(step);
    let database = step.context.as_ref().map(|run| run.database.clone());
    let (at, server_major, rows) = (step.step.started_at, step.server_major(), target.rows());
    let without = if split == Split::LeftOutTable { step.table.as_ref() } else { None };
    let pace = |time: &Time<'_>| ledger.paces.before_step(time.observation(), without);
    let points = points(&times, &ledger.ends, &Present { at, server_major, database, rows }, &pace, whole);
    let size = Size::new(target.table().cloned(), rows, target.bytes());
    // Who tells from what was long before does not know how the machine is by now.
    let knows_pace = matches!(split, Split::Rolling | Split::LeftOutTable);
    let pace = if knows_pace { pace(&target) } else { 0.0 };
    trial(&points, (&size, pace), at, whole(&target))
}

fn trial(points: &[Point], (size, pace): (&Size, f64), at: Timestamp, measured: f64) -> Option<Trial> {
    let (_, told) = Forecaster::for_size(points, size, at)?.tell(size, pace)?;
    let history: Vec<&Point> = points.iter().collect();
    let alone = |model: TimeModel| Some((model, model.predict(&history, size)?.exp()));
    Some(Trial {
        measured,
        chosen: told.p50,
        covered: (told.p5..=told.p95).contains(&measured),
        width: told.p95 / told.p5,
        models: TimeModel::ALL.into_iter().filter_map(alone).collect(),
    })
}

fn is_tenfold(then: Option<f64>, now: Option<f64>) -> bool {
    then.zip(now).is_some_and(|(then, now)| then > 0.0 && then * 10.0 <= now)
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn report(split: Split, trials: &[Trial]) -> Backtest {
    let by_model = |model: TimeModel| {
        let alone =
            |trial: &Trial| Some((trial.models.iter().find(|told| told.0 == model)?.1, trial.measured));
        Some((model, told(trials.iter().filter_map(alone))?))
    };
    let has_last_run = |trial: &&Trial| trial.models.iter().any(|told| told.0 == TimeModel::LastRun);
    let chosen = |trial: &Trial| (trial.chosen, trial.measured);
    let covered = trials.iter().filter(|trial| trial.covered).count();
    Backtest {
        split,
        chosen: told(trials.iter().map(chosen)),
        coverage_90: (!trials.is_empty()).then(|| share(covered, trials.len())),
        median_width: median(trials.iter().map(|trial| trial.width).collect()),
        models: TimeModel::ALL.into_iter().filter_map(by_model).collect(),
        chosen_beside_last_run: told(trials.iter().filter(has_last_run).map(chosen)),
    }
}

/// Sums up pairs of told and measured times; none of no pairs.
fn told(pairs: impl Iterator<Item = (f64, f64)>) -> Option<Told> {
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let errors = pairs.iter().map(|(told, measured)| 100.0 * (told - measured).abs() / measured).collect();
    let near = pairs.iter().filter(|(told, measured)| (0.5..=2.0).contains(&(measured / told))).count();
    Some(Told { n: pairs.len(), median_error_percent: median(errors)?, within_2x: share(near, pairs.len()) })
}

#[expect(clippy::cast_precision_loss, reason = "counts of steps")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
