//! Views, policies, triggers, rules and routines that go and come again, in one transaction with the changes for
//! which they step aside: nobody finds them missing.

use model::{
    Action, Change, Column, Constraint, ConstraintKind, Ident, Name, Object, ObjectRef, PhaseName, Policy,
    Sql, sql,
};

use super::{direct, privileges, standing};
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    if !situation.steps_aside(change) && direct::phase(change, situation) != PhaseName::Switch {
        return None;
    }
    let members = members(situation, |change| super::is_direct(change, situation));
    let (first, probes) = (*members.first()?, probes(&members, situation));
    if !members.contains(&change) || probes.is_empty() {
        return None;
    }
    if first != change {
        return Some(Drafted::new("changes in one transaction with what it stands on", Vec::new()));
    }
    let mut drafted = Drafted::new(
        "what stands on a change goes and comes again in one transaction with it: nobody finds it missing",
        vec![whole(&members, &probes, situation)],
    );
    drafted.notes.extend(members.iter().filter_map(|change| direct::asks_for_window(change, situation)));
    let lasting = members.iter().filter(|change| !situation.steps_aside(change));
    drafted.notes.extend(lasting.filter_map(|change| direct::lost(change)));
    Some(drafted)
}

/// What goes and comes again, and what can only change meanwhile, for a recipe that does both in a transaction of
/// its own: changes that no other one takes.
pub(super) fn along<'a>(situation: &Situation<'a>) -> Vec<&'a Change> {
    members(situation, |change| super::is_left(change, situation))
}

/// From the first that goes to the last that comes again, with the changes between, as far as they are free: no
/// recipe makes them in another way.
fn members<'a>(situation: &Situation<'a>, is_free: impl Fn(&Change) -> bool) -> Vec<&'a Change> {
    // A column, a constraint or an index that goes and comes again, or whose name another one takes, where no recipe
    // makes it beside the old one.
    let is_remade = |change: &Change| {
        matches!(
            change,
            Change::AddColumn { .. }
                | Change::DropColumn { .. }
                | Change::AddConstraint { .. }
                | Change::DropConstraint { .. }
                | Change::CreateIndex { .. }
                | Change::DropIndex { .. }
        ) && situation.is_remade(change)
            && change
                .table()
                .is_some_and(|table| situation.to.tables.contains_key(&table) && !situation.is_new(&table))
    };
    let is_on_view = |change: &Change| {
        let (Change::CreateIndex { table, .. } | Change::DropIndex { table, .. }) = change else {
            return false;
        };
        situation.is_replaced(&ObjectRef::View(table.clone()))
    };
    let is_aside = |change: &Change| {
        let steps_aside = situation.steps_aside(change)
            || situation.stands_on_retyped(change)
            || situation.retypes_under_another(change);
        (steps_aside || is_remade(change) || is_on_view(change)) && is_free(change)
    };
    let Some(first) = situation.changes.iter().position(is_aside) else { return Vec::new() };
    let last = situation.changes.iter().rposition(is_aside).unwrap_or(first);
    let belongs = |change: &&Change| {
        is_aside(change)
            || direct::phase(change, situation) == PhaseName::Switch
                && change.table().is_none_or(|table| !situation.is_new(&table))
                && is_free(change)
    };
    situation.changes[first..=last].iter().filter(belongs).collect()
}

/// Questions that are false before and true after: of what stands as it did, only the changes under it tell.
fn probes(members: &[&Change], situation: &Situation<'_>) -> Vec<Sql> {
    let each = members.iter().filter_map(|change| match *change {
        Change::Drop { .. } if situation.steps_aside(change) => None,
        Change::Create { object } if situation.steps_aside(change) => {
            let before = members.iter().find_map(|other| match other {
                Change::Drop { object: before } if before.reference() == object.reference() => Some(before),
                _ => None,
            })?;
            tells(before, object).then(|| direct::replaced(object))
        }
        Change::DropConstraint { table, constraint } if remade(members, table, constraint).is_some() => None,
        Change::DropIndex { table, index } if is_built_again(members, table, &index.name) => None,
        Change::DropIndex { table, index } if is_key_again(members, table, &index.name) => None,
        // The view's own definition tells.
        Change::CreateIndex { table, .. } | Change::DropIndex { table, .. }
            if situation.is_replaced(&ObjectRef::View(table.clone())) =>
        {
            None
        }
        Change::DropColumn { table, column } if added(members, table, &column.name).is_some() => None,
        Change::AddColumn { table, column } if situation.is_remade(change) => Some(probe::both(
            &direct::generated_is(table, column),
            &probe::type_is(table, &column.name, &column.type_name),
        )),
        Change::SetDefault { table, column, to: None, .. } if is_set_again(members, table, column) => None,
        Change::AddConstraint { table, constraint } => match dropped(members, table, constraint) {
            Some(before) => told_apart(table, before, constraint),
            None => Some(direct::done(change)),
        },
        other => Some(direct::done(other)),
    });
    each.collect()
}

