//! Red flags of the database's state, whatever the change.

use model::{LockMode, RedFlag, count_text, ms_text};

use crate::{Input, SequenceUse};

/// From this share of its numbers on, a sequence is near its end.
const SEQUENCE_NEAR: f64 = 0.8;
/// From this age on, in ms, a transaction is one that others queue behind.
const TRANSACTION_LONG_MS: f64 = 10_000.0;
/// From this lag on, in ms, a replica has enough to do.
const LAG_LONG_MS: f64 = 10_000.0;

pub(super) fn flags(input: &Input<'_>) -> Vec<RedFlag> {
    let sequences = input.live.map_or(&[][..], |live| &live.sequences);
    let near = sequences.iter().filter(|sequence| !sequence.cycles && sequence.share() >= SEQUENCE_NEAR);
    let mut flags: Vec<RedFlag> = near.map(sequence).collect();
    flags.extend(long_transaction(input));
    flags.extend(lag(input));
    flags
}

fn sequence(sequence: &SequenceUse) -> RedFlag {
    let column = sequence.column.as_deref().map(|column| format!(" of {column}")).unwrap_or_default();
    RedFlag {
        rule: "sequence-near-end".to_owned(),
        object: sequence.name.to_string(),
        message: format!(
            "{:.0} % of its numbers{column} are used: {} of {}; inserts fail at the end",
            // Rounded down: 99.9 % is not the end.
            (sequence.share() * 100.0).floor(),
            count_text(sequence.last),
            count_text(sequence.limit)
        ),
        help: "widen the column (and the sequence) to bigint in time".to_owned(),
    }
}

/// What takes a strong lock waits for it, and everybody after that waits too.
fn long_transaction(input: &Input<'_>) -> Option<RedFlag> {
    let longest = input.statistics?.longest_transaction_ms.filter(|age| *age >= TRANSACTION_LONG_MS)?;
    let strong =
        |judged: &&crate::Judged| judged.effect.locks.iter().any(|lock| lock.mode >= LockMode::ShareLock);
    let first = input.changes.iter().find(strong)?;
    Some(RedFlag {
        rule: "long-transaction".to_owned(),
        object: first.change.object().to_string(),
        message: format!(
            "a transaction is open for {}: a push that needs what it holds waits for it, and everybody else behind the push",
            ms_text(longest)
        ),
        help: "wait for it, or end it; lockkeeper apply looks for such transactions first and never queues"
            .to_owned(),
    })
}

fn lag(input: &Input<'_>) -> Option<RedFlag> {
    let lag = input.statistics?.replica_lag_ms.filter(|lag| *lag >= LAG_LONG_MS)?;
    let writes =
        |judged: &&crate::Judged| !judged.effect.rewrites.is_empty() || judged.effect.index_builds > 0;
    let first = input.changes.iter().find(writes)?;
    Some(RedFlag {
        rule: "replica-lag".to_owned(),
        object: first.change.object().to_string(),
        message: format!("a replica is {} behind already, and this writes whole relations", ms_text(lag)),
        help: "wait until it has caught up".to_owned(),
    })
}
