//! A table that changes its name, with both names usable until the code is deployed.
//!
//! The table takes its new name first, so that everything else of the plan finds it there; a view stands in
//! under the old name until contract.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Column, Ident, Name, PhaseName, Sql};

use super::stand_in::{self, StandIn};
use super::{carried, privileges};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::RenameTable { from, to } = change else { return None };
    let table = situation.from.table(from)?;
    let columns = renamed_columns(to, situation);
    let along = carried::by(to, situation);
    let all = || std::iter::once(change).chain(columns.iter().chain(&along).copied());
    if let Some(why) = obstacle(from, to, situation) {
        return Some(at_once(all().collect(), from, to, why));
    }
    let name = |column: &Column| {
        let new = columns.iter().find_map(|change| match change {
            Change::RenameColumn { from, to, .. } if *from == column.name => Some(to.clone()),
            _ => None,
        });
        new.unwrap_or_else(|| column.name.clone())
    };
    let names: Vec<Ident> = table.columns.iter().map(name).collect();
    let stand_in = StandIn {
        view: from,
        table: to,
        columns: names.iter().zip(table.columns.iter().map(|column| &column.name)).collect(),
        major: situation.server_major,
    };
    Some(
        Drafted::new(
            "a view under the old name passes reads and writes on, so that both names work until the code knows \
             the new one",
            vec![both_names(all().collect(), &stand_in), one_name(&stand_in)],
        )
        .gate(PhaseName::Contract, format!("no deployed code reads or writes {from} by that name"))
        .note(format!("until contract {from} is a view: {}", stand_in::LIMITS)),
    )
}

/// Columns of the table that change their names with it: the view shows them under their old ones.
fn renamed_columns<'a>(to: &Name, situation: &Situation<'a>) -> Vec<&'a Change> {
    let of_it = |change: &&Change| matches!(change, Change::RenameColumn { table, .. } if table == to);
    situation.changes.iter().filter(of_it).collect()
}

/// Why the two names cannot be usable at once; none where they can.
fn obstacle(from: &Name, to: &Name, situation: &Situation<'_>) -> Option<&'static str> {
    let table = situation.from.table(from)?;
    if situation.to.tables.contains_key(from) || situation.to.views.contains_key(from) {
        return Some("another relation takes the old name");
    }
    stand_in::obstacle(table, situation).or_else(|| pinned(to, situation))
}

/// PostgreSQL refuses to change a column while a view reads it.
fn pinned(to: &Name, situation: &Situation<'_>) -> Option<&'static str> {
    let pins = situation.changes.iter().any(|change| match change {
        Change::AlterColumnType { table, .. } | Change::SetGenerated { table, .. } => table == to,
        Change::ReplaceEnum { columns, .. } => columns.iter().any(|(table, _)| table == to),
        _ => false,
    });
    pins.then_some(
        "the plan also changes the type of one of its columns, which a view would pin (a plan that renames and nothing \
         else keeps both: make it first)",
    )
}

fn both_names(changes: Vec<&Change>, stand_in: &StandIn<'_>) -> Draft {
    let (from, to) = (stand_in.view, stand_in.table);
    let there = probe::both(&probe::table(to), &probe::view(from));
    Draft {
        phase: PhaseName::Expand,
        title: format!("rename table {from} to {to}, with both names usable"),
        table: Some(from.clone()),
        action: Action::Transaction { sql: forward(&changes).into_iter().chain(stand_in.create()).collect() },
        acts: vec![Act::new(Form::SetSchema, from), Act::new(Form::RenameTable, from)],
        verification: probe::writable_view(from),
        probe: there,
        undo: Action::Transaction { sql: std::iter::once(stand_in.drop()).chain(back(&changes)).collect() },
        cost: Cost::Catalog,
        undo_acts: Some(vec![Act::new(Form::DropView, from), Act::new(Form::RenameTable, to)]),
        late: false,
    }
}

/// The statements of changes, in order.
pub(super) fn forward(changes: &[&Change]) -> Vec<Sql> {
    privileges::kept_over(changes)
}

/// The statements that take changes back: names first, because what went along is written with the old ones.
pub(super) fn back(changes: &[&Change]) -> Vec<Sql> {
    let is_name =
        |change: &&&Change| matches!(change, Change::RenameTable { .. } | Change::RenameColumn { .. });
    let (names, along): (Vec<&Change>, Vec<&Change>) = changes.iter().rev().partition(is_name);
    let inverses: Vec<Change> = names.into_iter().chain(along).filter_map(Change::inverse).collect();
    privileges::kept_over(&inverses.iter().collect::<Vec<_>>())
}

fn one_name(stand_in: &StandIn<'_>) -> Draft {
    let gone = probe::not(&probe::relation(stand_in.view));
    Draft {
        phase: PhaseName::Contract,
        title: format!("take away the old name {}", stand_in.view),
        table: Some(stand_in.table.clone()),
        action: Action::Transaction { sql: vec![stand_in.drop()] },
        acts: vec![Act::new(Form::DropView, stand_in.view)],
        verification: gone.clone(),
        probe: gone,
        undo: Action::Transaction { sql: stand_in.create() },
        cost: Cost::Catalog,
        undo_acts: Some(vec![Act::new(Form::CreateView, stand_in.view).with(stand_in.table)]),
        late: false,
    }
}

/// One name after the other, and the code with it.
fn at_once(changes: Vec<&Change>, from: &Name, to: &Name, why: &str) -> Drafted {
    let done = probe::both(&probe::relation(to), &probe::not(&probe::table(from)));
    let step = Draft {
        phase: PhaseName::Expand,
        title: format!("rename table {from} to {to}"),
        table: Some(from.clone()),
        action: Action::Transaction { sql: forward(&changes) },
        acts: vec![Act::new(Form::SetSchema, from), Act::new(Form::RenameTable, from)],
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: back(&changes) },
        cost: Cost::Catalog,
        undo_acts: Some(vec![Act::new(Form::RenameTable, to)]),
        late: false,
    };
    let why = format!("both names cannot be usable at once: {why}");
    Drafted::new(why.clone(), vec![step]).gate(
        PhaseName::Expand,
        format!("the code that knows {to} by its new name is ready to be deployed with it; {why}"),
    )
}
