//! One pass of a backfill through the pages of a table.

use connect::Session;
use futures_util::future::join_all;
use model::{Fault, Name, Sql};
use tokio::sync::Mutex;
use tokio_postgres::SimpleQueryRow;

use super::Filling;
use super::ranges::{self, Part};
use super::watch::Watch;
use super::worker::Worker;
use crate::attempt::Attempt;
use crate::failure::Failure;
use crate::session::{open_second, rows, send, text, value};
use crate::work::{Tried, Work};

/// Two workers share pages from so many on; fewer are filled before a second one has begun.
const SHARED_BLOCKS_MIN: i64 = 64;

/// A pass that goes on.
struct Pass<'a> {
    work: &'a Work<'a>,
    filling: Filling<'a>,
    /// The sessions that fill: one, or two.
    sessions: Vec<&'a Session>,
    watch: &'a Mutex<Watch<'a>>,
}

/// Fills what is pending, from where the journal says that an interrupted pass was.
pub(crate) async fn fill(
    work: &Work<'_>,
    attempt: &mut Attempt,
    filling: Filling<'_>,
) -> Result<Tried, Failure> {
    let parts = ranges::parts(&work.sessions.work, filling.table()).await?;
    if parts.is_empty() {
        let fault = Fault::new(
            "apply.backfill",
            format!("{} is no table whose rows could be filled", filling.table()),
        );
        return Err(Failure::refused(fault.at(format!("step {}", work.step.id))));
    }
    let second = second_session(work, filling).await;
    let filled = fill_with(work, attempt, (filling, &parts), second.as_ref()).await;
    if let Some(second) = second {
        second.close().await;
    }
    filled
}

async fn fill_with(
    work: &Work<'_>,
    attempt: &mut Attempt,
    (filling, parts): (Filling<'_>, &[Part]),
    second: Option<&Session>,
) -> Result<Tried, Failure> {
    let sessions: Vec<&Session> = [&work.sessions.work].into_iter().chain(second).collect();
    let own = sessions.iter().map(|session| session.server().backend_pid).collect();
    let size = (parts.iter().map(|part| part.blocks).sum(), parts.iter().map(|part| part.rows).sum());
    let watch = Mutex::new(Watch::begin(work, filling, own, size).await?);
    let pass = Pass { work, filling, sessions, watch: &watch };
    pass.begin().await?;
    for part in parts {
        if !pass.fill_part(attempt, part).await? {
            return Ok(Tried::Stopped);
        }
    }
    pass.end().await?;
    Ok(Tried::Done)
}

/// The second worker's session, where two are wanted. A copy is not shared: what was copied twice could not be
/// told from what is there twice.
async fn second_session(work: &Work<'_>, filling: Filling<'_>) -> Option<Session> {
    if work.workers() < 2 || matches!(filling, Filling::Copy(_)) {
        return None;
    }
    match open_second(work.sessions, work.run).await {
        Ok(session) => Some(session),
        Err(failure) => {
            let why = failure.into_fault();
            work.progress.note(&format!("one worker fills, because there is no session for a second: {why}"));
            None
        }
    }
}

impl<'a> Pass<'a> {
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
        self.watch.lock().await.say(None).await?;
        let rewind = self.work.entries.rewind_backfill(self.work.ordinal);
        let message = self.filling.end().iter().chain([&rewind]);
        send(&self.work.sessions.work, &Sql::join(message, "\n;\n")).await.map(drop)
    }

    /// How far an interrupted pass came.
    async fn journaled(&self) -> Result<Vec<SimpleQueryRow>, Failure> {
        rows(&self.work.sessions.work, &self.work.entries.backfill_progress(self.work.ordinal)).await
    }

    /// Fills a part; false where no further batch is wanted.
    async fn fill_part(&self, attempt: &mut Attempt, part: &'a Part) -> Result<bool, Failure> {
        let journaled = self.journaled().await?;
        let mark = |number| Mark::of(&journaled, &part.table, number);
        let numbered = (1..).zip(&self.sessions);
        let mut workers: Vec<Worker<'a>> = numbered
            .map(|(number, session)| {
                let doing = (self.work, self.filling);
                Worker::new((number, session), doing, self.watch, part, mark(number).rows_filled)
            })
            .collect();
        // The first worker's pages come first: what is before its mark is done, whoever worked beside it.
        let (mut at, mut end) = (mark(1).next_block, part.blocks);
        self.watch.lock().await.reached(at.min(end), 0);
        loop {
            if at >= end {
                // Pages that were added meanwhile belong to the pass as well.
                end = ranges::blocks(&self.work.sessions.work, &part.table).await?;
                if at >= end {
                    return Ok(true);
                }
            }
            if !share(&mut workers, attempt, at, end).await? {
                return Ok(false);
            }
            at = end;
        }
    }
}

/// Lets each worker fill its share of these pages; false where no further batch is wanted.
async fn share(
    workers: &mut [Worker<'_>],
    attempt: &mut Attempt,
    from: i64,
    to: i64,
) -> Result<bool, Failure> {
    let count = if to - from < SHARED_BLOCKS_MIN { 1 } else { workers.len() as i64 };
    let border = |at: i64| from + (to - from) * at / count;
    let shares = (0..count).map(|at| (border(at), border(at + 1)));
    let filled =
        join_all(workers.iter_mut().zip(shares).map(|(worker, (from, to))| worker.fill(from, to))).await;
    workers.iter_mut().for_each(|worker| worker.take_tally().add_to(attempt));
    let mut all = true;
    for filled in filled {
        all &= filled?;
    }
    Ok(all)
}

/// Where a worker's pass goes on in a part, and the rows it filled before.
#[derive(Default)]
struct Mark {
    next_block: i64,
    rows_filled: u64,
}

impl Mark {
    fn of(journaled: &[SimpleQueryRow], table: &Name, number: u32) -> Self {
        let name = table.to_string();
        let is_it = |row: &&SimpleQueryRow| {
            text(row, "relation") == Some(name.as_str()) && value(row, "worker") == Some(number)
        };
        let Some(row) = journaled.iter().find(is_it) else { return Self::default() };
        Self {
            next_block: value(row, "next_block").unwrap_or(0),
            rows_filled: value(row, "rows_filled").unwrap_or(0),
        }
    }
}
