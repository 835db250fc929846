//! One connection that fills pages, batch by batch, each a transaction of its own.
//!
//! A range of pages is gone through in turns, and each turn but the last takes every so manieth of its rows. What the
//! first one updates has to go to other pages, and its old versions make room there for the next: their new versions
//! stay in their page, and no index learns of them. Measured with three indexes: 1.9 times as many rows for each second
//! of CPU as without turns, more than one plain `UPDATE`, and the table hardly grows instead of doubling.

use std::time::{Duration, Instant};

use connect::Session;
use model::{Fault, LockMode, RelationLock, Sql, sql};
use tokio::sync::Mutex;

use super::Filling;
use super::ranges::{self, Part};
use super::servo::Servo;
use super::watch::{Next, Shrinks, Watch};
use crate::attempt::Attempt;
use crate::failure::Failure;
use crate::pulse;
use crate::session::{ms_since, only_rows, send, value};
use crate::work::Work;
use crate::{blockers, locks};

/// How often a batch is tried before its locked rows are left for the next pass.
const LOCKED_TRIES_MAX: u32 = 3;

/// How long a batch may take before the connection is taken to be lost.
const BATCH_PATIENCE: Duration = Duration::from_secs(600);

/// The share of a batch's planned rows that the first one has: it measures what a row costs, and a whole
/// batch of dear rows would keep a writer waiting for longer than the budget.
const FIRST_BATCH_SHARE: f64 = 0.125;

/// Fills pages of one part of a table.
pub(super) struct Worker<'a> {
    /// From 1; the first one's journal row says how far the pass came.
    pub(super) number: u32,
    pub(super) session: &'a Session,
    pub(super) work: &'a Work<'a>,
    pub(super) filling: Filling<'a>,
    pub(super) watch: &'a Mutex<Watch<'a>>,
    pub(super) part: &'a Part,
    servo: Servo,
    /// What the servo has heard of.
    shrinks: Shrinks,
    /// Rows filled before, as the journal counts them.
    known: u64,
    /// What it measured since it was asked last.
    tally: Tally,
}

/// What batches measured.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    tries: u32,
    batches: u32,
    rows: u64,
    lock_hold_ms: f64,
    lock_wait_ms: f64,
}

impl Tally {
    /// Adds what was measured to an attempt.
    pub(super) fn add_to(&self, attempt: &mut Attempt) {
        attempt.lock_tries += self.tries;
        attempt.batches += self.batches;
        attempt.rows_filled += self.rows;
        attempt.lock_hold_ms = attempt.lock_hold_ms.max(self.lock_hold_ms);
        attempt.lock_wait_ms += self.lock_wait_ms;
    }
}

/// Pages that are filled in turns.
struct Range {
    /// The first page.
    from: i64,
    /// The page after the last.
    to: i64,
    turns: i64,
}

/// How far a range was filled.
enum Filled {
    /// Whole.
    All,
    /// It was too long; what is left of it is for shorter ones.
    Some,
    /// No further batch is wanted.
    Stopped,
}

