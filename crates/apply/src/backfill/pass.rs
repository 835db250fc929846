//! One pass of a backfill through the pages of a table.

use std::time::{Duration, Instant};

use model::{Fault, Sql, ms_text, rows_text};

use super::Filling;
use super::batch::{Filled, Range};
use super::ranges::{self, Part};
use super::servo::Servo;
use super::throttle::{Advice, Pressure};
use crate::attempt::Attempt;
use crate::failure::Failure;
use crate::machine::Wish;
use crate::pulse::{self, Pulse};
use crate::session::{ms_since, rows, send, text, value};
use crate::work::{Tried, Work};
use tokio_postgres::SimpleQueryRow;

/// How often pressure is felt while batches run.
const FEEL_EVERY: Duration = Duration::from_secs(1);

/// How often progress is told in words.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// The share of a batch's planned rows that the first one has: it measures what a row costs, and a whole
/// batch of dear rows would keep a writer waiting for longer than the budget.
const FIRST_BATCH_SHARE: f64 = 0.125;

/// A pass that goes on.
pub(super) struct Pass<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) filling: Filling<'a>,
    pub(super) servo: Servo,
    pub(super) pulse: Pulse,
    pub(super) heard: Instant,
    felt: Option<Instant>,
    told: Instant,
    started: Instant,
    confessed: bool,
    /// Whether to rest after each batch.
    is_slow: bool,
    /// Pages done and pages there are, over all parts.
    blocks: (i64, i64),
    /// Rows there should be, over all parts.
    rows: Option<f64>,
}

/// Where a part's pass begins: its first page, and the rows filled before.
struct Mark {
    next_block: i64,
    rows_filled: u64,
}

/// Fills what is pending, from where the journal says that an interrupted pass was.
pub(crate) async fn fill(
    work: &Work<'_>,
    attempt: &mut Attempt,
    filling: Filling<'_>,
) -> Result<Tried, Failure> {
    let parts = ranges::parts(&work.sessions.work, filling.table()).await?;
    let Some(first) = parts.first() else {
        let fault = Fault::new(
            "apply.backfill",
            format!("{} is no table whose rows could be filled", filling.table()),
        );
        return Err(Failure::refused(fault.at(format!("step {}", work.step.id))));
    };
    let blocks: i64 = parts.iter().map(|part| part.blocks).sum();
    let rows: Option<f64> = parts.iter().map(|part| part.rows).sum();
    let pulse = hear(work).await?;
    let now = Instant::now();
    let mut pass = Pass {
        work,
        filling,
        servo: servo(filling, first),
        pulse,
        heard: now,
        felt: None,
        told: now,
        started: now,
        confessed: false,
        is_slow: false,
        blocks: (0, blocks),
        rows,
    };
    pass.begin().await?;
    for part in &parts {
        if let Some(stopped) = pass.fill_part(attempt, part).await? {
            return Ok(stopped);
        }
    }
    pass.end().await?;
    Ok(Tried::Done)
}

fn servo(filling: Filling<'_>, part: &Part) -> Servo {
    let density = ranges::rows_per_block(part);
    let rows = f64::from(filling.batch_rows()) * FIRST_BATCH_SHARE;
    Servo::new(f64::from(filling.batch_target_ms()), rows / density, density)
}

pub(super) async fn hear(work: &Work<'_>) -> Result<Pulse, Failure> {
    Pulse::hear(&work.sessions.runner, work.sessions.work.server().backend_pid).await
}

