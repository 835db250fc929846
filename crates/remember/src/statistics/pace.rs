//! How fast a server works of late: what all steps have in common while it has other work to do.
//!
//! A machine that has become ten times slower makes every kind of step ten times longer. Whoever waits until
//! each kind has shown it misses the first of each; the steps before, whatever they did, know it already.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::activity::Activity;
use super::observation::Observation;
use crate::predict::times::Time;
use crate::timing::{Point, Size, TableKey, median, usual};

/// The latest steps that are asked: with three, one hiccup says nothing.
const STEPS: usize = 3;

/// The earlier times of an activity it takes to know what is usual.
const EARLIER_MIN: usize = 3;

/// From this factor on it is the machine and not the step: twice as slow, or twice as fast.
const FACTOR_MIN: f64 = 2.0;

/// How much longer than usual one step took, as a logarithm.
#[derive(Debug)]
struct Deviation {
    at: Timestamp,
    database: Option<String>,
    table: Option<Arc<TableKey>>,
    by: f64,
}

/// How much longer than usual steps took, in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Paces(Vec<Deviation>);

impl Paces {
    /// For how long a step says anything about the machine of the next one.
    pub(crate) const MEMORY: SignedDuration = SignedDuration::from_mins(30);

    /// Looks at steps of any kind, in the order of time. Each is held against the earlier ones of its kind.
    pub(crate) fn of<'a>(steps: impl Iterator<Item = &'a Observation>) -> Self {
        let mut histories: BTreeMap<&Activity, Vec<Point>> = BTreeMap::new();
        let mut deviations = Vec::new();
        for step in steps.filter(|step| step.is_done()) {
            let time = Time::of_step(step);
            let point = Point {
                log_ms: Point::log_of(step.step.execution_ms),
                size: Size::new(time.table().cloned(), time.rows(), time.bytes()),
                at: step.step.started_at,
                weight: 1.0,
                pace: 0.0,
            };
            let history = histories.entry(&step.activity).or_default();
            if history.len() >= EARLIER_MIN
                && let Some(usual) = usual(&history.iter().collect::<Vec<_>>(), &point.size)
            {
                let by = point.log_ms - usual;
                let (database, table) = (database_of(step).map(str::to_owned), point.size.table.clone());
                deviations.push(Deviation { at: point.at, database, table, by });
            }
            history.push(point);
        }
        Self(deviations)
    }

    /// The same before a step that ran.
    pub(crate) fn before_step(&self, step: &Observation, without: Option<&Arc<TableKey>>) -> f64 {
        self.before(step.step.started_at, database_of(step), without)
    }

    /// How much longer than usual a step on a database will take that begins at a moment, as a logarithm: the
    /// middle of what the latest steps took, and 0 where that may be chance. Steps on the table `without` are not
    /// asked.
    pub(crate) fn before(
        &self,
        at: Timestamp,
        database: Option<&str>,
        without: Option<&Arc<TableKey>>,
    ) -> f64 {
        let earlier = &self.0[..self.0.partition_point(|one| one.at < at)];
        let is_elsewhere = |one: &&Deviation| matches!((one.database.as_deref(), database), (Some(there), Some(here)) if there != here);
        let latest = earlier
            .iter()
            .rev()
            .take_while(|one| at.duration_since(one.at) <= Self::MEMORY)
            .filter(|one| !is_elsewhere(one))
            .filter(|one| without.is_none() || one.table.as_ref() != without)
            .map(|one| one.by)
            .take(STEPS);
        let latest: Vec<f64> = latest.collect();
        let middle = if latest.len() == STEPS { median(latest) } else { None };
        middle.filter(|by| by.abs() >= FACTOR_MIN.ln()).unwrap_or(0.0)
    }
}

fn database_of(step: &Observation) -> Option<&str> {
    step.context.as_ref().map(|run| run.database.as_str())
}
