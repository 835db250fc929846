//! Carries out a step that is one statement outside a transaction, such as `CREATE INDEX CONCURRENTLY`.
//!
//! Its locks let readers and writers through, queued or held, so it may wait as long as patience
//! lasts: a short `lock_timeout` would only leave an invalid index behind each time. Before it does
//! anything it waits for transactions that use its table; those are waited for outside, where giving up
//! leaves nothing. Whom it waits for is told all the while.

use std::time::{Duration, Instant};

use model::{Direction, Fault, LockMode, RelationLock, Sql, sql};

use crate::attempt::Attempt;
use crate::blockers::{self, Holder};
use crate::failure::Failure;
use crate::locks;
use crate::machine::Wish;
use crate::pulse::{self, Judging, Look, Pulse, Verdict, watched};
use crate::session::{ms_since, rows, send, value};
use crate::waiting::Waiting;
use crate::work::{Tried, Work, leftovers};

/// How often users of the table are looked at while they are waited for.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What became of a statement that was sent.
pub(crate) enum Sent {
    /// It was carried out.
    Done,
    /// Others were in the way for longer than patience lasts; it was cancelled.
    GivenUp(Fault),
    /// It was cancelled because the user wants out.
    Stopped,
}

/// What the runner saw while the statement ran.
struct Seen<'a> {
    work: &'a Work<'a>,
    /// How long it may be blocked; none: as long as the work says.
    patience: Option<Duration>,
    /// The wait that goes on, and how long it has lasted, in ms.
    waiting: Option<Waiting>,
    blocked_ms: f64,
    /// Time blocked in all, in ms.
    waited_ms: f64,
    wanted_out: bool,
    exhausted: Option<Fault>,
}

/// Waits until nobody has used the table for long, sends the statement and waits for its end.
pub(crate) async fn try_once(
    work: &Work<'_>,
    attempt: &mut Attempt,
    statement: &Sql,
) -> Result<Tried, Failure> {
    if let Some(early) = await_users(work, attempt).await? {
        return Ok(early);
    }
    attempt.lock_tries += 1;
    let started = Instant::now();
    let mut seen = Seen::new(work, None);
    let sent = seen.send(statement).await;
    let total_ms = ms_since(started);
    attempt.lock_wait_ms += seen.waited_ms.min(total_ms);
    attempt.lock_hold_ms = attempt.lock_hold_ms.max((total_ms - seen.waited_ms).max(0.0));
    match sent {
        Ok(Sent::Done) => Ok(Tried::Done),
        Ok(Sent::GivenUp(fault)) => Ok(Tried::LockTimeout { exhausted: Some(fault) }),
        Ok(Sent::Stopped) => Ok(Tried::Stopped),
        Err(Failure::Lock { sqlstate }) => {
            attempt.sqlstate = Some(sqlstate);
            let tired = attempt.started.elapsed() > work.patience(work.pulse);
            let fault = || blockers::fault(&work.step.id, &[], ms_since(attempt.started), attempt.lock_tries);
            Ok(Tried::LockTimeout { exhausted: tired.then(fault) })
        }
        Err(failure) => Err(failure),
    }
}

/// Sends what removes a failed attempt's leftovers, which may have to wait like the step itself. With a
/// patience of its own it does not heed a wish to stop.
pub(crate) async fn remove(
    work: &Work<'_>,
    statement: &Sql,
    patience: Option<Duration>,
) -> Result<Sent, Failure> {
    Seen::new(work, patience).send(statement).await
}

