//! Steers the size of batches by the time they took.
//!
//! The 90th percentile of the last ten batches decides. A batch grows by at most half; one that took
//! five times as long as it should shrinks the next to a tenth at once. Pages without pending rows cost
//! next to nothing and say nothing of those that have some, so a batch never gets larger than it could be
//! if all its rows were pending.
//!
//! On a loaded machine much of a batch's time is waiting, which a smaller batch would not shorten. So it never gets
//! smaller than what would take a quarter of the target at the best price of a row that was seen lately.

use std::collections::VecDeque;

/// How many batches are remembered.
const WINDOW: usize = 10;

/// How many are needed before the size grows with them.
const SAMPLES_MIN: usize = 2;

/// The largest step of growth.
const GROWTH_MAX: f64 = 1.5;

/// So many times the target is an alarm.
const ALARM: f64 = 5.0;

/// What remains of the size after an alarm.
const ALARM_SHRINK: f64 = 0.1;

/// What remains of the size when somebody waits for a row.
const EASE: f64 = 0.7;

/// The share of the target that a batch without any waiting takes at least.
const FLOOR: f64 = 0.25;

/// What the best price of a row rises by with each batch that does not pay it.
const FORGETTING: f64 = 1.01;

/// How many rows a batch must have filled to tell the price of a row.
const PRICED_ROWS_MIN: u64 = 50;

/// The servo of one backfill. Sizes are pages, times are ms.
#[derive(Debug, Clone)]
pub(crate) struct Servo {
    target_ms: f64,
    size: f64,
    /// The largest size while no price of a row is known.
    size_unpriced: f64,
    /// The rows of the fullest page range seen, for each page.
    rows_per_page: f64,
    /// The time of a filled row, in ms, in the last batch that filled some.
    row_ms: Option<f64>,
    /// The best one seen lately.
    row_ms_best: Option<f64>,
    /// Size and time of the last batches.
    window: VecDeque<(f64, f64)>,
}

impl Servo {
    /// A servo that begins with `size` pages of about `rows_per_page` rows.
    pub(crate) fn new(target_ms: f64, size: f64, rows_per_page: f64) -> Self {
        let size = size.max(1.0);
        Self {
            target_ms: target_ms.max(1.0),
            size,
            size_unpriced: size,
            rows_per_page,
            row_ms: None,
            row_ms_best: None,
            window: VecDeque::new(),
        }
    }

    /// Changes the target while running.
    pub(crate) fn aim(&mut self, target_ms: f64) {
        self.target_ms = target_ms.max(1.0);
    }

    /// The pages of the next batch, at least one.
    pub(crate) fn size(&self) -> i64 {
        self.size.round().max(1.0) as i64
    }

    /// A batch of `size` pages filled so many rows and took so long.
    pub(crate) fn took(&mut self, size: i64, rows: u64, ms: f64) {
        let (size, ms) = (size.max(1) as f64, ms.max(0.001));
        self.rows_per_page = self.rows_per_page.max(rows as f64 / size);
        if rows >= PRICED_ROWS_MIN {
            let price = ms / rows as f64;
            self.row_ms = Some(price);
            self.row_ms_best = Some(self.row_ms_best.map_or(price, |best| price.min(best * FORGETTING)));
        }
        if ms > ALARM * self.target_ms {
            self.size = self.size.min(size);
            self.alarm();
            return;
        }
        self.window.push_back((size, ms));
        if self.window.len() > WINDOW {
            self.window.pop_front();
        }
        let wanted = self.target_ms / self.ms_per_page();
        // One batch may have met a cold cache or a lucky page: it is followed down, not up.
        let growth = if self.window.len() < SAMPLES_MIN { 1.0 } else { GROWTH_MAX };
        let wanted = wanted.min(self.size_max()).max(self.size_min());
        self.size = wanted.min(self.size * growth).max(1.0);
    }

    /// Somebody suffers: a tenth, and what was learned is forgotten.
    pub(crate) fn alarm(&mut self) {
        self.size = (self.size * ALARM_SHRINK).max(1.0);
        self.window.clear();
        self.row_ms_best = None;
    }