impl<'a> Worker<'a> {
    /// A worker that has filled `known` rows of the part before.
    pub(super) fn new(
        (number, session): (u32, &'a Session),
        (work, filling): (&'a Work<'a>, Filling<'a>),
        watch: &'a Mutex<Watch<'a>>,
        part: &'a Part,
        known: u64,
    ) -> Self {
        let density = ranges::rows_per_block(part);
        let rows = f64::from(filling.batch_rows()) * FIRST_BATCH_SHARE;
        let servo = Servo::new(f64::from(filling.batch_target_ms()), rows / density, density);
        let (shrinks, tally) = (Shrinks::default(), Tally::default());
        Self { number, session, work, filling, watch, part, servo, shrinks, known, tally }
    }

    /// What it measured since it was asked last.
    pub(super) fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    /// Fills these pages; false where no further batch is wanted. Where it fails the others stop as well.
    pub(super) async fn fill(&mut self, from: i64, to: i64) -> Result<bool, Failure> {
        let filled = self.fill_ranges(from, to).await;
        if filled.is_err() {
            self.watch.lock().await.end();
        }
        filled
    }

    async fn fill_ranges(&mut self, from: i64, to: i64) -> Result<bool, Failure> {
        let turns = self.filling.turns(self.work.sessions.server().major);
        let mut at = from;
        while at < to {
            let range = Range { from: at, to: (at + self.servo.size() * turns).min(to), turns };
            let before = self.known;
            let filled = self.fill_range(&range).await?;
            let blocks = if matches!(filled, Filled::All) { range.to - at } else { 0 };
            at += blocks;
            self.watch.lock().await.reached(blocks, self.known - before);
            if matches!(filled, Filled::Stopped) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn fill_range(&mut self, range: &Range) -> Result<Filled, Failure> {
        let last = range.turns - 1;
        let mut turn = 0;
        loop {
            if !self.is_wanted().await? {
                return Ok(Filled::Stopped);
            }
            let before = self.known;
            if !self.batch(range, turn).await? {
                return Ok(Filled::Stopped);
            }
            if turn == last {
                return Ok(Filled::All);
            }
            if self.servo.size() * range.turns < (range.to - range.from) / 2 {
                return Ok(Filled::Some);
            }
            // Where a turn finds nothing there is hardly anything for the others.
            turn = if self.known == before { last } else { turn + 1 };
        }
    }

    /// Waits until a batch may begin; false where none is wanted.
    async fn is_wanted(&mut self) -> Result<bool, Failure> {
        loop {
            let next = self.watch.lock().await.before_batch(&self.part.table, self.number == 1).await?;
            match next {
                Next::Stop => return Ok(false),
                Next::Wait => tokio::time::sleep(pulse::EVERY).await,
                Next::Batch { target_ms, rest, shrinks } => {
                    self.servo.aim(target_ms);
                    self.heed(shrinks);
                    tokio::time::sleep(rest).await;
                    return Ok(true);
                }
            }
        }
    }

    fn heed(&mut self, shrinks: Shrinks) {
        let heard = std::mem::replace(&mut self.shrinks, shrinks);
        (heard.alarms..shrinks.alarms).for_each(|_| self.servo.alarm());
        (heard.eases..shrinks.eases).for_each(|_| self.servo.ease());
    }

    /// One batch, again where rows were locked, and without them in the end; false where it is not wanted any more.
    async fn batch(&mut self, range: &Range, turn: i64) -> Result<bool, Failure> {
        let table = &self.part.table;
        let within = self.within(range, turn);
        let (began, mut locked) = (Instant::now(), 0);
        loop {
            let update = if locked < LOCKED_TRIES_MAX {
                self.filling.batch(table, &within)
            } else {
                self.filling.batch_of_free_rows(table, &within)
            };
            let started = Instant::now();
            let answer = self.send_batch(range, turn, &update).await;
            let ms = (ms_since(started) - self.work.sessions.round_trip_ms).max(0.0);
            self.tally.tries += 1;
            match answer {
                Ok(filled) => {
                    self.filled((range.to - range.from) / range.turns, filled, ms);
                    return Ok(true);
                }
                Err(Failure::Lock { .. }) => {
                    self.tally.lock_wait_ms += ms;
                    tokio::time::sleep(Duration::from_millis(u64::from(10_u32 << locked))).await;
                    if locked == LOCKED_TRIES_MAX && !self.is_free(began).await? {
                        return Ok(false);
                    }
                    locked = (locked + 1).min(LOCKED_TRIES_MAX);
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Not rows are locked but the table: says by whom, and waits until another try is wanted; false where none is.
    async fn is_free(&mut self, began: Instant) -> Result<bool, Failure> {
        let runner = &self.work.sessions.runner;
        let lock = RelationLock { relation: self.part.table.clone(), mode: LockMode::RowExclusiveLock };
        let wanted = locks::resolve(runner, &[lock]).await?;
        let holders = blockers::holders(runner, &wanted, &self.work.own()).await?;
        if began.elapsed() > self.work.patience(self.work.pulse) {
            let fault = blockers::fault(&self.work.step.id, &holders, ms_since(began), self.tally.tries);
            return Err(Failure::refused(fault));
        }
        if let Some(holder) = holders.first() {
            let reason = format!("the table is locked by {}", blockers::describe(holder));
            self.watch.lock().await.say(Some(reason)).await?;
        }
        tokio::time::sleep(pulse::EVERY).await;
        self.is_wanted().await
    }

    /// A batch over so many pages took so long; the journal counts so many rows now.
    fn filled(&mut self, blocks: i64, known: u64, ms: f64) {
        let rows = known.saturating_sub(self.known);
        self.known = known;
        self.tally.batches += 1;
        self.tally.rows += rows;
        self.tally.lock_hold_ms = self.tally.lock_hold_ms.max(ms);
        self.servo.took(blocks.max(1), rows, ms);
    }

    /// The rows that a turn takes; the last takes what is left.
    fn within(&self, range: &Range, turn: i64) -> Sql {
        let within = ranges::within(self.work.sessions.server().major, self.part, range.from, range.to);
        if turn + 1 == range.turns {
            return within;
        }
        sql!("{} AND pg_catalog.hashtid(ctid) & {} = {}", within, range.turns - 1, turn)
    }

    /// Sends one batch with its journal row; the pulse is heard meanwhile when it is time.
    async fn send_batch(&self, range: &Range, turn: i64, update: &Sql) -> Result<u64, Failure> {
        let relation = self.part.table.to_string();
        let next = if turn + 1 == range.turns { range.to } else { range.from };
        let place = (self.work.ordinal, relation.as_str(), self.number);
        let fill = self.work.entries.fill(place, update, next, range.to - range.from);
        let message = sql!(
            "SET LOCAL lock_timeout = {}; {}SET LOCAL {} = on; {}",
            model::LOCK_TIMEOUT_MS,
            self.filling.silence(),
            Sql::verbatim(model::FILLING),
            fill
        );
        let batch = async {
            let sent = send(self.session, &message);
            tokio::time::timeout(BATCH_PATIENCE, sent).await.unwrap_or_else(|_| Err(silent()))
        };
        tokio::pin!(batch);
        let mut due = Duration::ZERO;
        let answer = loop {
            tokio::select! {
                biased;
                answer = &mut batch => break answer,
                () = tokio::time::sleep(due) => {}
            }
            due = self.listen().await?;
        };
        Ok(only_rows(answer?).first().and_then(|row| value(row, "rows_filled")).unwrap_or(0))
    }

    /// Hears the pulse when it is time, unless another worker does; gives the time to the next look.
    async fn listen(&self) -> Result<Duration, Failure> {
        let Ok(mut watch) = self.watch.try_lock() else { return Ok(pulse::EVERY) };
        if watch.due().is_zero() {
            watch.hear().await?;
        }
        Ok(watch.due())
    }
}

fn silent() -> Failure {
    Failure::Lost(Fault::new("apply.connection", "a batch was not answered within ten minutes"))
}
