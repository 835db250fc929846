//! Why a table cannot be copied, in a sentence that says what would have to be otherwise.

use model::{Change, Constraint, ConstraintKind, Name, Object};

use super::fit::conversion;
use super::group::Group;
use super::subject::{Retyped, Subject};
use crate::situation::Situation;

/// The first thing in the way of copying one of the tables; none where all can be copied.
pub(super) fn obstacle(group: &Group<'_>, situation: &Situation<'_>) -> Option<String> {
    let of_each = group.subjects.iter().find_map(|subject| {
        let why = of_table(subject)
            .map(str::to_owned)
            .or_else(|| of_columns(subject))
            .or_else(|| of_foreign_keys(subject, situation))
            .or_else(|| of_plan(subject, group, situation))?;
        Some(format!("{} cannot be copied: {why}", subject.table))
    });
    let of_all = || of_names(group).or_else(|| of_moment(group)).or_else(|| of_server(situation));
    of_each.or_else(of_all)
}

/// What the table is.
fn of_table(subject: &Subject<'_>) -> Option<&'static str> {
    let table = subject.from;
    Some(if table.partition_by.is_some() || table.partition_of.is_some() {
        "it is partitioned, or a partition"
    } else if !table.inherits.is_empty() {
        "it inherits from another table"
    } else if table.unlogged || table.access_method.is_some() {
        "it is unlogged, or has an access method of its own"
    } else if !table.rules.is_empty() {
        "it has rules"
    } else if table.force_row_security {
        "FORCE ROW LEVEL SECURITY would hide rows from the owner, who copies them"
    } else if table.replica_identity.is_some() {
        "it has a REPLICA IDENTITY of its own, so something replicates it by its rows"
    } else if table.primary_key().is_none_or(|key| key.deferrable || has_overlaps(key)) {
        "its rows can only be told apart by a primary key that is not deferrable, and it has none"
    } else if table.constraints.values().any(|it| it.not_valid || it.not_enforced) {
        "it has constraints that are not proved: VALIDATE them first"
    } else {
        return None;
    })
}

fn has_overlaps(key: &Constraint) -> bool {
    matches!(key.kind, ConstraintKind::PrimaryKey { without_overlaps: true, .. })
}

/// What its columns are.
fn of_columns(subject: &Subject<'_>) -> Option<String> {
    subject.retyped.iter().find_map(|Retyped { change, from, to }| {
        let using = matches!(change, Change::AlterColumnType { using: Some(_), .. });
        if from.identity.is_some() != to.identity.is_some() {
            return Some(format!(
                "{} changes between a serial column and an identity (push that and the type one after the other)",
                to.name
            ));
        }
        let fails = conversion(&from.type_name, &to.type_name, using, subject.major).may_fail;
        let (name, new) = (&to.name, &to.type_name);
        fails.then(|| {
            format!("there are values of {name} that cannot become {new}, and code may write one at any time")
        })
    })
}

/// What points at it, and where it points.
fn of_foreign_keys(subject: &Subject<'_>, situation: &Situation<'_>) -> Option<String> {
    let named = |keys: &[(Name, Constraint)], (on, key): &(Name, Constraint)| {
        keys.iter().any(|(table, other)| table == on && other.name == key.name)
    };
    let goes = subject.foreign_from.iter().find(|key| !named(&subject.foreign_to, key));
    let comes = subject.foreign_to.iter().find(|key| !named(&subject.foreign_from, key));
    if let Some((on, key)) = goes.or(comes) {
        return Some(format!("the plan also changes foreign key {} of {on} (push that by itself)", key.name));
    }
    let is_strange = |on: &Name, constraint: &Constraint| {
        let in_parts =
            situation.from.table(on).is_none_or(|it| it.partition_by.is_some() || it.partition_of.is_some());
        let period = matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if key.period);
        in_parts || period || constraint.not_valid || constraint.not_enforced
    };
    let (on, key) = subject.foreign_from.iter().find(|(on, constraint)| is_strange(on, constraint))?;
    Some(format!("foreign key {} of {on} cannot come NOT VALID and be proved afterwards", key.name))
}

/// What else the plan does to the table.
fn of_plan(subject: &Subject<'_>, group: &Group<'_>, situation: &Situation<'_>) -> Option<String> {
    let concerns = |change: &Change| {
        let names = |constraint: &Constraint| matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if key.references == *subject.table);
        change.object().relation() == Some(subject.table)
            || change.table().as_ref() == Some(subject.table)
            || match change {
                Change::AddConstraint { constraint, .. }
                | Change::DropConstraint { constraint, .. }
                | Change::ValidateConstraint { constraint, .. }
                | Change::AlterForeignKey { to: constraint, .. } => names(constraint),
                Change::RenameTable { to, .. } => to == subject.table,
                // Its columns need second ones, and those and copies do not go together.
                Change::ReplaceEnum { columns, .. } => !columns.is_empty(),
                _ => false,
            }
    };
    let other = situation.changes.iter().find(|change| concerns(change) && !group.absorbs(change))?;
    Some(format!("the plan changes {} of it as well (push that by itself)", other.object()))
}

/// The copies wait in one schema, under their own names.
fn of_names(group: &Group<'_>) -> Option<String> {
    let subjects = &group.subjects;
    let twice = subjects
        .iter()
        .enumerate()
        .find(|(at, subject)| subjects[..*at].iter().any(|other| other.table.name == subject.table.name));
    twice.map(|(_, subject)| format!("two of the tables are called {}", subject.table.name))
}

/// What would have to happen while everybody waits for the tables.
fn of_moment(group: &Group<'_>) -> Option<String> {
    let is_filled = |change: &&&Change| matches!(change, Change::Create { object: Object::View { view, .. } } if view.materialized);
    let filled = group.carried.iter().find(is_filled).map(|change| {
        format!(
            "materialized view {} reads a column that changes, and would have to be filled anew while everybody waits \
             (drop it before and create it after, where that can be)",
            change.object()
        )
    });
    filled.or_else(|| Some(format!("{} cannot be copied: {}", group.titles(), group.pinned.as_ref()?)))
}

/// Who else follows the tables: by a name or a number that a copy does not have while it is filled.
fn of_server(situation: &Situation<'_>) -> Option<String> {
    let named = |kind: &str| {
        let all = &situation.from.unmodelled;
        all.iter().find(|it| it.starts_with(kind)).cloned()
    };
    if let Some(publication) = named("publication ") {
        return Some(format!(
            "{publication} may publish the table, and its subscribers would not follow the copy"
        ));
    }
    if let Some(statistics) = named("statistics object ") {
        return Some(format!("{statistics} may be about the table, and does not come along with a copy"));
    }
    let slots = situation.statistics.map_or(0, |it| it.logical_slots);
    (slots > 0).then(|| {
        "a logical slot replicates this database, and would send the rows of the copy as those of another table"
            .to_owned()
    })
}
