//! How fast indexes are built.

use std::collections::{BTreeMap, BTreeSet};

use model::{Direction, Operation};
use serde::Serialize;

use super::measured::Measured;
use super::observation::{Observation, newest_runs};

/// How fast indexes are built on one database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexBuildRate {
    /// The database as receipts name it; none where it is not known.
    pub database: Option<String>,
    /// Whether it was a throwaway server.
    pub rehearsal: bool,
    /// Heap read in each second, in MB of a million bytes.
    pub mb_per_s: Measured,
    /// The runs these were part of.
    pub runs: usize,
    /// The newest runs it rests on, the newest first.
    pub rests_on: Vec<String>,
}

/// Rates by database, from indexes that were built whole.
pub(super) fn index_build_rates(observations: &[Observation]) -> Vec<IndexBuildRate> {
    let mut groups: BTreeMap<(Option<&str>, bool), Vec<&Observation>> = BTreeMap::new();
    for one in observations.iter().filter(|one| builds_index(one)) {
        let database = one.context.as_ref().map(|run| run.database.as_str());
        groups.entry((database, one.is_rehearsal())).or_default().push(one);
    }
    let rates = groups.into_iter().filter_map(|((database, rehearsal), builds)| {
        let mb_per_s = Measured::of(builds.iter().filter_map(|one| mb_per_s(one)))?;
        let runs = builds.iter().map(|one| &one.run).collect::<BTreeSet<_>>().len();
        let rests_on = newest_runs(builds.iter().copied());
        Some(IndexBuildRate { database: database.map(str::to_owned), rehearsal, mb_per_s, runs, rests_on })
    });
    rates.collect()
}

fn builds_index(one: &Observation) -> bool {
    let operation = matches!(one.activity.operation, Operation::CreateIndex | Operation::Reindex);
    operation && one.activity.direction == Direction::Forward && one.is_done()
}

#[expect(clippy::cast_precision_loss, reason = "sizes of tables stay far below 2^52 bytes")]
fn mb_per_s(one: &Observation) -> Option<f64> {
    let heap = one.step.heap_bytes.filter(|bytes| *bytes > 0)? as f64;
    (one.step.execution_ms > 0.0).then(|| heap / 1e6 / (one.step.execution_ms / 1e3))
}
