//! A column whose default is volatile: added directly, every row would be rewritten under ACCESS EXCLUSIVE.
//!
//! The column comes nullable with its default set apart, so that new rows have it; old rows are filled in
//! small transactions; NOT NULL is proved by a CHECK.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Column, PhaseName, Sql, Volatility, sql};

use super::{add_column, filling, set_not_null};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::AddColumn { table, column } = change else { return None };
    let default = column.default.as_ref()?;
    let told = situation.fill(table, &column.name);
    let is_volatile = column.default_volatility == Some(Volatility::Volatile);
    if situation.is_new(table) || situation.is_remade(change) || !is_volatile && told.is_none() {
        return None;
    }
    let bare = Column { default: None, default_volatility: None, not_null: false, ..column.clone() };
    let mut expand = add_column::add(table, &bare);
    let set_default = Change::SetDefault {
        table: table.clone(),
        column: column.name.clone(),
        from: None,
        to: Some(default.clone()),
    };
    let there = probe::both(&probe::column(table, &column.name), &probe::has_default(table, &column.name));
    expand.title = format!("add column {} with its default for new rows", column.name);
    if let Action::Transaction { sql } = &mut expand.action {
        sql.extend(set_default.sql());
    }
    expand.acts.push(Act::new(Form::SetDefault, table));
    expand.verification = probe::default_is(table, &column.name, default);
    expand.probe = there;
    let pending = sql!("{} IS NULL", column.name);
    let filled = probe::no_row(table, &pending);
    let set = match told {
        Some(told) => sql!("{} = coalesce({}, {})", column.name, told.with, default),
        None => sql!("{} = {}", column.name, default),
    };
    let fill = Draft {
        phase: PhaseName::Backfill,
        title: format!("fill {}", column.name),
        table: Some(table.clone()),
        action: Action::Backfill(filling::of((table, &[&column.name]), set, pending, situation)),
        acts: vec![Act::new(Form::Update, table)],
        verification: filled.clone(),
        probe: filled,
        undo: Action::Nothing {
            why: "the column itself goes when the expand phase is taken back".to_owned(),
        },
        cost: Cost::Fill,
        undo_acts: None,
        late: false,
    };
    let mut drafts = vec![expand, fill];
    if column.not_null {
        drafts.extend(set_not_null::steps(table, &column.name, situation));
    }
    Some(Drafted::new(
        format!(
            "the default {} is volatile: added directly it would rewrite every row under ACCESS EXCLUSIVE",
            Sql::verbatim(default.0.clone())
        ),
        drafts,
    ))
}