/// Waits for the transactions that have used the table for long already when it begins: the statement would
/// wait for them first as well. Something is returned where it is not to be sent.
async fn await_users(work: &Work<'_>, attempt: &Attempt) -> Result<Option<Tried>, Failure> {
    let wanted = locks::resolve(&work.sessions.work, &waited_for(work)).await?;
    let mut known: Option<Vec<String>> = None;
    let mut waiting = Waiting::new();
    loop {
        let users = blockers::holders(&work.sessions.runner, &wanted, &work.own()).await?;
        let transaction = |user: &&Holder| user.transaction().to_owned();
        let long: Vec<&Holder> = users.iter().filter(|user| user.is_long()).collect();
        let known = known.get_or_insert_with(|| long.iter().map(transaction).collect());
        // Those that came later are the statement's to wait for: there may always be one.
        let left: Vec<&Holder> = long.into_iter().filter(|user| known.contains(&transaction(user))).collect();
        if left.is_empty() {
            waiting.end(work).await?;
            warn_of_old_transactions(work).await?;
            return Ok(None);
        }
        let pulse = Pulse::hear(&work.sessions.runner, &[work.sessions.work.server().backend_pid]).await?;
        let patience = work.patience(&pulse);
        waiting.tell(work, &left, patience).await?;
        if attempt.started.elapsed() > patience {
            let waited_ms = ms_since(attempt.started);
            let fault = blockers::fault(&work.step.id, &users, waited_ms, attempt.lock_tries);
            return Ok(Some(Tried::LockTimeout { exhausted: Some(fault) }));
        }
        if matches!(pulse.wish(work.stop), Wish::Pause | Wish::Abort) {
            return Ok(Some(Tried::Stopped));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Whose locks on the table the statement waits for before it does anything: an index build for those of
/// writers, everything else for any.
fn waited_for(work: &Work<'_>) -> Vec<RelationLock> {
    let builds_index = work.direction == Direction::Forward && leftovers(work.step).next().is_some();
    let mode = if builds_index { LockMode::ShareLock } else { LockMode::AccessExclusiveLock };
    work.step.table.iter().map(|table| RelationLock { relation: table.clone(), mode }).collect()
}

/// Whom the statement will have to wait for at its end, if they do not end first. It begins all the same:
/// what it does meanwhile need not be done later, and nobody of the application waits behind it.
async fn warn_of_old_transactions(work: &Work<'_>) -> Result<(), Failure> {
    let old = blockers::old_transactions(&work.sessions.runner, &work.own()).await?;
    if let Some(first) = old.first() {
        let more = if old.len() > 1 { format!(" and {} more", old.len() - 1) } else { String::new() };
        let who = blockers::describe(first);
        work.progress.note(&format!("may have to wait for transactions that are open already: {who}{more}"));
    }
    Ok(())
}

impl Look for Seen<'_> {
    fn look<'a>(&'a mut self, pulse: &'a Pulse) -> Judging<'a> {
        Box::pin(self.judge(pulse))
    }
}

impl<'a> Seen<'a> {
    fn new(work: &'a Work<'a>, patience: Option<Duration>) -> Self {
        Self {
            work,
            patience,
            waiting: None,
            blocked_ms: 0.0,
            waited_ms: 0.0,
            wanted_out: false,
            exhausted: None,
        }
    }

    async fn send(&mut self, statement: &Sql) -> Result<Sent, Failure> {
        let (sessions, stop) = (self.work.sessions, self.work.stop);
        let sent = send(&sessions.work, statement);
        let answer = watched(&sessions.runner, &sessions.work, stop, sent, self).await;
        match (answer, self.exhausted.take()) {
            (Ok(_), _) => self.end_wait().await.map(|()| Sent::Done),
            (Err(Failure::Cancelled), Some(fault)) => Ok(Sent::GivenUp(fault)),
            (Err(Failure::Cancelled), None) if self.wanted_out => Ok(Sent::Stopped),
            (Err(failure), _) => Err(failure),
        }
    }

    async fn judge(&mut self, pulse: &Pulse) -> Result<Verdict, Failure> {
        let wants_out = matches!(pulse.wish(self.work.stop), Wish::Pause | Wish::Abort);
        if wants_out && self.patience.is_none() {
            self.wanted_out = true;
            return Ok(Verdict::Cancel);
        }
        tell_progress(self.work).await?;
        if !pulse.is_blocked {
            self.blocked_ms = 0.0;
            self.end_wait().await?;
            return Ok(Verdict::GoOn);
        }
        let beat_ms = pulse::EVERY.as_secs_f64() * 1e3;
        self.blocked_ms += beat_ms;
        self.waited_ms += beat_ms;
        self.wait(self.patience.unwrap_or_else(|| self.work.patience(pulse))).await
    }

    /// Names who is in the way, and gives up when patience has run out.
    async fn wait(&mut self, patience: Duration) -> Result<Verdict, Failure> {
        let waiting = self.waiting.get_or_insert_with(Waiting::new);
        let is_over = self.blocked_ms >= patience.as_secs_f64() * 1e3;
        if !is_over && !waiting.is_due() {
            return Ok(Verdict::GoOn);
        }
        let pid = self.work.sessions.work.server().backend_pid;
        let holders = blockers::blocking(&self.work.sessions.runner, pid).await?;
        if is_over {
            self.exhausted = Some(blockers::fault(&self.work.step.id, &holders, self.blocked_ms, 1));
            return Ok(Verdict::Cancel);
        }
        waiting.tell(self.work, &holders.iter().collect::<Vec<_>>(), patience).await?;
        Ok(Verdict::GoOn)
    }

    async fn end_wait(&mut self) -> Result<(), Failure> {
        match self.waiting.take() {
            Some(waiting) => waiting.end(self.work).await,
            None => Ok(()),
        }
    }
}

/// Tells how far an index build came.
async fn tell_progress(work: &Work<'_>) -> Result<(), Failure> {
    let question = sql!(
        "SELECT blocks_done FROM pg_catalog.pg_stat_progress_create_index WHERE pid = {} AND blocks_total > 0",
        Sql::verbatim(work.sessions.work.server().backend_pid.to_string())
    );
    let found = rows(&work.sessions.runner, &question).await?;
    if let Some(done) = found.first().and_then(|row| value(row, "blocks_done")) {
        work.progress.reached(done);
    }
    Ok(())
}
