//! Indexes: matched by name, then by what they are.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, Ident, Index, Name};

pub(crate) fn compare(
    table: &Name,
    from: &BTreeMap<Ident, Index>,
    to: &BTreeMap<Ident, Index>,
    changes: &mut Vec<Change>,
) {
    let mut renamed = BTreeSet::new();
    for wanted in to.values().filter(|index| !index.inherited) {
        if let Some(current) = from.get(&wanted.name) {
            if comparable(current) != comparable(wanted) {
                drop(table, current, changes);
                create(table, wanted, changes);
            }
            continue;
        }
        let alike = from.values().find(|current| {
            !to.contains_key(&current.name)
                && !renamed.contains(&current.name)
                && Index { name: wanted.name.clone(), ..comparable(current) } == comparable(wanted)
        });
        match alike {
            Some(current) => {
                renamed.insert(current.name.clone());
                changes.push(Change::RenameIndex {
                    table: table.clone(),
                    from: current.name.clone(),
                    to: wanted.name.clone(),
                });
            }
            None => create(table, wanted, changes),
        }
    }
    for current in from.values().filter(|index| !index.inherited) {
        if !to.contains_key(&current.name) && !renamed.contains(&current.name) {
            drop(table, current, changes);
        }
    }
}

fn create(table: &Name, index: &Index, changes: &mut Vec<Change>) {
    changes.push(Change::CreateIndex { table: table.clone(), index: comparable(index) });
}

fn drop(table: &Name, index: &Index, changes: &mut Vec<Change>) {
    changes.push(Change::DropIndex { table: table.clone(), index: comparable(index) });
}

/// An index without its comment, which is a change of its own.
fn comparable(index: &Index) -> Index {
    Index { comment: None, ..index.clone() }
}
