//! What the facts say of all parts of a statement together.

use std::collections::{BTreeMap, BTreeSet};

use facts::{Builds, Role};
use model::{Effect, LockMode, Name, RelationLock};
use parse::RelationKind;

use super::{Part, Parts};
use crate::state::Catalog;

/// What facts say of a statement.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judged {
    /// All parts together.
    pub(crate) effect: Effect,
    /// Why it fails on this major, where it always does.
    pub(crate) refusal: Option<String>,
    /// What could not be known, each a sentence.
    pub(crate) unknown: Vec<String>,
    /// Whether it may run inside a transaction block.
    pub(crate) transaction: bool,
}

/// Asks the facts about all parts of a statement.
pub(crate) fn judge(parts: &Parts, catalog: &Catalog) -> Judged {
    let mut judged = Judged { transaction: true, unknown: parts.unknown.clone(), ..Judged::default() };
    let mut locks: BTreeMap<Name, LockMode> = BTreeMap::new();
    let (mut rewrites, mut scans) = (BTreeSet::new(), BTreeSet::new());
    let mut builds = BTreeMap::new();
    for lock in &parts.locks {
        stronger(&mut locks, lock.clone());
    }
    for part in &parts.parts {
        let Some(fact) = facts::lookup(part.form, part.shape, catalog.major) else {
            judged.unknown.push(unmeasured(part, catalog.major));
            continue;
        };
        judged.transaction &= fact.transaction;
        if let Some(refusal) = &fact.refusal {
            judged.refusal.get_or_insert_with(|| refusal.message.clone());
        }
        let effect = fact.effect(&part.roles);
        effect.locks.into_iter().for_each(|lock| stronger(&mut locks, lock));
        rewrites.extend(effect.rewrites);
        scans.extend(effect.scans.into_iter().filter(|name| !part.unscanned.contains(name)));
        judged.effect.data_loss |= (effect.data_loss || part.loses) && part.rows;
        for (role, kind) in &fact.index_builds {
            count_builds(*kind, part, *role, catalog, &mut builds, &mut judged.unknown);
        }
    }
    raise_children(parts, &mut locks);
    locks = standing_out(locks, catalog);
    rewrites.retain(|name| stores(name, catalog));
    scans.retain(|name| stores(name, catalog));
    builds.retain(|name, _| stores(name, catalog));
    judged.effect.locks = locks.into_iter().map(|(relation, mode)| RelationLock { relation, mode }).collect();
    judged.effect.rewrites = rewrites.into_iter().collect();
    judged.effect.scans = scans.into_iter().collect();
    judged.effect.index_builds = builds.values().map(|(new, rebuilt)| new + rebuilt).sum();
    judged.unknown.sort();
    judged.unknown.dedup();
    judged
}

/// The clauses of one `ALTER TABLE` take one lock, the strongest, on the children too.
fn raise_children(parts: &Parts, locks: &mut BTreeMap<Name, LockMode>) {
    if parts.clauses < 2 {
        return;
    }
    for part in &parts.parts {
        let Some(mode) = part.roles.named(Role::Table).first().and_then(|it| locks.get(it)).copied() else {
            continue;
        };
        for child in part.roles.named(Role::Child) {
            if let Some(known) = locks.get_mut(child) {
                *known = mode.max(*known);
            }
        }
    }
}

/// Whether a relation has rows of its own: partitioned tables and views have none.
fn stores(name: &Name, catalog: &Catalog) -> bool {
    catalog.relation(name).is_none_or(|it| it.kind != RelationKind::View && !it.is_partitioned())
}

/// An index goes with its table and a sequence with the table that owns it: they are named only where
/// the lock on them is stronger than the one on that table.
fn standing_out(locks: BTreeMap<Name, LockMode>, catalog: &Catalog) -> BTreeMap<Name, LockMode> {
    let owners =
        |name: &Name| catalog.last_known(name).and_then(|it| it.owner.clone()).map(|(owner, _)| owner);
    let hidden = |name: &Name, mode: LockMode| {
        owners(name).and_then(|owner| locks.get(&owner)).is_some_and(|of_owner| mode <= *of_owner)
    };
    locks
        .iter()
        .filter(|(name, mode)| !hidden(name, **mode))
        .map(|(name, mode)| (name.clone(), *mode))
        .collect()
}

fn stronger(locks: &mut BTreeMap<Name, LockMode>, lock: RelationLock) {
    let mode = locks.entry(lock.relation).or_insert(lock.mode);
    *mode = lock.mode.max(*mode);
}

fn unmeasured(part: &Part, major: u32) -> String {
    format!("{} was not measured on a {} table of PostgreSQL {major}", part.form.meaning(), part.shape)
}

/// New indexes add up; those that exist are rebuilt once, whatever the number of reasons.
fn count_builds(
    kind: Builds,
    part: &Part,
    role: Role,
    catalog: &Catalog,
    builds: &mut BTreeMap<Name, (u32, u32)>,
    unknown: &mut Vec<String>,
) {
    for table in part.roles.named(role) {
        let counts = part.roles.index_counts(table);
        let known = builds.entry(table.clone()).or_default();
        // A clause counts the indexes that earlier ones of the statement made.
        let all = counts.all.saturating_sub(known.0);
        let (new, rebuilt) = match kind {
            Builds::One => (1, 0),
            Builds::OfColumn => (0, counts.of_column),
            Builds::All => (0, all),
            Builds::AllAndOne => (1, all),
        };
        *known = (known.0 + new, known.1.max(rebuilt));
        let partial = catalog.relation(table).is_some_and(|relation| !relation.whole);
        if kind != Builds::One && partial {
            unknown
                .push(format!("the indexes of {table} are not known, so not counted; --schema tells them"));
        }
    }
}
