//! The step in which the second columns take over, and the one that drops the first ones for good.

use assess::effect::Act;
use facts::Form;
use model::{Action, ConstraintKind, Index, KEPT_PREFIX, Name, PhaseName, sql};

use super::parts::prefixed;
use super::twin::{Twin, index_stands_on};
use super::{Group, swap};
use crate::Cost;
use crate::draft::Draft;
use crate::probe;

/// The moment of renames.
pub(super) fn switch(group: &Group<'_>) -> Draft {
    let done = group.twins.iter().fold(sql!("SELECT true"), |all, twin| {
        let there = probe::type_is(twin.table, twin.name(), &twin.to.type_name);
        probe::both(&all, &probe::both(&there, &probe::column(twin.table, &twin.kept)))
    });
    let mut acts: Vec<Act> =
        group.twins.iter().map(|twin| Act::new(Form::RenameColumn, twin.table).on(twin.name())).collect();
    for (table, constraint) in group.old.foreign.iter().chain(&group.new.foreign) {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            acts.push(Act::new(Form::DropForeignKey, table).with(&key.references));
        }
    }
    for change in &group.carried {
        acts.extend(assess::effect::acts(change, group.schemas[0]));
    }
    Draft {
        phase: PhaseName::Switch,
        title: format!("let the second columns of {} take over", group.titles()),
        table: group.twins.first().map(|twin| twin.table.clone()),
        action: Action::Transaction { sql: swap::forward(group) },
        undo_acts: Some(acts.clone()),
        acts,
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: swap::back(group) },
        cost: group.carried_cost,
        late: false,
    }
}

/// Nothing follows the second column any more.
pub(super) fn clean_up(twin: &Twin<'_>, group: &Group<'_>) -> Draft {
    let gone = probe::not(&probe::column(twin.table, &twin.kept));
    let mut sql = vec![
        sql!("DROP TRIGGER {} ON {}", twin.trigger(), twin.table),
        sql!("DROP FUNCTION {}()", twin.function()),
        sql!("ALTER TABLE {} DROP COLUMN {}", twin.table, twin.kept),
    ];
    let is_last =
        group.twins.iter().rfind(|other| other.table == twin.table).map(Twin::name) == Some(twin.name());
    let apart = group
        .old
        .indexes
        .iter()
        .filter(|(table, index)| is_last && table == twin.table && !stands(index, group, table));
    sql.extend(
        apart.map(|(table, index)| sql!("DROP INDEX {}", table.sibling(&prefixed(KEPT_PREFIX, &index.name)))),
    );
    Draft {
        phase: PhaseName::Cleanup,
        title: format!("drop the first column {} for good", twin.name()),
        table: Some(twin.table.clone()),
        action: Action::Transaction { sql },
        acts: vec![Act::new(Form::DropColumn, twin.table), Act::new(Form::DropTrigger, twin.table)],
        verification: gone.clone(),
        probe: gone,
        undo: Action::Nothing { why: "what cleanup removed is gone for good".to_owned() },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// Whether the index goes with one of the first columns of its table.
fn stands(index: &Index, group: &Group<'_>, table: &Name) -> bool {
    group.twins.iter().any(|twin| twin.table == table && index_stands_on(index, twin.name()))
}
