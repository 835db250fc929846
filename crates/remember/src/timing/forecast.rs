//! A time told from earlier ones, with how sure that is.

use jiff::Timestamp;
use serde::Serialize;

use super::backtest::{Question, Record, backtest, choose, is_other_sitting};
use super::growth::Growth;
use super::model::{TimeModel, median};
use super::point::{Point, Size};
use crate::confidence::student_quantile;

/// How far a time usually lies from what was told, before anything is known: a factor of 1.4.
const SCALE_BEFORE: f64 = 0.35;

/// How many errors that belief is worth.
const SCALE_BEFORE_WORTH: f64 = 3.0;

/// How many errors it takes until half of their mean is believed: times err upwards now and then, and a
/// few that did say nothing of the next.
const SHIFT_WORTH: f64 = 24.0;

/// Tails stay at least as heavy as Student's t with so many degrees: machines hiccup.
const DEGREES_MAX: f64 = 8.0;

/// How far a pace usually lies off, as a share of it: not every step feels other work alike.
const PACE_DOUBT: f64 = 0.25;

/// The errors from which a question counts as posed often enough.
const ERRORS_ENOUGH: usize = 6;

/// Quantiles of a time, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// One in twenty is lower.
    pub p5: f64,
    /// One in ten is lower.
    pub p10: f64,
    /// As many are lower as higher.
    pub p50: f64,
    /// One in ten is higher.
    pub p90: f64,
    /// One in twenty is higher.
    pub p95: f64,
}

impl Quantiles {
    /// The same where no quantile may pass another's.
    pub(crate) fn at_most(self, limit: &Self) -> Self {
        Self {
            p5: self.p5.min(limit.p5),
            p10: self.p10.min(limit.p10),
            p50: self.p50.min(limit.p50),
            p90: self.p90.min(limit.p90),
            p95: self.p95.min(limit.p95),
        }
    }

    /// The three that a plan carries.
    pub fn interval(&self) -> model::Interval {
        model::Interval { p10: self.p10, p50: self.p50, p90: self.p90 }
    }
}

/// What a history tells of times: a model chosen by backtest, and its errors.
#[derive(Debug, Clone)]
pub(crate) struct Forecaster<'a> {
    history: Vec<&'a Point>,
    record: Record,
    /// The degrees of freedom that history allows at most.
    degrees_max: f64,
}

impl<'a> Forecaster<'a> {
    /// Chooses a model for a size, asked at a moment; none without any history.
    pub(crate) fn for_size(points: &'a [Point], size: &Size, at: Timestamp) -> Option<Self> {
        let is_own = |point: &Point| size.table.is_some() && point.size.table == size.table;
        let known_table = points.iter().any(is_own);
        let same_sitting = points.last().is_some_and(|last| !is_other_sitting(last, at));
        Self::for_question(points, Question { known_table, same_sitting })
    }

    /// Chooses a model for a question. Where history has hardly posed it, a question that it has posed
    /// more often stands in.
    pub(crate) fn for_question(points: &'a [Point], question: Question) -> Option<Self> {
        let mut records = backtest(points, question);
        if !question.same_sitting && most_errors(&records) < ERRORS_ENOUGH {
            let nearer = backtest(points, Question { same_sitting: true, ..question });
            records = if most_errors(&nearer) > most_errors(&records) { nearer } else { records };
        }
        let record = choose(&records, fallback(question.known_table))?.clone();
        let degrees_max = if question.same_sitting { DEGREES_MAX } else { degrees_of(points) };
        Some(Self { history: points.iter().collect(), record, degrees_max })
    }

    /// Chooses among the models that go by size, for questions about sizes that were never seen.
    pub(crate) fn by_size(points: &'a [Point]) -> Option<Self> {
        let mut records = backtest(points, Question { known_table: true, same_sitting: false });
        records.retain(|record| record.model.goes_by_size());
        let record = choose(&records, &[TimeModel::LogRowsAndBytes])?.clone();
        Some(Self { history: points.iter().collect(), record, degrees_max: degrees_of(points) })
    }

    /// The times that were told in hindsight, and the median of how far off they were, in percent.
    pub(crate) fn hindsight(&self) -> (usize, Option<f64>) {
        let errors = self.record.errors.iter().map(|error| 100.0 * (error.exp() - 1.0).abs());
        (self.record.errors.len(), median(errors.collect()))
    }

    /// The model it chose.
    pub(crate) fn model(&self) -> TimeModel {
        self.record.model
    }

    /// The time at a size, on a machine of this pace. Where the chosen model cannot tell, the first that can
    /// does.
    pub(crate) fn tell(&self, size: &Size, pace: f64) -> Option<(TimeModel, Quantiles)> {
        let chosen = std::iter::once(self.record.model);
        let told = chosen
            .chain(TimeModel::ALL)
            .find_map(|model| Some((model, model.predict_at(&self.history, size, pace)?)))
            .or_else(|| Some((TimeModel::LogBytes, self.middle_of_all()?)));
        let spread = Spread::of(&self.record.errors, self.degrees_max);
        let doubt = Growth::of(&self.history).doubt_at(size, spread.scale);
        let spread = spread.widened(doubt.hypot(PACE_DOUBT * pace));
        told.map(|(model, middle)| (model, spread.around(middle)))
    }

    /// Where no size is known at all.
    fn middle_of_all(&self) -> Option<f64> {
        median(self.history.iter().map(|point| point.log_ms).collect())
    }
}

/// Steps of one sitting err together: of another day, they say little more than one step would.
#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
fn degrees_of(points: &[Point]) -> f64 {
    let others = points.windows(2).filter(|pair| is_other_sitting(&pair[0], pair[1].at)).count();
    (2.0 + others as f64).min(DEGREES_MAX)
}

fn most_errors(records: &[Record]) -> usize {
    records.iter().map(|record| record.errors.len()).max().unwrap_or(0)
}

/// What is used while there is too little to choose by.
fn fallback(known_table: bool) -> &'static [TimeModel] {
    if known_table { &[TimeModel::LastRunScaled] } else { &[TimeModel::LogRowsAndBytes] }
}

/// How errors lie: their middle and their scale, drawn towards what is usual while there are few.
struct Spread {
    shift: f64,
    scale: f64,
    degrees: f64,
}

impl Spread {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    fn of(errors: &[f64], degrees_max: f64) -> Self {
        let count = errors.len() as f64;
        let shift = errors.iter().sum::<f64>() / (count + SHIFT_WORTH);
        let squares: f64 = errors.iter().map(|error| (error - shift).powi(2)).sum();
        let before = SCALE_BEFORE_WORTH * SCALE_BEFORE.powi(2);
        let scale = ((before + squares) / (SCALE_BEFORE_WORTH + count)).sqrt();
        Self { shift, scale, degrees: (SCALE_BEFORE_WORTH + count).min(degrees_max) }
    }

    /// The same where what is asked for lies so far from what was seen.
    fn widened(self, doubt: f64) -> Self {
        Self { scale: self.scale.hypot(doubt), ..self }
    }

    fn around(&self, middle: f64) -> Quantiles {
        let at =
            |share: f64| (middle + self.shift + self.scale * student_quantile(share, self.degrees)).exp();
        Quantiles { p5: at(0.05), p10: at(0.1), p50: at(0.5), p90: at(0.9), p95: at(0.95) }
    }
}
