//! Tells a person, and the journal, who a step waits for while it waits.

use std::time::{Duration, Instant};

use model::ms_text;

use crate::blockers::{Holder, describe};
use crate::failure::Failure;
use crate::session::ms_since;
use crate::work::Work;

/// A wait shorter than this is not worth a line.
const SILENT: Duration = Duration::from_secs(1);

/// The longest time between two lines about the same wait.
const EVERY_MAX: Duration = Duration::from_secs(60);

/// As many sessions as one line names.
const NAMED_MAX: usize = 3;

/// One wait, from its first moment on.
#[derive(Debug)]
pub(crate) struct Waiting {
    since: Instant,
    /// When the next line is due.
    due: Duration,
    /// Whom the last line named.
    named: Vec<String>,
    /// Whether anything was said.
    is_told: bool,
}

impl Waiting {
    /// A wait that begins now.
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), due: SILENT, named: Vec::new(), is_told: false }
    }

    /// Whether a line is due: after a second, and then less and less often.
    pub(crate) fn is_due(&self) -> bool {
        self.since.elapsed() >= self.due
    }

    /// Says for whom, for how long, and when the step gives up. Somebody else in the way is told at once.
    pub(crate) async fn tell(
        &mut self,
        work: &Work<'_>,
        holders: &[&Holder],
        patience: Duration,
    ) -> Result<(), Failure> {
        let named: Vec<String> = holders.iter().map(|holder| holder.transaction().to_owned()).collect();
        if self.since.elapsed() < SILENT || (!self.is_due() && named == self.named) {
            return Ok(());
        }
        self.named = named;
        self.due = self.since.elapsed() + self.since.elapsed().min(EVERY_MAX);
        let line = line(holders, ms_since(self.since), patience);
        work.progress.note(&line);
        self.is_told = true;
        work.waits(Some(&line)).await
    }

    /// The wait is over.
    pub(crate) async fn end(self, work: &Work<'_>) -> Result<(), Failure> {
        if self.is_told { work.waits(None).await } else { Ok(()) }
    }
}

/// `has waited 2.0 s for pid 4711 (psql), idle in transaction for 5 min; gives up after 5 min`.
fn line(holders: &[&Holder], waited_ms: f64, patience: Duration) -> String {
    let mut named: Vec<String> = holders.iter().take(NAMED_MAX).map(|holder| describe(holder)).collect();
    match holders.len() {
        0 => named.push("transactions that are shorter than a look at them".to_owned()),
        count if count > NAMED_MAX => named.push(format!("{} more", count - NAMED_MAX)),
        _ => {}
    }
    let limit = ms_text(patience.as_secs_f64() * 1e3);
    format!("has waited {} for {}; gives up after {limit}", ms_text(waited_ms), named.join(", and "))
}
