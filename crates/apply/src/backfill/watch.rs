//! What a pass heeds while it goes on: wishes of the user, who suffers, what the server says of itself.

use std::time::{Duration, Instant};

use model::{Name, ms_text, rows_text};

use super::Filling;
use super::throttle::{Advice, Pressure};
use crate::failure::Failure;
use crate::machine::Wish;
use crate::pulse::{self, Pulse};
use crate::session::ms_since;
use crate::work::Work;

/// How often pressure is felt while batches run.
const FEEL_EVERY: Duration = Duration::from_secs(1);

/// How often progress is told in words.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// The watch of one pass, over all its workers.
pub(super) struct Watch<'a> {
    work: &'a Work<'a>,
    filling: Filling<'a>,
    /// The backends that fill.
    own: Vec<i32>,
    pulse: Pulse,
    heard: Instant,
    felt: Option<Instant>,
    confessed: bool,
    /// Whether to rest after each batch.
    is_slow: bool,
    /// Whether a worker has failed, or a stop was wanted: nobody begins another batch.
    is_over: bool,
    /// When somebody was seen last who waits for a row.
    eased: Option<Instant>,
    /// What the journal says the run waits for, and since when.
    waits: Option<(String, Instant)>,
    /// How often sizes were to shrink to a tenth, and by a little.
    shrinks: Shrinks,
    progress: Reached,
}

/// How often batches were to become smaller so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shrinks {
    /// To a tenth, because somebody suffers.
    pub(super) alarms: u32,
    /// By a little, because somebody waits for a row.
    pub(super) eases: u32,
}

/// How far the pass came.
struct Reached {
    started: Instant,
    told: Instant,
    /// Pages done and pages there are, over all parts.
    blocks: (i64, i64),
    /// Rows there should be, over all parts.
    rows: Option<f64>,
    rows_filled: u64,
}

/// What a worker does next.
pub(super) enum Next {
    /// A batch that should take so long, in ms; it begins after a rest.
    Batch { target_ms: f64, rest: Duration, shrinks: Shrinks },
    /// Somebody else's turn: ask again after a while.
    Wait,
    /// No further batch.
    Stop,
}

impl<'a> Watch<'a> {
    /// Of a pass over parts with so many pages and rows in all.
    pub(super) async fn begin(
        work: &'a Work<'a>,
        filling: Filling<'a>,
        own: Vec<i32>,
        (blocks, rows): (i64, Option<f64>),
    ) -> Result<Self, Failure> {
        let pulse = Pulse::hear(&work.sessions.runner, &own).await?;
        let now = Instant::now();
        let progress = Reached { started: now, told: now, blocks: (0, blocks), rows, rows_filled: 0 };
        Ok(Self {
            work,
            filling,
            own,
            pulse,
            heard: now,
            felt: None,
            confessed: false,
            is_slow: false,
            is_over: false,
            eased: None,
            waits: None,
            shrinks: Shrinks::default(),
            progress,
        })
    }

    /// Does what is wished for, and waits as long as somebody suffers. Only the first worker goes on where
    /// it is to be slow.
    pub(super) async fn before_batch(&mut self, part: &Name, is_first: bool) -> Result<Next, Failure> {
        loop {
            if self.is_over {
                return Ok(Next::Stop);
            }
            let reason = match self.pulse.wish(self.work.stop) {
                Wish::Pause | Wish::Abort => {
                    self.is_over = true;
                    return Ok(Next::Stop);
                }
                Wish::Idle => Some("paused; `lockkeeper resume` goes on".to_owned()),
                Wish::GoOn => self.pressure(part).await?,
            };
            if reason.is_none() {
                return Ok(self.next(is_first));
            }
            self.say(reason).await?;
            tokio::time::sleep(pulse::EVERY).await;
            self.hear().await?;
            self.felt = None;
        }
    }

