//! Takes down what each statement felt.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::line::Outcome;
use crate::report::{Failure, Latency, Moment, WindowReport};
use crate::{Kind, Statement};

/// The longest latency that is told apart, in microseconds: an hour.
const LATENCY_MAX_US: u64 = 3_600_000_000;

/// The most slices a timeline has; when it is full, two neighbours become one.
const SLICES_MAX: usize = 2_400;

/// The length of a slice at first.
const SLICE: Duration = Duration::from_millis(50);

/// One span of a traffic's time.
#[derive(Debug)]
pub(crate) struct Window {
    name: String,
    pub(crate) from: Duration,
    latencies: BTreeMap<Kind, Latencies>,
    failed: BTreeMap<(String, Option<String>, String), (u64, Duration)>,
    retried: u64,
    late: Duration,
    timeline: Timeline,
}

/// What one statement felt.
#[derive(Debug)]
pub(crate) struct Felt<'a> {
    pub(crate) statement: &'a Statement,
    /// When it should have been sent, from the beginning of the traffic.
    pub(crate) at: Duration,
    /// From then to the answer.
    pub(crate) took: Duration,
    pub(crate) outcome: &'a Outcome,
    pub(crate) retried: bool,
}

impl Window {
    pub(crate) fn new(name: &str, from: Duration) -> Self {
        let latencies = Kind::ALL.into_iter().map(|kind| (kind, Latencies::new())).collect();
        Self {
            name: name.to_owned(),
            from,
            latencies,
            failed: BTreeMap::new(),
            retried: 0,
            late: Duration::ZERO,
            timeline: Timeline { slice: SLICE, moments: BTreeMap::new() },
        }
    }

    pub(crate) fn record(&mut self, felt: &Felt<'_>) {
        let kind = felt.statement.does.kind();
        if let Some(latencies) = self.latencies.get_mut(&kind) {
            latencies.record(felt);
        }
        self.timeline.record(kind, felt);
        self.retried += u64::from(felt.retried);
        let (sqlstate, message) = match felt.outcome {
            Outcome::Acknowledged(_) => return,
            Outcome::Refused { sqlstate, message } => (Some(sqlstate.clone()), message),
            Outcome::Unanswered { message } | Outcome::Unsent { message } => (None, message),
        };
        let key = (felt.statement.name.clone(), sqlstate, message.clone());
        let failure = self.failed.entry(key).or_insert((0, felt.at));
        failure.0 += 1;
        failure.1 = failure.1.min(felt.at);
    }

    /// This process was so late to send a statement.
    pub(crate) fn record_late(&mut self, late: Duration) {
        self.late = self.late.max(late);
    }

    /// What was taken down, for a window that ends then.
    pub(crate) fn report(&self, until: Duration) -> WindowReport {
        let latency = |kind| self.latencies.get(&kind).map(Latencies::report).unwrap_or_default();
        let failed = self.failed.iter().map(|((statement, sqlstate, message), (count, first))| Failure {
            statement: statement.clone(),
            sqlstate: sqlstate.clone(),
            message: message.clone(),
            count: *count,
            first_at_ms: ms(*first),
        });
        WindowReport {
            name: self.name.clone(),
            from_ms: ms(self.from),
            ms: ms(until.saturating_sub(self.from)),
            read: latency(Kind::Read),
            write: latency(Kind::Write),
            failed: failed.collect(),
            retried: self.retried,
            late_ms: ms(self.late),
            timeline: self.timeline.moments.values().copied().collect(),
        }
    }
}

#[derive(Debug)]
struct Latencies {
    histogram: Histogram<u64>,
    worst: Duration,
    worst_at: Duration,
    worst_statement: String,
}

impl Latencies {
    fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LATENCY_MAX_US, 3);
        Self {
            // The bounds are constants that hdrhistogram accepts.
            histogram: histogram.unwrap_or_else(|error| panic!("bounds of a histogram: {error}")),
            worst: Duration::ZERO,
            worst_at: Duration::ZERO,
            worst_statement: String::new(),
        }
    }

    fn record(&mut self, felt: &Felt<'_>) {
        let us = u64::try_from(felt.took.as_micros()).unwrap_or(u64::MAX);
        self.histogram.saturating_record(us.max(1));
        if felt.took > self.worst {
            self.worst = felt.took;
            self.worst_at = felt.at;
            self.worst_statement.clone_from(&felt.statement.name);
        }
    }

    fn report(&self) -> Latency {
        let percentile = |p| self.histogram.value_at_percentile(p) as f64 / 1_000.0;
        Latency {
            count: self.histogram.len(),
            p50_ms: percentile(50.0),
            p99_ms: percentile(99.0),
            worst_ms: ms(self.worst),
            worst_at_ms: ms(self.worst_at),
            worst_statement: self.worst_statement.clone(),
        }
    }
}

