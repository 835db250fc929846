//! What a rename takes along: views, routines, triggers, policies and rules that are to know the new name.
//!
//! PostgreSQL writes the new name into some of them by itself, and others cannot be made before there is one. So
//! they change in the same transaction, between the rename and the view that stands in.

use model::{Change, Ident, Name, Object, ObjectRef};

use crate::draft::Drafted;
use crate::situation::{self, Situation};

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    carrier(change, situation)?;
    Some(Drafted::new("changes in one transaction with the rename that it follows", Vec::new()))
}

/// The changes that the renames of this table, or of its columns, take along, in order.
pub(super) fn by<'a>(table: &Name, situation: &Situation<'a>) -> Vec<&'a Change> {
    let is_ours = |change: &&Change| carrier(change, situation).is_some_and(|rename| renames(rename, table));
    situation.changes.iter().filter(is_ours).collect()
}

/// The rename that takes a change along: the last that it names, because it needs all of them. What goes and
/// comes again goes along with what it stands on.
fn carrier<'a>(change: &Change, situation: &Situation<'a>) -> Option<&'a Change> {
    if !can_go_along(change) {
        return None;
    }
    let kin = |other: &&Change| {
        other.object() == change.object() || situation.is_remade(change) && situation.is_remade(other)
    };
    let family: Vec<&Change> =
        situation.changes.iter().filter(|other| can_go_along(other)).filter(kin).collect();
    if family.iter().any(|member| is_in_the_way(member, situation)) {
        return None;
    }
    let names = |name: &Ident| {
        let of = |change: &&Change| change.sql().iter().any(|sql| diff::mentions(sql.as_str(), name));
        family.iter().any(of)
    };
    situation.changes.iter().rev().find(|rename| new_name(rename).is_some_and(names))
}

/// Whether it is a view that has to go before a column it reads can change, and so cannot wait for a rename.
fn is_in_the_way(change: &Change, situation: &Situation<'_>) -> bool {
    let Change::Drop { object: Object::View { name, .. } } = change else { return false };
    let reads: Vec<&Name> = situation
        .from
        .uses
        .of(&ObjectRef::View(name.clone()))
        .iter()
        .filter_map(|used| used.column().map(|(table, _)| table))
        .collect();
    let altered = situation.changes.iter().filter_map(|change| match change {
        Change::AlterColumnType { table, .. }
        | Change::SetGenerated { table, .. }
        | Change::DropColumn { table, .. } => Some(situation.former_name(table)),
        _ => None,
    });
    altered.into_iter().any(|table| reads.contains(&table))
}

fn can_go_along(change: &Change) -> bool {
    let object = match change {
        Change::Create { object } | Change::Drop { object } | Change::Replace { to: object, .. } => object,
        _ => return false,
    };
    situation::stands_on_others(object)
}

fn renames(change: &Change, name: &Name) -> bool {
    match change {
        Change::RenameTable { to, .. } => to == name,
        Change::RenameColumn { table, .. } => table == name,
        _ => false,
    }
}

fn new_name(change: &Change) -> Option<&Ident> {
    match change {
        Change::RenameTable { to, .. } => Some(&to.name),
        Change::RenameColumn { to, .. } => Some(to),
        _ => None,
    }
}