    fn next(&self, is_first: bool) -> Next {
        if self.is_slow && !is_first {
            return Next::Wait;
        }
        let usual = f64::from(self.filling.batch_target_ms());
        let target_ms = self.pulse.number("batch_target_ms").unwrap_or(usual);
        let rest = if self.is_slow { Duration::from_secs_f64(target_ms / 2e3) } else { Duration::ZERO };
        Next::Batch { target_ms, rest, shrinks: self.shrinks }
    }

    /// When the next look is due.
    pub(super) fn due(&self) -> Duration {
        pulse::EVERY.saturating_sub(self.heard.elapsed())
    }

    /// Hears what is wished for and who waits.
    pub(super) async fn hear(&mut self) -> Result<(), Failure> {
        self.pulse = Pulse::hear(&self.work.sessions.runner, &self.own).await?;
        self.heard = Instant::now();
        Ok(())
    }

    /// Nobody begins another batch.
    pub(super) fn end(&mut self) {
        self.is_over = true;
    }

    /// Why to wait, if at all. Asks the server once a second.
    async fn pressure(&mut self, part: &Name) -> Result<Option<String>, Failure> {
        let victims = std::mem::take(&mut self.pulse.victims);
        if victims > 0 {
            self.shrinks.eases += 1;
            self.eased = Some(Instant::now());
            self.say(Some(format!("makes smaller batches: {victims} sessions wait for rows of them")))
                .await?;
        }
        if self.felt.is_some_and(|felt| felt.elapsed() < FEEL_EVERY) {
            return Ok(None);
        }
        self.felt = Some(Instant::now());
        let pressure = Pressure::feel(&self.work.sessions.runner, part).await?;
        if !std::mem::replace(&mut self.confessed, true) {
            pressure.confess(self.work.progress);
        }
        let felt_ms = self.work.meter.map_or(0.0, crate::stall::StallMeter::recent_ms);
        let stall_ms = (felt_ms - self.work.baseline_ms).max(0.0);
        let advice = pressure.advice(&self.pulse, stall_ms, f64::from(self.work.plan.stall_budget_ms));
        self.is_slow = matches!(advice, Advice::Slow(_));
        match advice {
            Advice::GoOn if self.eased.is_some_and(|eased| eased.elapsed() < FEEL_EVERY) => {}
            Advice::GoOn => self.say(None).await?,
            Advice::Slow(reason) => self.say(Some(format!("goes slowly: {reason}"))).await?,
            Advice::Wait(reason) => {
                self.shrinks.alarms += 1;
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// Tells a person why it waits, and the journal, where `status` finds it; a reason that lasts is told once.
    pub(super) async fn say(&mut self, reason: Option<String>) -> Result<(), Failure> {
        // A figure in a reason changes all the time.
        let is_known = match (&self.waits, &reason) {
            (Some((said, when)), Some(reason)) => said == reason || when.elapsed() < TELL_EVERY,
            (said, reason) => said.is_none() && reason.is_none(),
        };
        if is_known {
            return Ok(());
        }
        if let Some(reason) = &reason {
            self.work.progress.note(reason);
        }
        self.work.waits(reason.as_deref()).await?;
        self.waits = reason.map(|reason| (reason, Instant::now()));
        Ok(())
    }

    /// So many pages, and rows in them, are done: tells how far it came, how fast it is and how long it will take.
    pub(super) fn reached(&mut self, blocks: i64, rows: u64) {
        let it = &mut self.progress;
        it.blocks.0 += blocks;
        it.rows_filled += rows;
        let share = (it.blocks.0 as f64 / it.blocks.1.max(1) as f64).min(1.0);
        if let Some(rows) = it.rows {
            self.work.progress.reached((rows * share) as u64);
        }
        if it.told.elapsed() < TELL_EVERY {
            return;
        }
        it.told = Instant::now();
        let ms = ms_since(it.started);
        let left_ms = ms / share.max(1e-6) * (1.0 - share);
        let per_second = rows_text(it.rows_filled as f64 / ms * 1e3);
        let filled = rows_text(it.rows_filled as f64);
        self.work.progress.note(&format!("{filled} rows, {per_second} rows/s, {} left", ms_text(left_ms)));
    }
}
