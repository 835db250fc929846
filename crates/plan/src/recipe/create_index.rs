//! An index, built CONCURRENTLY. A killed build leaves an invalid index, which goes before the next try.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Ident, Index, Leftover, Name, PhaseName, Volatility};

use super::second_column::index_stands_on;
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::CreateIndex { table, index } = change else { return None };
    let is_view = situation.to.views.contains_key(table);
    if situation.is_new(table) || situation.is_partitioned(table) || is_view || situation.is_remade(change) {
        return None;
    }
    let phase = phase(table, index, situation);
    let mut why =
        "CONCURRENTLY builds the index under SHARE UPDATE EXCLUSIVE, which readers and writers do not \
                   notice"
            .to_owned();
    if phase == PhaseName::Validate {
        why.push_str("; after the backfill, so that its updates stay HOT");
    }
    if stands_on_retyped(table, index, situation) {
        // Over the type as it is, its expressions would be read as others.
        why.push_str("; after the type of a column it has");
        let build = Draft { late: true, ..build(table, index, PhaseName::Switch) };
        return Some(Drafted::new(why, vec![build]));
    }
    Some(Drafted::new(why, vec![build(table, index, phase)]))
}

/// Whether the index has a column that changes its type in place.
fn stands_on_retyped(table: &Name, index: &Index, situation: &Situation<'_>) -> bool {
    let columns = situation.to.table(table).into_iter().flat_map(|wanted| &wanted.columns);
    columns
        .into_iter()
        .any(|column| situation.is_retyped(table, &column.name) && index_stands_on(index, &column.name))
}

/// An index on a column that this plan fills is built when that is done.
pub(super) fn phase(table: &Name, index: &Index, situation: &Situation<'_>) -> PhaseName {
    if is_filled(table, index, situation) { PhaseName::Validate } else { PhaseName::Expand }
}

/// The step that builds an index concurrently.
pub(super) fn build(table: &Name, index: &Index, phase: PhaseName) -> Draft {
    let valid = probe::index_valid(table, &index.name);
    let drop = index.drop(table, true);
    Draft {
        phase,
        title: format!("build index {}", index.name),
        table: Some(table.clone()),
        action: concurrently(table, index),
        acts: vec![Act::new(Form::CreateIndexConcurrently, table)],
        verification: valid.clone(),
        probe: valid,
        undo: Action::Concurrent { sql: drop, leftover: None },
        cost: Cost::IndexBuild,
        undo_acts: None,
        late: false,
    }
}

/// Builds an index without blocking; an invalid one that an interrupted build left goes before the next try.
pub(super) fn concurrently(table: &Name, index: &Index) -> Action {
    Action::Concurrent {
        sql: index.create(table, true),
        leftover: Some(Leftover {
            probe: probe::index_invalid(table, &index.name),
            remove: index.drop(table, true),
        }),
    }
}

/// Whether the index has a column that this plan fills.
fn is_filled(table: &Name, index: &Index, situation: &Situation<'_>) -> bool {
    let is_filled = |column: &Ident| {
        let is_added = situation.table(table).is_some_and(|table| table.column(column).is_none());
        let wanted = situation.wanted_column(table, column);
        let is_told = situation.is_transformed(table, column) || situation.fill(table, column).is_some();
        is_added
            && (is_told
                || wanted.is_some_and(|wanted| wanted.default_volatility == Some(Volatility::Volatile)))
    };
    index.keys.iter().filter_map(|key| key.column.as_ref()).chain(&index.include).any(is_filled)
}