#[derive(Debug)]
struct Timeline {
    slice: Duration,
    /// By number of slices since the beginning of the traffic.
    moments: BTreeMap<u128, Moment>,
}

impl Timeline {
    fn record(&mut self, kind: Kind, felt: &Felt<'_>) {
        let number = felt.at.as_nanos() / self.slice.as_nanos();
        let at_ms = ms(self.slice) * number as f64;
        let moment = self.moments.entry(number).or_insert(Moment { at_ms, ..Moment::default() });
        moment.count += 1;
        let worst = match kind {
            Kind::Read => &mut moment.read_ms,
            Kind::Write => &mut moment.write_ms,
        };
        *worst = worst.max(ms(felt.took));
        if self.moments.len() > SLICES_MAX {
            self.halve();
        }
    }

    fn halve(&mut self) {
        self.slice *= 2;
        for (number, moment) in std::mem::take(&mut self.moments) {
            let at_ms = ms(self.slice) * (number / 2) as f64;
            let merged = self.moments.entry(number / 2).or_insert(Moment { at_ms, ..Moment::default() });
            merged.count += moment.count;
            merged.read_ms = merged.read_ms.max(moment.read_ms);
            merged.write_ms = merged.write_ms.max(moment.write_ms);
        }
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use model::sql;

    use super::*;
    use crate::Does;

    fn statement() -> Statement {
        Statement {
            name: "s".into(),
            weight: 1,
            sql: sql!("SELECT"),
            parameters: Vec::new(),
            does: Does::Read,
        }
    }

    #[test]
    fn the_worst_is_kept_with_its_time() {
        let statement = statement();
        let mut window = Window::new("w", Duration::ZERO);
        for (at, took) in [(10, 5), (20, 900), (30, 7)] {
            window.record(&Felt {
                statement: &statement,
                at: Duration::from_millis(at),
                took: Duration::from_millis(took),
                outcome: &Outcome::Acknowledged(None),
                retried: false,
            });
        }
        let report = window.report(Duration::from_secs(1));
        assert_eq!((report.read.count, report.read.worst_ms, report.read.worst_at_ms), (3, 900.0, 20.0));
        assert_eq!(report.write, Latency::default());
    }

    #[test]
    fn a_long_timeline_keeps_its_worst_moments() {
        let statement = statement();
        let mut window = Window::new("w", Duration::ZERO);
        for second in 0..1_000_u64 {
            let took = Duration::from_millis(if second == 777 { 500 } else { 1 });
            window.record(&Felt {
                statement: &statement,
                at: Duration::from_millis(second * 500),
                took,
                outcome: &Outcome::Acknowledged(None),
                retried: false,
            });
            window.record(&Felt {
                statement: &statement,
                at: Duration::from_millis(second * 500 + 250),
                took: Duration::from_millis(1),
                outcome: &Outcome::Acknowledged(None),
                retried: false,
            });
        }
        for extra in 0..2_000_u64 {
            window.record(&Felt {
                statement: &statement,
                at: Duration::from_millis(500_000 + extra * 50),
                took: Duration::from_millis(1),
                outcome: &Outcome::Acknowledged(None),
                retried: false,
            });
        }
        let report = window.report(Duration::from_secs(600));
        assert!(report.timeline.len() <= SLICES_MAX, "{}", report.timeline.len());
        assert_eq!(report.timeline.iter().map(|moment| moment.count).sum::<u64>(), 4_000);
        let worst = report.timeline.iter().max_by(|a, b| a.read_ms.total_cmp(&b.read_ms)).unwrap();
        assert!((worst.read_ms, (worst.at_ms - 388_500.0).abs() < 500.0) == (500.0, true), "{worst:?}");
    }
}
