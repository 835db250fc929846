//! From times on a throwaway server to times on the live one.
//!
//! A step whose cost does not grow with rows takes there what it takes here. One that reads, writes or
//! indexes every row takes so many times longer as there are more rows (an index a little more than
//! that). Neither disks nor other machines are in it: the interval is wide, and wider the further away
//! the live size is from the rehearsed one.

use std::collections::BTreeMap;

use model::{
    Action, Interval, Plan, Statistics, Step, StepOutcome, StepReceipt, TableStatistics, ms_text, rows_text,
};

use crate::report::Expected;

/// How far off a measured time is at best, to both sides.
const FACTOR_MIN: f64 = 1.5;

/// How much wider an interval gets with every power of ten between the rehearsed and the live size.
const FACTOR_PER_DECADE: f64 = 0.5;

/// A growing part shorter than this says little, in ms: the clock and the commit are as long.
const TELLING_MS: f64 = 3.0;

/// The times of all ways forward, by the step's position.
pub(crate) type Measured = BTreeMap<u32, Vec<StepReceipt>>;

/// What every step of the plan should take on a database of these sizes, as far as it is known.
pub(crate) fn extrapolate(plan: &Plan, measured: &Measured, live: &Statistics) -> Vec<Expected> {
    let fixed_ms = fixed_ms(plan, measured);
    let steps = plan.steps.iter().enumerate();
    let of_step = |(at, step): (usize, &Step)| {
        let receipts = measured.get(&(at as u32))?;
        let times = Times::of(receipts)?;
        expected(step, &times, receipts, live, fixed_ms)
    };
    steps.filter_map(of_step).collect()
}

/// What a step costs that touches no rows: the shortest of them that was measured.
fn fixed_ms(plan: &Plan, measured: &Measured) -> f64 {
    let of_step = |(at, step): (usize, &Step)| {
        let receipts = measured.get(&(at as u32)).filter(|_| !grows(step))?;
        Times::of(receipts).map(|times| times.median)
    };
    let shortest = plan.steps.iter().enumerate().filter_map(of_step).fold(f64::INFINITY, f64::min);
    if shortest.is_finite() { shortest } else { 0.0 }
}

/// Whether a step's cost grows with the rows of its table.
fn grows(step: &Step) -> bool {
    let by_effect =
        !step.effect.rewrites.is_empty() || !step.effect.scans.is_empty() || step.effect.index_builds > 0;
    by_effect || !matches!(step.action, Action::Transaction { .. } | Action::Nothing { .. })
}

/// The times one step took.
struct Times {
    least: f64,
    median: f64,
    most: f64,
    /// The longest lock hold.
    hold: f64,
}

impl Times {
    fn of(receipts: &[StepReceipt]) -> Option<Self> {
        let mut ms: Vec<f64> = receipts.iter().map(|receipt| receipt.execution_ms).collect();
        ms.sort_by(f64::total_cmp);
        Some(Self {
            least: *ms.first()?,
            median: *ms.get(ms.len() / 2)?,
            most: *ms.last()?,
            hold: receipts.iter().map(|receipt| receipt.lock_hold_ms).fold(0.0, f64::max),
        })
    }
}

fn expected(
    step: &Step,
    times: &Times,
    receipts: &[StepReceipt],
    live: &Statistics,
    fixed_ms: f64,
) -> Option<Expected> {
    let noise = FACTOR_MIN.max((times.most / times.least.max(0.1)).sqrt());
    let runs =
        format!("measured {} times, {} to {}", receipts.len(), ms_text(times.least), ms_text(times.most));
    if !grows(step) {
        let basis = format!("{runs}; whatever the size");
        let hold = Interval::around(times.hold, noise);
        return Some(finish(step, Interval::around(times.median, noise), hold, basis));
    }
    let here = receipts.iter().filter_map(|receipt| receipt.rows).next_back().filter(|rows| *rows >= 1.0)?;
    let there = live.table(step.table.as_ref()?).map(TableStatistics::rows_or_guess)?;
    let growth = growth(step, here, there);
    let part = (times.median - fixed_ms).max(0.0);
    let factor = noise + FACTOR_PER_DECADE * growth.max(1.0).log10();
    let told = part >= TELLING_MS || growth <= 1.0;
    let ms = if told {
        Interval::around(fixed_ms + part * growth, factor)
    } else {
        // All of it may be what every statement costs, or none of it.
        let (p10, p90) = (times.least, times.most * growth * factor);
        Interval { p10, p50: (p10 * p90).sqrt(), p90 }
    };
    // A backfill holds its locks for a batch, however many there are.
    let held = matches!(step.action, Action::Transaction { .. }) && (step.blocks_reads || step.blocks_writes);
    let hold = if held {
        Interval::around(times.hold * growth, factor)
    } else {
        Interval::around(times.hold, noise)
    };
    let too_short = if part < TELLING_MS { "; too short to tell much: rehearse with more rows" } else { "" };
    let basis = format!("{runs} at {} rows; {} rows there{too_short}", rows_text(here), rows_text(there));
    Some(finish(step, ms, hold, basis))
}

/// How many times as much there is to do.
fn growth(step: &Step, here: f64, there: f64) -> f64 {
    let rows = there / here;
    let is_sorted = step.effect.index_builds > 0 && there > here && here > 2.0;
    if is_sorted { rows * there.ln() / here.ln() } else { rows }
}

fn finish(step: &Step, ms: Interval, lock_hold_ms: Interval, basis: String) -> Expected {
    let predicted = step.predicted.clone();
    let agrees = ms.p10 <= predicted.ms.p90 && predicted.ms.p10 <= ms.p90;
    Expected { step: step.id.clone(), ms, lock_hold_ms, basis, predicted, agrees }
}

/// Keeps the receipts of a way forward that did what they were to do.
pub(crate) fn keep(measured: &mut Measured, receipts: &[StepReceipt]) {
    for receipt in receipts.iter().filter(|receipt| receipt.outcome == StepOutcome::Done) {
        measured.entry(receipt.ordinal).or_default().push(receipt.clone());
    }
}