    /// Somebody waits for a row of ours: a little less.
    pub(crate) fn ease(&mut self) {
        self.size = (self.size * EASE).max(1.0);
    }

    /// The size of a batch that takes the target's time when all its rows are pending.
    fn size_max(&self) -> f64 {
        match self.row_ms {
            Some(row_ms) => self.target_ms / (row_ms * self.rows_per_page.max(0.01)),
            None => self.size_unpriced,
        }
    }

    /// The size of a batch that takes a quarter of the target's time at the best price.
    fn size_min(&self) -> f64 {
        let price = self.row_ms_best.map(|row_ms| row_ms * self.rows_per_page.max(0.01));
        price.map_or(1.0, |page_ms| FLOOR * self.target_ms / page_ms)
    }

    /// The time of a page in the 90th percentile of the batches remembered.
    fn ms_per_page(&self) -> f64 {
        let mut rates: Vec<f64> = self.window.iter().map(|(size, ms)| ms / size).collect();
        rates.sort_by(f64::total_cmp);
        let at = (rates.len() * 9).div_ceil(10).clamp(1, rates.len());
        rates[at - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The time a server takes for a batch: a fixed part and a part for each page.
    fn run(servo: &mut Servo, fixed: f64, page: f64, batches: usize) -> f64 {
        let mut last = 0.0;
        for _ in 0..batches {
            let size = servo.size();
            last = fixed + page * size as f64;
            servo.took(size, size as u64 * 60, last);
        }
        last
    }

    #[test]
    fn an_alarm_shrinks_to_a_tenth_at_once() {
        let mut servo = Servo::new(50.0, 400.0, 60.0);
        servo.took(400, 24_000, 251.0);
        assert_eq!(servo.size(), 40);
    }

    #[test]
    fn it_grows_by_half_at_most() {
        let mut servo = Servo::new(50.0, 10.0, 60.0);
        let mut before = servo.size;
        for _ in 0..20 {
            servo.took(servo.size(), servo.size() as u64 * 60, 1.0);
            assert!(servo.size <= before * GROWTH_MAX + 1e-9);
            before = servo.size;
        }
        assert!(servo.size() > 1_000);
    }

    #[test]
    fn filled_pages_do_not_tempt_it() {
        let mut servo = Servo::new(50.0, 100.0, 60.0);
        for _ in 0..50 {
            servo.took(servo.size(), 0, 0.5);
        }
        assert_eq!(servo.size(), 100);
        servo.took(100, 6_000, 40.0);
        for _ in 0..50 {
            servo.took(servo.size(), 0, 0.5);
        }
        assert_eq!(servo.size(), 125);
    }

    /// Where most of the time is waiting for a turn on a busy machine, smaller batches would only wait more often.
    #[test]
    fn waiting_does_not_shrink_it_to_nothing() {
        let mut servo = Servo::new(50.0, 20.0, 60.0);
        let (mut seed, mut least) = (1_u64, f64::INFINITY);
        for batch in 0..2_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let chance = (seed >> 11) as f64 / (1_u64 << 53) as f64;
            let waited = 40.0 * -(1.0 - chance).max(1e-9).ln();
            let work = 0.5 * servo.size() as f64;
            servo.took(servo.size(), servo.size() as u64 * 60, work + waited.min(190.0));
            if batch > 100 {
                least = least.min(0.5 * servo.size() as f64);
            }
        }
        assert!(least > 5.0, "batches of {least} ms of work");
    }

    proptest! {
        #[test]
        fn it_finds_the_target(fixed in 0.0..10.0f64, page in 0.01..5.0f64, start in 1.0..100_000.0f64) {
            let mut servo = Servo::new(50.0, start, 60.0);
            let last = run(&mut servo, fixed, page, 80);
            prop_assert!((25.0..=60.0).contains(&last), "settled at {last} ms");
        }

        #[test]
        fn it_recovers_when_pages_become_slow(before in 0.01..0.1f64, after in 1.0..20.0f64) {
            let mut servo = Servo::new(50.0, 10.0, 60.0);
            run(&mut servo, 1.0, before, 60);
            let last = run(&mut servo, 1.0, after, 15);
            prop_assert!(last <= 60.0, "still {last} ms");
        }
    }
}