/// The constraint that comes under the name of one that goes.
fn remade<'a>(members: &[&'a Change], on: &Name, gone: &Constraint) -> Option<&'a Constraint> {
    members.iter().find_map(|change| match change {
        Change::AddConstraint { table, constraint } if table == on && constraint.name == gone.name => {
            Some(constraint)
        }
        _ => None,
    })
}

/// Whether an index comes under the name of one that goes.
fn is_built_again(members: &[&Change], on: &Name, name: &Ident) -> bool {
    members.iter().any(
        |change| matches!(change, Change::CreateIndex { table, index } if table == on && index.name == *name),
    )
}

/// Whether a key comes under the name of an index that goes.
fn is_key_again(members: &[&Change], on: &Name, name: &Ident) -> bool {
    members.iter().any(|change| {
        matches!(change, Change::AddConstraint { table, constraint }
            if table == on && constraint.has_index() && constraint.name == *name)
    })
}

/// The column that comes under the name of one that goes.
fn added<'a>(members: &[&'a Change], on: &Name, name: &Ident) -> Option<&'a Column> {
    members.iter().find_map(|change| match change {
        Change::AddColumn { table, column } if table == on && column.name == *name => Some(column),
        _ => None,
    })
}

/// Whether the column gets a default after the one that goes.
fn is_set_again(members: &[&Change], on: &Name, of: &Ident) -> bool {
    members.iter().any(|change| matches!(change, Change::SetDefault { table, column, to: Some(_), .. } if table == on && column == of))
}

/// The constraint that goes, and comes again under its name.
fn dropped<'a>(members: &[&'a Change], on: &Name, made: &Constraint) -> Option<&'a Constraint> {
    members.iter().find_map(|change| match change {
        Change::DropConstraint { table, constraint } if table == on && constraint.name == made.name => {
            Some(constraint)
        }
        _ => None,
    })
}

/// A question that tells a foreign key from the one of its name before; of other constraints that stand on a
/// change only the change tells.
fn told_apart(table: &Name, before: &Constraint, after: &Constraint) -> Option<Sql> {
    let is_foreign_key = matches!(after.kind, ConstraintKind::ForeignKey(_)) && before.kind != after.kind;
    let (table, from, to) = (table.clone(), before.clone(), after.clone());
    is_foreign_key.then(|| direct::done(&Change::AlterForeignKey { table, from, to }))
}

/// Whether the object's definition, as the probe sees it, tells the one from the other.
fn tells(before: &Object, after: &Object) -> bool {
    match (before, after) {
        (Object::View { view: a, .. }, Object::View { view: b, .. }) => {
            a.query != b.query || a.options != b.options
        }
        (Object::Routine { routine: a }, Object::Routine { routine: b }) => a.definition != b.definition,
        (Object::Trigger { trigger: a, .. }, Object::Trigger { trigger: b, .. }) => {
            a.definition != b.definition || a.enabled != b.enabled
        }
        (Object::Policy { policy: a, .. }, Object::Policy { policy: b, .. }) => {
            let bare = |policy: &Policy| Policy { comment: None, ..policy.clone() };
            bare(a) != bare(b)
        }
        (Object::Rule { definition: a, .. }, Object::Rule { definition: b, .. }) => a != b,
        _ => false,
    }
}

/// Changes in one transaction, with what tells that they are made, and their way back.
pub(super) fn in_one(members: &[&Change], situation: &Situation<'_>) -> Draft {
    whole(members, &probes(members, situation), situation)
}

fn whole(members: &[&Change], probes: &[Sql], situation: &Situation<'_>) -> Draft {
    let done = probes.iter().fold(sql!("SELECT true"), |all, one| probe::both(&all, one));
    let inverses: Vec<Change> =
        members.iter().rev().flat_map(|change| standing::inverses(change, situation)).collect();
    let changed = members.iter().find(|change| !situation.steps_aside(change)).or(members.last());
    let costs = members.iter().map(|change| direct::cost(change, situation));
    Draft {
        phase: PhaseName::Switch,
        title: format!(
            "change {} with what stands on it",
            changed.map(|it| it.object().to_string()).unwrap_or_default()
        ),
        table: members.iter().find_map(|change| change.table()),
        action: Action::Transaction { sql: privileges::kept_over(members) },
        acts: members.iter().flat_map(|change| assess::effect::acts(change, situation.from)).collect(),
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: privileges::kept_over(&inverses.iter().collect::<Vec<_>>()) },
        cost: costs.max_by_key(|cost| direct::weight(*cost)).unwrap_or(crate::Cost::Catalog),
        undo_acts: None,
        late: false,
    }
}
