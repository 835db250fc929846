//! When statements arrive: two independent Poisson processes, one for each kind.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::{Kind, Rate};

/// One statement's arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When, from the beginning of the traffic.
    pub(crate) at: Duration,
    /// What kind of statement.
    pub(crate) kind: Kind,
    /// Chooses the statement and its values.
    pub(crate) choice: u64,
}

/// An endless sequence of arrivals, the same for the same rate and seed.
#[derive(Debug)]
pub(crate) struct Schedule {
    streams: [Stream; 2],
}

#[derive(Debug)]
struct Stream {
    kind: Kind,
    per_s: f64,
    next: Duration,
    rng: SmallRng,
}

/// Stands for "never": a kind with a rate of 0.
const NEVER: Duration = Duration::MAX;

impl Schedule {
    pub(crate) fn new(rate: Rate, seed: u64) -> Self {
        let stream = |kind, per_s, salt: u64| {
            let rng = SmallRng::seed_from_u64(seed ^ salt);
            let mut stream = Stream { kind, per_s, next: Duration::ZERO, rng };
            stream.advance();
            stream
        };
        let reads = stream(Kind::Read, rate.reads_per_s, 0x5ead);
        let writes = stream(Kind::Write, rate.writes_per_s, 0x0717);
        Self { streams: [reads, writes] }
    }

    /// When the next statement arrives; nothing where none ever does.
    pub(crate) fn peek(&self) -> Option<Duration> {
        self.streams.iter().map(|stream| stream.next).min().filter(|next| *next != NEVER)
    }

    /// The next arrival, if it is due by then.
    pub(crate) fn next_by(&mut self, now: Duration) -> Option<Arrival> {
        let stream = self.streams.iter_mut().min_by_key(|stream| stream.next)?;
        if stream.next > now || stream.next == NEVER {
            return None;
        }
        let arrival = Arrival { at: stream.next, kind: stream.kind, choice: stream.rng.random() };
        stream.advance();
        Some(arrival)
    }
}

impl Stream {
    fn advance(&mut self) {
        if self.per_s <= 0.0 {
            self.next = NEVER;
            return;
        }
        // The gap between arrivals of a Poisson process; 1 - u is never 0.
        let uniform: f64 = self.rng.random();
        self.next += Duration::from_secs_f64(-(1.0 - uniform).ln() / self.per_s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_second(seed: u64) -> Vec<Arrival> {
        let mut schedule = Schedule::new(Rate::default(), seed);
        std::iter::from_fn(|| schedule.next_by(Duration::from_secs(1))).collect()
    }

    #[test]
    fn arrivals_are_in_order_repeatable_and_as_many_as_asked() {
        let arrivals = first_second(7);
        assert_eq!(arrivals, first_second(7));
        assert_ne!(arrivals, first_second(8));
        assert!(arrivals.is_sorted_by_key(|arrival| arrival.at));
        let writes = arrivals.iter().filter(|arrival| arrival.kind == Kind::Write).count();
        assert!((25..=75).contains(&writes), "{writes}");
        assert!((400..=600).contains(&(arrivals.len() - writes)), "{}", arrivals.len());
    }

    #[test]
    fn a_rate_of_zero_never_arrives() {
        let schedule = Schedule::new(Rate { writes_per_s: 0.0, reads_per_s: 0.0 }, 1);
        assert_eq!(schedule.peek(), None);
    }
}
