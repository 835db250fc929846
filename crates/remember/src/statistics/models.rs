//! How long work takes, and which model tells it best.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::activity::Activity;
use super::measured::Measured;
use super::observation::{Observation, newest_runs};
use super::validity::{Ends, Present};
use crate::predict::times::{Time, points, whole};
use crate::timing::{Forecaster, Point, Question, TimeModel};

/// The newest times a model learns from.
pub(crate) const TIMES_MAX: usize = 400;

/// How long one kind of work took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActivityTimes {
    /// The work.
    pub activity: Activity,
    /// The whole of a step, in ms.
    pub ms: Measured,
    /// The longest that locks were held at once, in ms.
    pub lock_hold_ms: Measured,
    /// The runs these were part of.
    pub runs: usize,
    /// The model for tables it ran on before; none where there are too few times.
    pub known_table: Option<Hindsight>,
    /// The model for tables it meets for the first time.
    pub new_table: Option<Hindsight>,
    /// The newest runs it rests on, the newest first.
    pub rests_on: Vec<String>,
}

/// A model that was chosen by backtest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hindsight {
    /// The model.
    pub model: TimeModel,
    /// The times it told in hindsight.
    pub n: usize,
    /// The median of how far off it was, in percent of what was told.
    pub median_error_percent: Option<f64>,
}

/// Every activity that did its work at least once.
pub(super) fn activity_times(observations: &[Observation], ends: &Ends, at: Timestamp) -> Vec<ActivityTimes> {
    let mut groups: BTreeMap<&Activity, Vec<&Observation>> = BTreeMap::new();
    for one in observations.iter().filter(|one| one.is_done()) {
        groups.entry(&one.activity).or_default().push(one);
    }
    groups.into_iter().filter_map(|(activity, steps)| times_of(activity, &steps, ends, at)).collect()
}

fn times_of(
    activity: &Activity,
    steps: &[&Observation],
    ends: &Ends,
    at: Timestamp,
) -> Option<ActivityTimes> {
    let newest = &steps[steps.len().saturating_sub(TIMES_MAX)..];
    let times: Vec<Time<'_>> = newest.iter().map(|step| Time::of_step(step)).collect();
    let present = Present { at, server_major: None, database: None, rows: None };
    let points = points(&times, ends, &present, &|_| 0.0, whole);
    Some(ActivityTimes {
        activity: activity.clone(),
        ms: Measured::of(steps.iter().map(|step| step.step.execution_ms))?,
        lock_hold_ms: Measured::of(steps.iter().map(|step| step.step.lock_hold_ms))?,
        runs: steps.iter().map(|step| &step.run).collect::<BTreeSet<_>>().len(),
        known_table: hindsight(&points, true),
        new_table: hindsight(&points, false),
        rests_on: newest_runs(steps.iter().copied()),
    })
}

fn hindsight(points: &[Point], known_table: bool) -> Option<Hindsight> {
    let question = Question { known_table, same_sitting: false };
    let forecaster = Forecaster::for_question(points, question)?;
    let (n, median_error_percent) = forecaster.hindsight();
    Some(Hindsight { model: forecaster.model(), n, median_error_percent })
}
