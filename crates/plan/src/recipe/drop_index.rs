//! An index that goes, CONCURRENTLY; the way back builds it again without blocking.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Index, Name, ObjectRef, PhaseName};

use super::create_index;
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::DropIndex { table, index } = change else { return None };
    let stays = situation.to.table(table).is_some();
    if !stays || situation.is_partitioned(table) || situation.is_remade(change) {
        return None;
    }
    Some(
        Drafted::new(
            "CONCURRENTLY drops it under SHARE UPDATE EXCLUSIVE",
            vec![drop_later(table, index, format!("drop index {}", index.name))],
        )
        .note(format!(
            "the way back builds index {} anew, which takes as long as building it takes",
            index.name
        )),
    )
}

/// The step that drops an index in the contract phase, and on the way back builds it again.
pub(super) fn drop_later(table: &Name, index: &Index, title: String) -> Draft {
    let gone = probe::not(&probe::object(&ObjectRef::Index(table.clone(), index.name.clone())));
    Draft {
        phase: PhaseName::Contract,
        title,
        table: Some(table.clone()),
        action: Action::Concurrent { sql: index.drop(table, true), leftover: None },
        acts: vec![Act::new(Form::DropIndexConcurrently, table)],
        verification: gone.clone(),
        probe: gone,
        undo: create_index::concurrently(table, index),
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}
