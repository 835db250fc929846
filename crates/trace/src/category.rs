//! How bad a measured statement is.

use std::collections::BTreeSet;

use model::{Category, Effect, Name, Operation};

/// The category of a statement from what it was seen to do. `empty` are tables made by the traced
/// statements themselves that hold no row: nobody waits for those, and nothing in them is lost.
pub(crate) fn category(
    operations: &[Operation],
    effect: &Effect,
    fails: bool,
    empty: &BTreeSet<Name>,
) -> Category {
    use Operation as Op;
    // Rows that a DELETE names are meant to go.
    let deletes = operations.iter().all(|operation| matches!(operation, Op::Delete | Op::Merge));
    if fails || (effect.data_loss && !deletes) {
        return Category::Dangerous;
    }
    let used = |name: &Name| !empty.contains(name);
    let touches = effect.locks.iter().any(|lock| used(&lock.relation));
    if touches && operations.contains(&Op::AddColumnNotNull) {
        // It fails wherever there are rows.
        return Category::Dangerous;
    }
    let renames = [Op::RenameTable, Op::RenameColumn, Op::DropIndex];
    let waits = |name: &Name| {
        used(name) && effect.locks.iter().any(|lock| lock.relation == *name && lock.mode.blocks_writes())
    };
    let works = effect.rewrites.iter().chain(&effect.scans).any(waits);
    let breaks = touches && operations.iter().any(|operation| renames.contains(operation));
    if works || breaks { Category::Risky } else { Category::Safe }
}
