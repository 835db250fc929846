//! Which model would have told best, had it been asked before each time that was measured.

use jiff::SignedDuration;

use super::model::TimeModel;
use super::point::Point;

/// The points that are told in hindsight; older ones are only learned from.
const TOLD_MAX: usize = 200;

/// The errors it takes to prefer one model to another.
const ERRORS_MIN: usize = 4;

/// The largest error that counts in full: a factor of ten. One hiccup of the machine decides nothing.
const ERROR_CAP: f64 = std::f64::consts::LN_10;

/// Steps of one sitting share the machine's mood; what is asked after so long is asked of another day.
pub(crate) const SITTING: SignedDuration = SignedDuration::from_hours(4);

/// The question a backtest repeats for each point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Question {
    /// Whether the table that is asked for has been seen by this activity before.
    pub(crate) known_table: bool,
    /// Whether the latest point is of the same sitting.
    pub(crate) same_sitting: bool,
}

impl Question {
    /// What may be learned from to tell a point; none where the point does not pose this question.
    fn history<'a>(self, before: &'a [Point], point: &Point) -> Option<Vec<&'a Point>> {
        let own = |other: &&Point| point.size.table.is_some() && other.size.table == point.size.table;
        let old = |other: &&Point| self.same_sitting || is_other_sitting(other, point.at);
        let history: Vec<&Point> =
            before.iter().filter(old).filter(|other| self.known_table || !own(other)).collect();
        let posed = !self.known_table || history.iter().any(own);
        (posed && !history.is_empty()).then_some(history)
    }
}

/// Whether a point is too old to be of the sitting of this moment.
pub(crate) fn is_other_sitting(point: &Point, at: jiff::Timestamp) -> bool {
    at.duration_since(point.at) > SITTING
}

/// What one model told wrong: logarithms of measured over told, in the order of time.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) model: TimeModel,
    pub(crate) errors: Vec<f64>,
}

/// Tells each point from those before it, with each model. For tables that are new, a point's own
/// table is left out of what is learned from, so that every point tells how strangers do.
pub(crate) fn backtest(points: &[Point], question: Question) -> Vec<Record> {
    let mut records: Vec<Record> =
        TimeModel::ALL.into_iter().map(|model| Record { model, errors: Vec::new() }).collect();
    for at in points.len().saturating_sub(TOLD_MAX).max(1)..points.len() {
        let point = &points[at];
        let Some(history) = question.history(&points[..at], point) else { continue };
        for record in &mut records {
            let told = record.model.predict_at(&history, &point.size, point.pace);
            record.errors.extend(told.map(|told| point.log_ms - told));
        }
    }
    records
}

/// The model to use: the first that is not clearly worse than the best, among those that told most
/// points. [`TimeModel::ALL`] has those first that did best over all activities of Lockkeeper's own
/// runs, so that a handful of lucky points does not decide. Where too little is known to compare,
/// the first of `fallback` stays.
pub(crate) fn choose<'a>(records: &'a [Record], fallback: &[TimeModel]) -> Option<&'a Record> {
    let most = records.iter().map(|record| record.errors.len()).max()?;
    let judged: Vec<&Record> =
        records.iter().filter(|record| record.errors.len() == most && most >= ERRORS_MIN).collect();
    let best = judged.iter().min_by(|left, right| mean(&losses(left)).total_cmp(&mean(&losses(right))));
    let good = best.and_then(|best| judged.iter().find(|record| !is_clearly_worse(record, best)));
    let known = || fallback.iter().find_map(|model| records.iter().find(|record| record.model == *model));
    good.copied().or_else(known)
}

/// Whether the mean difference of losses on the same points is more than its standard error.
#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
fn is_clearly_worse(record: &Record, best: &Record) -> bool {
    let differences: Vec<f64> =
        losses(record).iter().zip(losses(best)).map(|(mine, least)| mine - least).collect();
    let (count, centre) = (differences.len() as f64, mean(&differences));
    let variance = differences.iter().map(|one| (one - centre).powi(2)).sum::<f64>() / (count - 1.0);
    centre > (variance / count).sqrt()
}

fn losses(record: &Record) -> Vec<f64> {
    record.errors.iter().map(|error| error.abs().min(ERROR_CAP)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
