//! What steps and their undos do to relations, each under the name it has at that time.

use assess::effect::Act;
use model::{Action, Effect, LockMode, RelationLock};

use crate::Cost;
use crate::draft::Draft;
use crate::situation::Situation;

/// What a step does to relations that exist before the plan; those it makes itself nobody uses yet.
pub(crate) fn of(situation: &Situation<'_>, draft: &Draft) -> Effect {
    let mut effect = judge(situation, &draft.acts);
    if matches!(draft.action, Action::Backfill(_) | Action::Copy(_)) {
        // A backfill touches every row, but never all of them under one lock.
        effect.scans.clear();
    }
    if draft.cost == Cost::IndexBuild && draft.acts.is_empty() {
        // On a table that only the plan knows.
        effect.index_builds = 1;
    }
    effect
}

/// The locks of a step's undo. Where the recipe does not tell, taking back in a transaction what needed a lock
/// needs the strongest (`DROP CONSTRAINT` after `ADD FOREIGN KEY`).
pub(crate) fn undo_locks(situation: &Situation<'_>, draft: &Draft, effect: &Effect) -> Vec<RelationLock> {
    let mode = match (&draft.undo, &draft.undo_acts) {
        (Action::Nothing { .. }, _) => return Vec::new(),
        (_, Some(acts)) => return judge(situation, acts).locks,
        (Action::Transaction { .. }, None) => LockMode::AccessExclusiveLock,
        (Action::Concurrent { .. }, None) => LockMode::ShareUpdateExclusiveLock,
        (Action::Backfill(_) | Action::Copy(_), None) => LockMode::RowExclusiveLock,
    };
    let taken = effect.locks.iter().filter(|lock| lock.mode >= LockMode::ShareUpdateExclusiveLock);
    taken.map(|lock| RelationLock { relation: lock.relation.clone(), mode }).collect()
}

/// The effect of acts, each on the schema that knows its relation: before the plan's renames or after them.
fn judge(situation: &Situation<'_>, acts: &[Act]) -> Effect {
    let knows = |act: &&Act| situation.from.tables.contains_key(&act.table);
    let (before, after): (Vec<&Act>, Vec<&Act>) = acts.iter().partition(knows);
    let [mut effect, other] = [(before, situation.from), (after, &situation.now)].map(|(acts, schema)| {
        let acts: Vec<Act> = acts.into_iter().cloned().collect();
        assess::effect::judge(&acts, schema, situation.server_major).effect
    });
    for lock in other.locks {
        match effect.locks.iter_mut().find(|held| held.relation == lock.relation) {
            Some(held) => held.mode = held.mode.max(lock.mode),
            None => effect.locks.push(lock),
        }
    }
    effect.locks.sort();
    effect.rewrites.extend(other.rewrites);
    effect.scans.extend(other.scans);
    effect.index_builds += other.index_builds;
    effect.data_loss |= other.data_loss;
    effect
}
