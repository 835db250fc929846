//! An index that goes, CONCURRENTLY; the way back builds it again without blocking.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Leftover, PhaseName};

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
    let gone = probe::not(&probe::object(&model::ObjectRef::Index(table.clone(), index.name.clone())));
    let drop = Draft {
        phase: PhaseName::Contract,
        title: format!("drop index {}", index.name),
        table: Some(table.clone()),
        action: Action::Concurrent { sql: index.drop(table, true), leftover: None },
        acts: vec![Act::new(Form::DropIndexConcurrently, table)],
        verification: gone.clone(),
        probe: gone,
        undo: Action::Concurrent {
            sql: index.create(table, true),
            leftover: Some(Leftover {
                probe: probe::index_invalid(table, &index.name),
                remove: index.drop(table, true),
            }),
        },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    };
    Some(Drafted::new("CONCURRENTLY drops it under SHARE UPDATE EXCLUSIVE", vec![drop]).note(format!(
        "the way back builds index {} anew, which takes as long as building it takes",
        index.name
    )))
}
