//! Carries out a step that commits together with its journal row.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, pin_mut};
use model::{Action, Direction, LockMode, RelationLock, Sql, Step, sql};
use tokio_postgres::SimpleQueryMessage;

use crate::attempt::Attempt;
use crate::blockers::{self, Holder};
use crate::failure::Failure;
use crate::locks::{self, Clocks, Wanted};
use crate::machine::{StepState, Wish};
use crate::pulse::{Pulse, UnlessStopped, watched};
use crate::session::{ms_since, send};
use crate::waiting::Waiting;
use crate::work::{Tried, Work};

/// How often holders are looked at while a long transaction is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A lock that no application's statement waits behind may be queued for this long, in ms. It is longer
/// than the server's usual `deadlock_timeout`, after which autovacuum makes way for a waiter.
const PATIENT_LOCK_TIMEOUT_MS: u32 = 2_000;

/// Waits until no long transaction is in the way, then tries once.
pub(crate) async fn try_once(
    work: &Work<'_>,
    attempt: &mut Attempt,
    statements: &[Sql],
) -> Result<Tried, Failure> {
    let planned = locks::planned(work.step, work.direction);
    let mut wanted = locks::resolve(&work.sessions.work, &planned).await?;
    if attempt.lock_tries % 2 == 1 {
        // An application that locks in the other order would keep every try from its second lock.
        wanted.reverse();
    }
    if let Some(early) = await_long(work, attempt, &wanted).await? {
        return Ok(early);
    }
    let message = message(work, attempt, &wanted, statements);
    attempt.lock_tries += 1;
    let mut clocks = Clocks::default();
    let started = Instant::now();
    let mut look = UnlessStopped::new(work.stop);
    let sent = deliver(work, &message, &mut clocks);
    let answer = watched(&work.sessions.runner, &work.sessions.work, work.stop, sent, &mut look).await;
    let total_ms = ms_since(started);
    attempt.lock_wait_ms += clocks.wait_ms(total_ms).min(total_ms);
    let hold_ms = clocks.hold_ms(total_ms, work.sessions.round_trip_ms);
    attempt.lock_hold_ms = attempt.lock_hold_ms.max(hold_ms);
    match answer {
        Ok(()) => Ok(Tried::Done),
        Err(Failure::Lock { sqlstate }) => not_to_be_had(work, attempt, &wanted, sqlstate).await,
        Err(Failure::Cancelled) if look.wanted_out => Ok(Tried::Stopped),
        Err(failure) => Err(failure),
    }
}

/// The message as a dry run shows it: locks and statements.
pub(crate) fn script(step: &Step, direction: Direction, statements: &[Sql]) -> Sql {
    let named = |lock: RelationLock| Wanted { relation: lock.relation, oid: 0, mode: lock.mode };
    let wanted: Vec<Wanted> = locks::planned(step, direction).into_iter().map(named).collect();
    locks::message(&wanted, lock_timeout_ms(step, &wanted), statements, &[])
}

/// How long each try may queue, in ms.
fn lock_timeout_ms(step: &Step, wanted: &[Wanted]) -> u32 {
    let harmless = wanted.iter().all(|lock| !lock.mode.blocks_writes() && !lock.mode.blocks_reads());
    if harmless && !wanted.is_empty() {
        return PATIENT_LOCK_TIMEOUT_MS;
    }
    step.lock_timeout_ms.clamp(1, model::LOCK_TIMEOUT_MS)
}

fn message(work: &Work<'_>, attempt: &Attempt, wanted: &[Wanted], statements: &[Sql]) -> Sql {
    let receipt = attempt.receipt(work.plan, work.run, work.direction);
    let mut journal =
        vec![work.entries.stands(work.ordinal, work.step, work.finished()), work.entries.attempt(&receipt)];
    journal.extend(done_with_it(work));
    locks::message(wanted, lock_timeout_ms(work.step, wanted), statements, &journal)
}

