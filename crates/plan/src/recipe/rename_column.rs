//! A column that changes its name, with both names usable until the code is deployed.
//!
//! The table steps aside under a name of ours with the column renamed; a view under the table's own name shows
//! both names. It comes when everything else of the plan is done, because nothing can be altered behind it.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Ident, Name, PhaseName, Table, sql};

use super::rename_table::{back, forward};
use super::stand_in::{self, StandIn};
use super::{carried, second_column};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::RenameColumn { table: name, to, .. } = change else { return None };
    if situation.former_name(name) != name {
        let why = "made together with the rename of its table";
        return Some(Drafted::new(why, Vec::new()));
    }
    let renames = Renames::of(name, situation);
    // One step renames all columns of a table that the plan renames: that of the last.
    if renames.names.last().is_some_and(|(_, last)| *last != to) {
        return Some(Drafted::new("made together with the other renames of its table", Vec::new()));
    }
    let current = situation.from.table(name)?;
    let wanted = situation.to.table(name)?;
    if let Some(why) = obstacle(name, current, &renames, situation) {
        return Some(at_once(&renames, name, &why));
    }
    let base = stand_in::base(name);
    let columns = shown(current, wanted, &renames);
    let stand_in = StandIn {
        view: name,
        table: &base,
        columns: columns.iter().map(|(column, shown)| (column, shown)).collect(),
        major: situation.server_major,
    };
    Some(
        Drafted::new(
            "a view under the table's name shows both names of the column and passes reads and writes on, so that \
             both work until the code knows the new one",
            vec![both_names(&stand_in, &renames), one_name(&stand_in, &renames)],
        )
        .gate(PhaseName::Contract, format!("no deployed code knows {}", old_names(name, &renames)))
        .note(format!(
            "between switch and contract {name} is a view: {}; one INSERT or UPDATE cannot name both names of \
             the column",
            stand_in::LIMITS
        )),
    )
}

/// The renames of a table's columns, which one step makes together.
struct Renames<'a> {
    /// Each column's name so far and its new one.
    names: Vec<(&'a Ident, &'a Ident)>,
    /// The renames, and what they take along.
    changes: Vec<&'a Change>,
}

impl<'a> Renames<'a> {
    fn of(table: &Name, situation: &Situation<'a>) -> Self {
        let names = |change: &'a Change| match change {
            Change::RenameColumn { table: on, from, to } if on == table => Some((from, to)),
            _ => None,
        };
        let mut changes: Vec<&Change> = situation.changes.iter().filter(|it| names(it).is_some()).collect();
        changes.extend(carried::by(table, situation));
        Self { names: situation.changes.iter().filter_map(names).collect(), changes }
    }

    fn new_name(&self, old: &Ident) -> Option<&'a Ident> {
        self.names.iter().find(|(from, _)| *from == old).map(|(_, to)| *to)
    }
}

/// Whether the columns of a table get their new names in the expand phase, for good.
pub(super) fn is_at_once(table: &Name, situation: &Situation<'_>) -> bool {
    let Some(current) = situation.from.table(table) else { return true };
    obstacle(table, current, &Renames::of(table, situation), situation).is_some()
}

/// Why a view cannot stand in; none where it can.
fn obstacle(name: &Name, table: &Table, renames: &Renames<'_>, situation: &Situation<'_>) -> Option<String> {
    if let Some(why) = stand_in::obstacle(table, situation) {
        return Some(why.to_owned());
    }
    if second_column::is_of(name, situation) {
        let why = "the plan also changes the type of one of its columns by way of a second one, and a view \
                   shows but one (a plan that renames and nothing else keeps both: make it first)";
        return Some(why.to_owned());
    }
    let others = situation.changes.iter().filter(|change| !renames.changes.contains(change));
    let names_it = |change: &&Change| {
        change.sql().iter().any(|sql| renames.names.iter().any(|(_, new)| diff::mentions(sql.as_str(), new)))
    };
    let other = others.into_iter().find(names_it)?;
    Some(format!("{} {} needs the new name before", other.operation(), other.object()))
}

