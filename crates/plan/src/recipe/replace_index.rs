//! An index that is defined anew under the same name: the new one is built CONCURRENTLY beside the old one,
//! the two change names, and the old one goes. There is no moment without an index.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Ident, Index, KEPT_PREFIX, Name, ObjectRef, PhaseName, sql};

use super::{create_index, drop_index};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    match change {
        Change::DropIndex { table, index } => {
            replaced(table, &index.name, situation)?;
            Some(Drafted::new("the index of the same name takes its place first", Vec::new()))
        }
        Change::CreateIndex { table, index } => {
            let old = replaced(table, &index.name, situation)?;
            let phase = create_index::phase(table, index, situation);
            Some(Drafted::new(
                "the new index is built CONCURRENTLY beside the old one, then they change names: no query is \
                 ever without an index",
                vec![
                    build(table, index, phase),
                    swap(table, index),
                    drop_index::drop_later(table, &old_one(old), format!("drop the old {}", old.name)),
                ],
            ))
        }
        _ => None,
    }
}

/// The index that another of the same name replaces, on a table where both can be built without blocking.
fn replaced<'a>(table: &Name, name: &Ident, situation: &'a Situation<'_>) -> Option<&'a Index> {
    let changed = [situation.now.table(table)?, situation.to.table(table)?];
    let [old, new] = changed.map(|table| table.indexes.get(name));
    let (old, new) = (old?, new?);
    let object = ObjectRef::Index(table.clone(), new.name.clone());
    let retyped = situation.to.uses.of(&object).iter().filter_map(ObjectRef::column).any(|(of, column)| {
        let [before, after] = changed.map(|table| table.column(column).map(|column| &column.type_name));
        of == table && before.is_some() && before != after
    });
    let is_whole = situation.is_replaced(&object) && !situation.is_partitioned(table);
    (is_whole && !retyped).then_some(old)
}

fn under(index: &Index, prefix: &str) -> Index {
    Index { name: Ident::new(format!("{prefix}{}", index.name.as_str())).truncated(), ..index.clone() }
}

fn new_one(index: &Index) -> Index {
    under(index, "_lockkeeper_new_")
}

fn old_one(index: &Index) -> Index {
    under(index, KEPT_PREFIX)
}

fn build(table: &Name, index: &Index, phase: PhaseName) -> Draft {
    let title = format!("build the new {} beside the old one", index.name);
    Draft { title, ..create_index::build(table, &new_one(index), phase) }
}

fn swap(table: &Name, index: &Index) -> Draft {
    let (new, old) = (new_one(index).name, old_one(index).name);
    let there = |name: &Ident| probe::object(&ObjectRef::Index(table.clone(), name.clone()));
    let done = probe::both(&there(&old), &probe::index_valid(table, &index.name));
    let rename = |from: &Ident, to: &Ident| sql!("ALTER INDEX {} RENAME TO {}", table.sibling(from), to);
    Draft {
        phase: PhaseName::Switch,
        title: format!("let the new {} take over", index.name),
        table: Some(table.clone()),
        action: Action::Transaction { sql: vec![rename(&index.name, &old), rename(&new, &index.name)] },
        acts: vec![Act::new(Form::RenameIndex, table)],
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: vec![rename(&index.name, &new), rename(&old, &index.name)] },
        cost: Cost::Catalog,
        undo_acts: Some(vec![Act::new(Form::RenameIndex, table)]),
        late: false,
    }
}
