//! Indexes: matched by name, then by what they are.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, Ident, Index, Name, ObjectRef};

use crate::Sides;
use crate::object::comment;

/// An index as it is and as it is wanted; one of them is there.
pub(crate) struct Pair<'a> {
    pub(crate) current: Option<&'a Index>,
    pub(crate) wanted: Option<&'a Index>,
}

/// The declared indexes of both sides, matched. Those that a parent table implies are left out, and so are
/// those that it will imply: they are taken over as they are.
pub(crate) fn pairs<'a>(from: &'a BTreeMap<Ident, Index>, to: &'a BTreeMap<Ident, Index>) -> Vec<Pair<'a>> {
    let declared = |index: &&Index| !index.inherited;
    let mut taken: BTreeSet<&Ident> = BTreeSet::new();
    let mut pairs = Vec::new();
    let (named, unnamed): (Vec<_>, Vec<_>) =
        to.values().filter(declared).partition(|wanted| from.get(&wanted.name).is_some_and(|c| !c.inherited));
    for wanted in named {
        taken.insert(&wanted.name);
        pairs.push(Pair { current: from.get(&wanted.name), wanted: Some(wanted) });
    }
    for wanted in unnamed {
        let alike = from.values().filter(declared).find(|current| {
            !taken.contains(&current.name) && !to.contains_key(&current.name) && is_same(current, wanted)
        });
        taken.extend(alike.map(|current| &current.name));
        pairs.push(Pair { current: alike, wanted: Some(wanted) });
    }
    let implied: Vec<&Index> = to.values().filter(|index| index.inherited).collect();
    for current in from.values().filter(declared).filter(|current| !taken.contains(&current.name)) {
        if !implied.iter().any(|wanted| is_same(current, wanted)) {
            pairs.push(Pair { current: Some(current), wanted: None });
        }
    }
    pairs
}

/// Whether two indexes are the same but for name and comment. A wanted one that is not valid, as on a partitioned
/// table not all of whose partitions have it, is there when a valid one is.
pub(crate) fn is_same(current: &Index, wanted: &Index) -> bool {
    let bare = |index: &Index| Index {
        name: wanted.name.clone(),
        inherited: false,
        invalid: index.invalid && !wanted.invalid,
        ..uncommented(index)
    };
    bare(current) == bare(wanted)
}

pub(crate) fn compare(
    sides: &Sides<'_>,
    table: &Name,
    from: &BTreeMap<Ident, Index>,
    to: &BTreeMap<Ident, Index>,
    changes: &mut Vec<Change>,
) {
    for pair in pairs(from, to) {
        match (pair.current, pair.wanted) {
            (Some(current), Some(wanted)) if renews(sides, table, current) || !is_same(current, wanted) => {
                drop(table, current, changes);
                create(table, wanted, changes);
            }
            (Some(current), Some(wanted)) if current.name != wanted.name => {
                changes.push(Change::RenameIndex {
                    table: table.clone(),
                    from: current.name.clone(),
                    to: wanted.name.clone(),
                });
            }
            (Some(_), Some(_)) => {}
            (Some(current), None) => drop(table, current, changes),
            (None, Some(wanted)) => create(table, wanted, changes),
            (None, None) => {}
        }
    }
}

fn renews(sides: &Sides<'_>, table: &Name, index: &Index) -> bool {
    sides.events.renews(&ObjectRef::Index(table.clone(), index.name.clone()))
}

pub(crate) fn comments(
    sides: &Sides<'_>,
    table: &Name,
    from: &BTreeMap<Ident, Index>,
    to: &BTreeMap<Ident, Index>,
    changes: &mut Vec<Change>,
) {
    for pair in pairs(from, to) {
        let Some(wanted) = pair.wanted else { continue };
        let stays = |current: &&Index| !renews(sides, table, current) && is_same(current, wanted);
        let current = pair.current.filter(stays).and_then(|current| current.comment.clone());
        let on = ObjectRef::Index(table.clone(), wanted.name.clone());
        comment(changes, on, current, wanted.comment.clone());
    }
}

fn create(table: &Name, index: &Index, changes: &mut Vec<Change>) {
    changes.push(Change::CreateIndex { table: table.clone(), index: uncommented(index) });
}

fn drop(table: &Name, index: &Index, changes: &mut Vec<Change>) {
    changes.push(Change::DropIndex { table: table.clone(), index: index.clone() });
}

/// An index without its comment, which is a change of its own.
fn uncommented(index: &Index) -> Index {
    Index { comment: None, ..index.clone() }
}
