//! A foreign key replaced by another on the same columns, without a moment in which nothing is enforced:
//! the new one is added and proved beside the old one, which then goes.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Constraint, ConstraintKind, ForeignKeyAction, Ident, Name, PhaseName, sql};

use super::{add_check, prove_again};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::AlterForeignKey { table, from, to } = change else { return None };
    if situation.is_partitioned(table) && situation.server_major < 18 {
        return None;
    }
    let beside = beside(from, to);
    let mut drafts = add_check::not_valid_then_validate(table, &beside, PhaseName::Expand);
    drafts.extend(prove_again::step(table, from, from.name.as_str(), PhaseName::Switch));
    drafts.push(switch(table, from, to, &beside, switched(table, from)));
    let mut drafted = Drafted::new(
        "the new foreign key is proved beside the old one before the old one goes: there is no moment without \
         enforcement",
        drafts,
    );
    drafted.notes.extend(unwatched(table, from, to, situation));
    Some(drafted)
}

/// What to know where deletes that went through will be refused, and nobody counts them.
fn unwatched(table: &Name, from: &Constraint, to: &Constraint, situation: &Situation<'_>) -> Option<String> {
    let (ConstraintKind::ForeignKey(from), ConstraintKind::ForeignKey(to)) = (&from.kind, &to.kind) else {
        return None;
    };
    let refuses = |action| matches!(action, ForeignKeyAction::NoAction | ForeignKeyAction::Restrict);
    if refuses(from.on_delete) || !refuses(to.on_delete) || situation.is_watched(&to.references) {
        return None;
    }
    Some(format!(
        "deletes from {parent} that reach into {table} will be refused; to have it counted that there are none any \
         more, tell a [[gate]] with before = \"switch\" and no_deletes_from = \"{parent}\" in lockkeeper.toml",
        parent = to.references
    ))
}

/// The new key under a name that is free while the old one stands.
pub(super) fn beside(from: &Constraint, to: &Constraint) -> Constraint {
    let name = if from.name == to.name {
        Ident::new(format!("_lockkeeper_{}", to.name.as_str())).truncated()
    } else {
        to.name.clone()
    };
    Constraint { name, ..to.clone() }
}

/// The old one goes, and the new one takes its name.
pub(super) fn switch(
    table: &Name,
    from: &Constraint,
    to: &Constraint,
    beside: &Constraint,
    acts: Vec<Act>,
) -> Draft {
    let mut forward = vec![sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, from.name)];
    let mut back = Vec::new();
    if beside.name != to.name {
        forward.push(sql!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", table, beside.name, to.name));
        back.push(sql!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", table, to.name, beside.name));
    }
    back.push(sql!("ALTER TABLE {} ADD {}", table, from.as_not_valid().definition()));
    let gone = if beside.name == to.name { &from.name } else { &beside.name };
    let done =
        probe::both(&probe::constraint_valid(table, &to.name), &probe::not(&probe::constraint(table, gone)));
    Draft {
        phase: PhaseName::Switch,
        title: format!("let {} take over", to.name),
        table: Some(table.clone()),
        action: Action::Transaction { sql: forward },
        acts,
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: back },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

fn switched(table: &Name, from: &Constraint) -> Vec<Act> {
    let drop = Change::DropConstraint { table: table.clone(), constraint: from.clone() };
    let mut acts = assess::effect::acts(&drop, &model::Schema::default());
    acts.push(Act::new(Form::RenameConstraint, table));
    acts
}