/// The columns of the table when the view is made, with the names they have in the view: those there are, then
/// those that the plan adds, then the old names.
fn shown(current: &Table, wanted: &Table, renames: &Renames<'_>) -> Vec<(Ident, Ident)> {
    let name = |column| renames.new_name(column).unwrap_or(column);
    let there: Vec<&Ident> = current.columns.iter().map(|column| name(&column.name)).collect();
    let added = wanted.columns.iter().map(|column| &column.name).filter(|name| !there.contains(name));
    let own = there.iter().copied().chain(added).map(|name| (name.clone(), name.clone()));
    own.chain(renames.names.iter().map(|(old, new)| ((*new).clone(), (*old).clone()))).collect()
}

fn old_names(table: &Name, renames: &Renames<'_>) -> String {
    let names: Vec<String> = renames.names.iter().map(|(old, _)| format!("{table}.{old}")).collect();
    names.join(", ")
}

fn title(renames: &Renames<'_>) -> String {
    let each: Vec<String> = renames.names.iter().map(|(old, new)| format!("{old} to {new}")).collect();
    each.join(" and ")
}

fn both_names(stand_in: &StandIn<'_>, renames: &Renames<'_>) -> Draft {
    let (name, base) = (stand_in.view, stand_in.table);
    let mut there = forward(&renames.changes);
    there.push(sql!("ALTER TABLE {} RENAME TO {}", name, base.name));
    there.extend(stand_in.create());
    let mut again = vec![stand_in.drop(), sql!("ALTER TABLE {} RENAME TO {}", base, name.name)];
    again.extend(back(&renames.changes));
    let both = probe::both(&probe::table(base), &probe::view(name));
    Draft {
        phase: PhaseName::Switch,
        title: format!("rename column {}, with both names usable", title(renames)),
        table: Some(name.clone()),
        action: Action::Transaction { sql: there },
        acts: vec![Act::new(Form::RenameColumn, name), Act::new(Form::RenameTable, name)],
        verification: probe::writable_view(name),
        probe: both,
        undo: Action::Transaction { sql: again },
        cost: Cost::Catalog,
        undo_acts: Some(vec![Act::new(Form::DropView, name), Act::new(Form::RenameTable, name)]),
        late: true,
    }
}

fn one_name(stand_in: &StandIn<'_>, renames: &Renames<'_>) -> Draft {
    let (name, base) = (stand_in.view, stand_in.table);
    let mut back = vec![sql!("ALTER TABLE {} RENAME TO {}", name, base.name)];
    back.extend(stand_in.create());
    let done = probe::both(&probe::table(name), &probe::not(&probe::relation(base)));
    Draft {
        phase: PhaseName::Contract,
        title: format!("take away the old names after renaming {}", title(renames)),
        table: Some(name.clone()),
        action: Action::Transaction {
            sql: vec![stand_in.drop(), sql!("ALTER TABLE {} RENAME TO {}", base, name.name)],
        },
        acts: vec![Act::new(Form::RenameTable, name)],
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: back },
        cost: Cost::Catalog,
        undo_acts: Some(vec![Act::new(Form::RenameTable, name)]),
        late: false,
    }
}

/// One name after the other, and the code with it.
fn at_once(renames: &Renames<'_>, name: &Name, why: &str) -> Drafted {
    let done = renames.names.iter().fold(sql!("SELECT true"), |all, (old, new)| {
        let renamed = probe::both(&probe::column(name, new), &probe::not(&probe::column(name, old)));
        probe::both(&all, &renamed)
    });
    let step = Draft {
        phase: PhaseName::Expand,
        title: format!("rename column {}", title(renames)),
        table: Some(name.clone()),
        action: Action::Transaction { sql: forward(&renames.changes) },
        acts: vec![Act::new(Form::RenameColumn, name)],
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: back(&renames.changes) },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    };
    let why = format!("both names cannot be usable at once: {why}");
    Drafted::new(why.clone(), vec![step]).gate(
        PhaseName::Expand,
        format!(
            "the code that knows {} by the new names is ready to be deployed with it; {why}",
            old_names(name, renames)
        ),
    )
}
