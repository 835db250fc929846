//! Lock waits by hour of day: when a table is free to be changed.

use std::collections::BTreeMap;

use model::StepOutcome;
use serde::Serialize;

use super::measured::Measured;
use super::observation::{Observation, newest_runs};
use crate::TableName;

/// The attempts in an hour it takes to say something of that hour.
const ATTEMPTS_MIN: usize = 3;

/// How old the oldest other transaction must be to be called long, in ms.
const LONG_TRANSACTION_MS: f64 = 1_000.0;

/// How a table was to be locked in one hour of the day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LockHour {
    /// The table.
    pub table: TableName,
    /// The hour of the day in UTC, 0 to 23.
    pub hour_utc: i8,
    /// Attempts that needed a lock.
    pub attempts: usize,
    /// Attempts that did not get it in time.
    pub timeouts: usize,
    /// Time queued, in ms.
    pub lock_wait_ms: Measured,
    /// The age of the oldest other transaction, in ms; none where it was not measured.
    pub longest_transaction_ms: Option<Measured>,
    /// The newest runs it rests on, the newest first.
    pub rests_on: Vec<String>,
}

impl LockHour {
    fn is_busy(&self) -> bool {
        self.timeouts > 0 || self.longest_transaction_ms.is_some_and(|ages| ages.p50 >= LONG_TRANSACTION_MS)
    }
}

/// The hours of each table, in order.
pub(super) fn lock_hours(observations: &[Observation]) -> Vec<LockHour> {
    let mut groups: BTreeMap<(TableName, i8), Vec<&Observation>> = BTreeMap::new();
    let locking = observations.iter().filter(|one| one.activity.lock.is_some() && !one.is_rehearsal());
    for one in locking {
        let Some(table) = &one.table else { continue };
        let hour = one.step.started_at.to_zoned(jiff::tz::TimeZone::UTC).hour();
        groups.entry((table.table.clone(), hour)).or_default().push(one);
    }
    groups.into_iter().filter_map(|((table, hour), attempts)| lock_hour(table, hour, &attempts)).collect()
}

fn lock_hour(table: TableName, hour_utc: i8, attempts: &[&Observation]) -> Option<LockHour> {
    Some(LockHour {
        table,
        hour_utc,
        attempts: attempts.len(),
        timeouts: attempts.iter().filter(|one| one.step.outcome == StepOutcome::LockTimeout).count(),
        lock_wait_ms: Measured::of(attempts.iter().map(|one| one.step.lock_wait_ms))?,
        longest_transaction_ms: Measured::of(
            attempts.iter().filter_map(|one| one.step.longest_transaction_ms),
        ),
        rests_on: newest_runs(attempts.iter().copied()),
    })
}

/// When a table's long transactions end, in words; none where the hours do not show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LockPattern {
    /// The table.
    pub table: TableName,
    /// The last busy hour before a free one, in UTC; free from the next on.
    pub busy_until_hour_utc: i8,
    /// The attempts it rests on.
    pub n: usize,
    /// What was seen: `long transactions on public.funds end by 02:00 UTC`.
    pub text: String,
    /// The newest runs of the last busy hour and of the free one behind it.
    pub rests_on: Vec<String>,
}

/// Patterns of tables with at least one busy hour followed by a free one.
pub(super) fn lock_patterns(hours: &[LockHour]) -> Vec<LockPattern> {
    let told: Vec<&LockHour> = hours.iter().filter(|hour| hour.attempts >= ATTEMPTS_MIN).collect();
    let by_table = told.chunk_by(|left, right| left.table == right.table);
    by_table.filter_map(pattern).collect()
}

/// One table's hours, in order: busy ones that all lie together, then free ones.
fn pattern(hours: &[&LockHour]) -> Option<LockPattern> {
    let ends = (0..hours.len()).filter(|at| {
        let next = hours[(at + 1) % hours.len()];
        hours[*at].is_busy() && !next.is_busy()
    });
    // Several ends are no pattern that could be told in one sentence.
    let [end] = ends.collect::<Vec<_>>()[..] else { return None };
    let (busy, free) = (hours[end], hours[(end + 1) % hours.len()]);
    let mut rests_on: Vec<String> = busy.rests_on.iter().chain(&free.rests_on).cloned().collect();
    rests_on.sort_unstable_by(|left, right| right.cmp(left));
    rests_on.dedup();
    let free_from = (busy.hour_utc + 1) % 24;
    Some(LockPattern {
        table: busy.table.clone(),
        busy_until_hour_utc: busy.hour_utc,
        n: hours.iter().map(|hour| hour.attempts).sum(),
        text: format!("long transactions on {} end by {free_from:02}:00 UTC", busy.table),
        rests_on,
    })
}