/// The steps right after this one that have work only on the way back. They stand as done with it: from wherever the
/// run stops then, the way back goes through them.
fn done_with_it(work: &Work<'_>) -> Vec<Sql> {
    if work.direction == Direction::Back {
        return Vec::new();
    }
    let has_work_only_back = |step: &Step| {
        matches!(step.action, Action::Nothing { .. }) && !matches!(step.undo, Action::Nothing { .. })
    };
    let after = work.plan.steps.iter().enumerate().skip(work.ordinal + 1);
    let after = after.take_while(|(_, step)| step.phase == work.step.phase && has_work_only_back(step));
    after.map(|(at, step)| work.entries.stands(at, step, StepState::Done)).collect()
}

/// Sends the message; the clocks are heard even where it fails on the way.
async fn deliver(work: &Work<'_>, message: &Sql, clocks: &mut Clocks) -> Result<(), Failure> {
    let answers = work.sessions.work.simple_query_raw(message.as_str()).await?;
    pin_mut!(answers);
    while let Some(answer) = answers.next().await {
        if let SimpleQueryMessage::Row(row) = answer? {
            clocks.hear(&row);
        }
    }
    Ok(())
}

/// Waits outside the queue while a long transaction holds what is wanted. Something is returned where no
/// try is to be made.
async fn await_long(
    work: &Work<'_>,
    attempt: &mut Attempt,
    wanted: &[Wanted],
) -> Result<Option<Tried>, Failure> {
    let mut waiting = Waiting::new();
    let yields = work.sessions.can_set_deadlock_timeout;
    loop {
        let holders = blockers::holders(&work.sessions.runner, wanted, &work.own()).await?;
        let long = attempt.sightings.long(&holders, yields);
        if long.is_empty() {
            waiting.end(work).await?;
            return Ok(None);
        }
        ask_autovacuum_to_yield(work, wanted, yields).await?;
        let pulse = Pulse::hear(&work.sessions.runner, &[work.sessions.work.server().backend_pid]).await?;
        let patience = work.patience(&pulse);
        waiting.tell(work, &long, patience).await?;
        if attempt.started.elapsed() > patience {
            return Ok(Some(exhausted(work, attempt, &holders)));
        }
        if matches!(pulse.wish(work.stop), Wish::Pause | Wish::Abort) {
            return Ok(Some(Tried::Stopped));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Queues for the weakest lock that autovacuum's own conflicts with. No reader or writer waits behind it,
/// so it may be waited for until the server asks autovacuum to make way.
async fn ask_autovacuum_to_yield(work: &Work<'_>, wanted: &[Wanted], yields: bool) -> Result<(), Failure> {
    if yields {
        return Ok(());
    }
    for lock in wanted {
        let mode = Sql::verbatim(LockMode::ShareUpdateExclusiveLock.sql());
        let request = sql!(
            "SET LOCAL lock_timeout = {}; LOCK TABLE ONLY {} IN {} MODE",
            PATIENT_LOCK_TIMEOUT_MS,
            lock.relation,
            mode
        );
        match send(&work.sessions.work, &request).await {
            // Somebody else holds it; the wait outside the queue goes on.
            Ok(_) | Err(Failure::Lock { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

async fn not_to_be_had(
    work: &Work<'_>,
    attempt: &mut Attempt,
    wanted: &[Wanted],
    sqlstate: String,
) -> Result<Tried, Failure> {
    attempt.sqlstate = Some(sqlstate);
    if attempt.started.elapsed() <= work.patience(work.pulse) {
        return Ok(Tried::LockTimeout { exhausted: None });
    }
    let holders = blockers::holders(&work.sessions.runner, wanted, &work.own()).await?;
    Ok(exhausted(work, attempt, &holders))
}

fn exhausted(work: &Work<'_>, attempt: &Attempt, holders: &[Holder]) -> Tried {
    let waited_ms = ms_since(attempt.started);
    let fault = blockers::fault(&work.step.id, holders, waited_ms, attempt.lock_tries);
    Tried::LockTimeout { exhausted: Some(fault) }
}
