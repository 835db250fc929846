//! Predictions scored against what happened.

use model::{Direction, Prediction, StepOutcome};
use serde::Serialize;

use super::observation::{Observation, newest_runs};
use crate::timing::median;

/// How predictions did that were written down before their steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Predictions with a measured time.
    pub n: usize,
    /// The median of how far off the middle was, in percent of the measured time.
    pub median_error_percent: f64,
    /// The share within a factor of two, 0 to 1.
    pub within_2x: f64,
    /// The share that fell between the 10th and 90th percentile, 0 to 1; 0.8 would be perfect.
    pub within_interval: f64,
    /// The share of lock holds that stayed below the predicted 90th percentile, 0 to 1; 0.9 would be perfect.
    pub lock_hold_below_p90: f64,
    /// The newest runs it rests on, the newest first.
    pub rests_on: Vec<String>,
}

/// Scores what each receipt carries of its prediction. Rehearsals are not scored; nor are rollbacks,
/// which a plan predicts nothing for; none where nothing can be.
pub(super) fn scores(observations: &[Observation]) -> Option<Scores> {
    let scored: Vec<_> = observations.iter().filter(is_scored).collect();
    let errors = scored.iter().map(|one| {
        let told = one.step.predicted.ms.p50;
        100.0 * (told - one.step.execution_ms).abs() / one.step.execution_ms
    });
    let share = |holds: &dyn Fn(&Prediction, &Observation) -> bool| {
        let count = scored.iter().filter(|one| holds(&one.step.predicted, one)).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of steps")]
        let share = count as f64 / scored.len() as f64;
        share
    };
    Some(Scores {
        n: scored.len(),
        median_error_percent: median(errors.collect())?,
        within_2x: share(&|told, one| {
            let ratio = one.step.execution_ms / told.ms.p50;
            (0.5..=2.0).contains(&ratio)
        }),
        within_interval: share(&|told, one| told.ms.contains(one.step.execution_ms)),
        lock_hold_below_p90: share(&|told, one| one.step.lock_hold_ms <= told.lock_hold_ms.p90),
        rests_on: newest_runs(scored.iter().copied()),
    })
}

fn is_scored(one: &&Observation) -> bool {
    let forward = one.activity.direction == Direction::Forward;
    let told = one.step.predicted.ms.p50 > 0.0;
    forward
        && told
        && one.step.outcome == StepOutcome::Done
        && one.step.execution_ms > 0.0
        && !one.is_rehearsal()
}
