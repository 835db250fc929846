//! A column that goes: out of reach first, for good only in cleanup.
//!
//! Contract renames it away (and lifts NOT NULL, so that inserts that no longer know it succeed); the
//! reader of live schemas does not see columns under [`model::KEPT_PREFIX`]. Cleanup drops it.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Column, Ident, KEPT_PREFIX, Name, PhaseName, sql};

use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::DropColumn { table, column } = change else { return None };
    let is_plain = column.generated.is_none() && column.identity.is_none();
    if situation.is_partitioned(table) || situation.is_remade(change) || !is_plain {
        return None;
    }
    let kept = Ident::new(format!("{KEPT_PREFIX}{}", column.name.as_str())).truncated();
    Some(
        Drafted::new(
            "the column is renamed out of reach and kept, so that the way back has its data; cleanup drops it",
            vec![put_away(table, column, &kept), clean_up(table, column, &kept)],
        )
        .gate(
            PhaseName::Contract,
            format!("no deployed code reads or writes {table}.{}", column.name),
        )
        .note(format!("{table}.{} is kept as {kept} until cleanup; after cleanup there is no way back", column.name)),
    )
}

/// Renames the column out of reach.
pub(super) fn put_away(table: &Name, column: &Column, kept: &Ident) -> Draft {
    let mut forward = vec![sql!("ALTER TABLE {} RENAME COLUMN {} TO {}", table, column.name, kept)];
    let mut back = vec![sql!("ALTER TABLE {} RENAME COLUMN {} TO {}", table, kept, column.name)];
    if column.not_null {
        forward.push(sql!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", table, kept));
        // Fails where rows came in since without a value: they cannot be given one, and it says so.
        back.push(sql!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", table, column.name));
    }
    let away = probe::both(&probe::column(table, kept), &probe::not(&probe::column(table, &column.name)));
    Draft {
        phase: PhaseName::Contract,
        title: format!("put column {} out of reach", column.name),
        table: Some(table.clone()),
        action: Action::Transaction { sql: forward },
        acts: vec![Act::new(Form::RenameColumn, table), Act::new(Form::DropNotNull, table)],
        verification: away.clone(),
        probe: away,
        undo: Action::Transaction { sql: back },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// Drops it for good.
pub(super) fn clean_up(table: &Name, column: &Column, kept: &Ident) -> Draft {
    let gone = probe::not(&probe::column(table, kept));
    Draft {
        phase: PhaseName::Cleanup,
        title: format!("drop column {} for good", column.name),
        table: Some(table.clone()),
        action: Action::Transaction { sql: vec![sql!("ALTER TABLE {} DROP COLUMN {}", table, kept)] },
        acts: vec![Act::new(Form::DropColumn, table).on(&column.name)],
        verification: gone.clone(),
        probe: gone,
        undo: Action::Nothing { why: "what cleanup removed is gone for good".to_owned() },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}