impl Pass<'_> {
    /// A pass that does not go on with an interrupted one begins anew.
    async fn begin(&self) -> Result<(), Failure> {
        let begin = self.filling.begin();
        if begin.is_empty() || !self.journaled().await?.is_empty() {
            return Ok(());
        }
        send(&self.work.sessions.work, &Sql::join(begin, "\n;\n")).await.map(drop)
    }

    /// The next pass begins at the first page again.
    async fn end(&self) -> Result<(), Failure> {
        let rewind = self.work.entries.rewind_backfill(self.work.ordinal);
        let message = self.filling.end().iter().chain([&rewind]);
        send(&self.work.sessions.work, &Sql::join(message, "\n;\n")).await.map(drop)
    }

    /// How far an interrupted pass came.
    async fn journaled(&self) -> Result<Vec<SimpleQueryRow>, Failure> {
        rows(&self.work.sessions.work, &self.work.entries.backfill_progress(self.work.ordinal)).await
    }

    async fn fill_part(&mut self, attempt: &mut Attempt, part: &Part) -> Result<Option<Tried>, Failure> {
        let mark = self.mark(part).await?;
        self.servo = servo(self.filling, part);
        let mut known = mark.rows_filled;
        let mut at = mark.next_block;
        let mut end = part.blocks;
        let turns = self.filling.turns(self.work.sessions.server().major);
        self.blocks.0 += at.min(end);
        loop {
            if at >= end {
                // Pages that were added meanwhile belong to the pass as well.
                end = ranges::blocks(&self.work.sessions.work, &part.table).await?;
                if at >= end {
                    return Ok(None);
                }
            }
            let to = (at + self.servo.size() * turns).min(end);
            let range = Range { part, from: at, to, turns };
            match self.fill_range(attempt, &range, &mut known).await? {
                Filled::All => {
                    self.blocks.0 += to - at;
                    at = to;
                }
                Filled::Some => {}
                Filled::Stopped => return Ok(Some(Tried::Stopped)),
            }
            self.tell(attempt);
        }
    }

    async fn mark(&self, part: &Part) -> Result<Mark, Failure> {
        let journaled = self.journaled().await?;
        let name = part.table.to_string();
        let row = journaled.iter().find(|row| text(row, "relation") == Some(name.as_str()));
        let Some(row) = row else { return Ok(Mark { next_block: 0, rows_filled: 0 }) };
        Ok(Mark {
            next_block: value(row, "next_block").unwrap_or(0),
            rows_filled: value(row, "rows_filled").unwrap_or(0),
        })
    }

    /// Does what is wished for, and waits as long as somebody suffers.
    pub(super) async fn before_batch(&mut self, part: &Part) -> Result<Option<Tried>, Failure> {
        let mut told = None;
        loop {
            self.servo.aim(
                self.pulse.number("batch_target_ms").unwrap_or(f64::from(self.filling.batch_target_ms())),
            );
            let reason = match self.pulse.wish(self.work.stop) {
                Wish::Pause | Wish::Abort => return Ok(Some(Tried::Stopped)),
                Wish::Idle => Some("paused; `lockkeeper resume` goes on".to_owned()),
                Wish::GoOn => self.pressure(part).await?,
            };
            let Some(reason) = reason else {
                if self.is_slow {
                    tokio::time::sleep(Duration::from_millis(u64::from(self.filling.batch_target_ms() / 2)))
                        .await;
                }
                return Ok(None);
            };
            if told.as_ref() != Some(&reason) {
                self.work.progress.note(&reason);
                told = Some(reason);
            }
            tokio::time::sleep(pulse::EVERY).await;
            self.pulse = hear(self.work).await?;
            self.felt = None;
        }
    }

    /// Why to wait, if at all. Asks the server once a second.
    async fn pressure(&mut self, part: &Part) -> Result<Option<String>, Failure> {
        if std::mem::take(&mut self.pulse.victims) > 0 {
            self.servo.ease();
        }
        if self.felt.is_some_and(|felt| felt.elapsed() < FEEL_EVERY) {
            return Ok(None);
        }
        self.felt = Some(Instant::now());
        let pressure = Pressure::feel(&self.work.sessions.runner, &part.table).await?;
        if !std::mem::replace(&mut self.confessed, true) {
            pressure.confess(self.work.progress);
        }
        let felt_ms = self.work.meter.map_or(0.0, crate::stall::StallMeter::recent_ms);
        let stall_ms = (felt_ms - self.work.baseline_ms).max(0.0);
        let advice = pressure.advice(&self.pulse, stall_ms, f64::from(self.work.plan.stall_budget_ms));
        self.is_slow = advice == Advice::Slow;
        match advice {
            Advice::GoOn | Advice::Slow => Ok(None),
            Advice::Wait(reason) => {
                self.servo.alarm();
                Ok(Some(reason))
            }
        }
    }

    /// Tells how far it came, how fast it is and how long it will take.
    fn tell(&mut self, attempt: &Attempt) {
        let share = self.blocks.0 as f64 / self.blocks.1.max(1) as f64;
        if let Some(rows) = self.rows {
            self.work.progress.reached((rows * share.min(1.0)) as u64);
        }
        if self.told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Instant::now();
        let ms = ms_since(self.started);
        let per_second = attempt.rows_filled as f64 / ms * 1e3;
        let left_ms = ms / share.max(1e-6) * (1.0 - share).max(0.0);
        let filled = rows_text(attempt.rows_filled as f64);
        let note = format!("{filled} rows, {} rows/s, {} left", rows_text(per_second), ms_text(left_ms));
        self.work.progress.note(&note);
    }
}
