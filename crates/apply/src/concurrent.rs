//! Carries out a step that is one statement outside a transaction, such as `CREATE INDEX CONCURRENTLY`.
//!
//! Its locks let readers and writers through, queued or held, so it may wait as long as patience
//! lasts: a short `lock_timeout` would only leave an invalid index behind each time.

use std::time::Instant;

use model::{Sql, sql};

use crate::attempt::Attempt;
use crate::blockers;
use crate::failure::Failure;
use crate::machine::Wish;
use crate::pulse::{self, Judging, Look, Pulse, Verdict, watched};
use crate::session::{ms_since, rows, send, value};
use crate::work::{Tried, Work};

/// What the runner saw while the statement ran.
struct Seen<'a> {
    work: &'a Work<'a>,
    /// Time blocked in a row until now, in ms.
    blocked_ms: f64,
    /// Time blocked in all, in ms.
    waited_ms: f64,
    wanted_out: bool,
    exhausted: Option<model::Fault>,
}

/// Sends the statement and waits for its end.
pub(crate) async fn try_once(
    work: &Work<'_>,
    attempt: &mut Attempt,
    statement: &Sql,
) -> Result<Tried, Failure> {
    attempt.lock_tries += 1;
    let started = Instant::now();
    let mut seen = Seen { work, blocked_ms: 0.0, waited_ms: 0.0, wanted_out: false, exhausted: None };
    let sessions = work.sessions;
    let sent = send(&sessions.work, statement);
    let answer = watched(&sessions.runner, &sessions.work, work.stop, sent, &mut seen).await;
    let total_ms = ms_since(started);
    attempt.lock_wait_ms += seen.waited_ms.min(total_ms);
    attempt.lock_hold_ms = attempt.lock_hold_ms.max((total_ms - seen.waited_ms).max(0.0));
    match answer {
        Ok(_) => Ok(Tried::Done),
        Err(Failure::Lock { sqlstate }) => {
            attempt.sqlstate = Some(sqlstate);
            let tired = attempt.started.elapsed() > work.patience;
            let fault = || blockers::fault(&work.step.id, &[], ms_since(attempt.started), attempt.lock_tries);
            Ok(Tried::LockTimeout { exhausted: tired.then(fault) })
        }
        Err(Failure::Cancelled) if seen.exhausted.is_some() => {
            Ok(Tried::LockTimeout { exhausted: seen.exhausted })
        }
        Err(Failure::Cancelled) if seen.wanted_out => Ok(Tried::Stopped),
        Err(failure) => Err(failure),
    }
}

impl Look for Seen<'_> {
    fn look<'a>(&'a mut self, pulse: &'a Pulse) -> Judging<'a> {
        Box::pin(self.judge(pulse))
    }
}

impl Seen<'_> {
    async fn judge(&mut self, pulse: &Pulse) -> Result<Verdict, Failure> {
        if matches!(pulse.wish(self.work.stop), Wish::Pause | Wish::Abort) {
            self.wanted_out = true;
            return Ok(Verdict::Cancel);
        }
        tell_progress(self.work).await?;
        if !pulse.is_blocked {
            self.blocked_ms = 0.0;
            return Ok(Verdict::GoOn);
        }
        let beat_ms = pulse::EVERY.as_secs_f64() * 1e3;
        self.blocked_ms += beat_ms;
        self.waited_ms += beat_ms;
        if self.blocked_ms < self.work.patience.as_secs_f64() * 1e3 {
            return Ok(Verdict::GoOn);
        }
        let pid = self.work.sessions.work.server().backend_pid;
        let holders = blockers::blocking(&self.work.sessions.runner, pid).await?;
        self.exhausted = Some(blockers::fault(&self.work.step.id, &holders, self.blocked_ms, 1));
        Ok(Verdict::Cancel)
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
