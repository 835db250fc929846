//! Trials by the thousand: one for each seed, several at a time, and every failure is told at the end.

use std::collections::BTreeMap;
use std::env;
use std::time::Instant;

use tokio::task::{JoinError, JoinSet};

/// After so many trials a sweep says how far it is.
const TOLD_EVERY: u64 = 25;

/// A number that the environment gives.
pub fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// The trials of some seeds: how they ended.
#[derive(Default)]
pub struct Sweep {
    /// How many ended in which way, by what the trial called it.
    ends: BTreeMap<String, u64>,
    /// What failed, with its seed.
    failures: Vec<String>,
    done: u64,
}

impl Sweep {
    /// Tries each seed, so many at once. A trial that panics has failed; the others go on.
    pub async fn of<T>(seeds: impl IntoIterator<Item = u64>, at_once: u64, trial: impl Fn(u64) -> T) -> Self
    where
        T: Future<Output = String> + Send + 'static,
    {
        let (mut sweep, started) = (Self::default(), Instant::now());
        let (mut trials, mut left) = (JoinSet::new(), seeds.into_iter());
        loop {
            while (trials.len() as u64) < at_once.max(1)
                && let Some(seed) = left.next()
            {
                let trial = trial(seed);
                trials.spawn(async move { (seed, tokio::spawn(trial).await) });
            }
            let Some(ended) = trials.join_next().await else { return sweep };
            let (seed, end) = ended.unwrap();
            sweep.note(seed, end, started);
        }
    }

    fn note(&mut self, seed: u64, end: Result<String, JoinError>, started: Instant) {
        self.done += 1;
        match end {
            Ok(end) => *self.ends.entry(end).or_default() += 1,
            Err(failure) => {
                eprintln!("seed {seed} failed");
                self.failures.push(format!("seed {seed}: {}", crate::world::told(failure)));
            }
        }
        if self.done.is_multiple_of(TOLD_EVERY) {
            let seconds = started.elapsed().as_secs();
            eprintln!("{} done in {seconds} s, {} failed; {:?}", self.done, self.failures.len(), self.ends);
        }
    }

    /// Both sweeps as one.
    pub fn and(mut self, other: Self) -> Self {
        other.ends.into_iter().for_each(|(end, count)| *self.ends.entry(end).or_default() += count);
        self.failures.extend(other.failures);
        self.done += other.done;
        self
    }

    /// Fails where a trial failed.
    pub fn assert_clean(&self) {
        eprintln!("{} trials: {:?}", self.done, self.ends);
        let failed = self.failures.len();
        assert!(failed == 0, "{failed} of {} failed:\n\n{}", self.done, self.failures.join("\n\n"));
    }
}
