//! Whether a table can be copied, and whether it is worth it.

use facts::{ConversionContext, Storage, Using};
use model::{Change, Column, Constraint, ConstraintKind, Ident, Name, ObjectRef, Schema, Table, TypeName};

use super::subject::{Retyped, Subject};
use crate::situation::Situation;

/// From so many rows on the copy is worth the more that happens in the moment of the swap.
const ROWS_MIN: f64 = 50_000.0;

/// The table to copy, or why it cannot be; none where nothing is written anew or the table is small.
pub(super) fn fit<'a>(situation: &Situation<'a>) -> Option<Result<Subject<'a>, String>> {
    let retyped = |change: &&'a Change| rewrites(change, situation);
    let first = situation.changes.iter().find(retyped)?;
    let Change::AlterColumnType { table, .. } = first else { return None };
    let statistics = situation.table_statistics(table)?;
    if statistics.rows_or_guess() < ROWS_MIN {
        return None;
    }
    let (from, to) = (situation.from.table(table)?, situation.to.table(table)?);
    let sequences = situation.from.sequences.iter().filter_map(|(name, sequence)| {
        let (owner, column) = sequence.owned_by.as_ref()?;
        (owner == table).then(|| (name.clone(), column.clone()))
    });
    let is_remade = |it: &&Change| situation.is_remade(it) && it.object().relation() == Some(table);
    let subject = Subject {
        table,
        from,
        to,
        retyped: all_retyped(table, [from, to], situation),
        foreign_from: foreign(situation.from, table),
        foreign_to: foreign(situation.to, table),
        sequences: sequences.collect(),
        remade: situation.changes.iter().filter(is_remade).collect(),
        rows: statistics.rows_or_guess(),
        bytes: statistics.total_bytes,
        major: situation.server_major,
    };
    Some(match obstacle(&subject, situation) {
        Some(why) => Err(why),
        None => Ok(subject),
    })
}

fn conversion(from: &TypeName, to: &TypeName, using: bool, major: u32) -> facts::Conversion {
    let using = if using { Using::Cast } else { Using::None };
    facts::conversion(from, to, ConversionContext { using, indexed: true, utc: false }, major)
}

/// Whether a change of a table that is there writes every row anew.
fn rewrites(change: &Change, situation: &Situation<'_>) -> bool {
    let Change::AlterColumnType { table, from, to, using } = change else { return false };
    let it = conversion(&from.type_name, &to.type_name, using.is_some(), situation.server_major);
    !situation.is_new(table) && !matches!(it.storage, Storage::Free | Storage::RebuildsIndexes)
}

/// Every column of the table that changes its type, those included that would not need the copy.
fn all_retyped<'a>(table: &Name, sides: [&'a Table; 2], situation: &Situation<'a>) -> Vec<Retyped<'a>> {
    let of_it = situation.changes.iter().filter_map(|change| match change {
        Change::AlterColumnType { table: on, to, .. } if on == table => {
            Some(Retyped { change, from: sides[0].column(&to.name)?, to: sides[1].column(&to.name)? })
        }
        _ => None,
    });
    of_it.collect()
}

/// Foreign keys from and to a table.
fn foreign(schema: &Schema, table: &Name) -> Vec<(Name, Constraint)> {
    let concerns = |on: &Name, constraint: &Constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => on == table || key.references == *table,
        _ => false,
    };
    let all = schema.tables.iter().flat_map(|(on, it)| it.constraints.values().map(move |it| (on, it)));
    all.filter(|(on, it)| concerns(on, it)).map(|(on, it)| (on.clone(), it.clone())).collect()
}

fn obstacle(subject: &Subject<'_>, situation: &Situation<'_>) -> Option<String> {
    of_plan(subject, situation)
        .or_else(|| of_table(subject))
        .or_else(|| of_columns(subject))
        .or_else(|| of_foreign_keys(subject, situation))
        .or_else(|| of_users(subject, situation))
        .or_else(|| of_server(situation))
}

/// What else the plan does.
fn of_plan(subject: &Subject<'_>, situation: &Situation<'_>) -> Option<String> {
    let elsewhere = situation.changes.iter().find_map(|change| match change {
        Change::AlterColumnType { table, .. } if table != subject.table => {
            rewrites(change, situation).then_some(table)
        }
        _ => None,
    });
    if let Some(table) = elsewhere {
        return Some(format!("{table} changes types as well, and only one table is copied at a time"));
    }
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
                _ => false,
            }
    };
    let other = situation.changes.iter().find(|change| concerns(change) && !subject.absorbs(change))?;
    Some(format!("the plan changes {} of it as well", other.object()))
}

/// What the table is.
fn of_table(subject: &Subject<'_>) -> Option<String> {
    let table = subject.from;
    let why = if table.partition_by.is_some() || table.partition_of.is_some() || !table.inherits.is_empty() {
        "it has partitions, is one, or inherits"
    } else if table.unlogged || table.access_method.is_some() {
        "it is unlogged or has an access method of its own"
    } else if !table.rules.is_empty() {
        "it has rules"
    } else if table.force_row_security {
        "its row security is forced on its owner as well"
    } else if table.replica_identity.is_some() {
        "it has a replica identity of its own, so something replicates it by its rows"
    } else if table.primary_key().is_none_or(|key| key.deferrable || has_overlaps(key)) {
        "it has no primary key by which its rows could be told apart at once"
    } else if table.constraints.values().any(|it| it.not_valid || it.not_enforced) {
        "it has constraints that are not proved"
    } else {
        return None;
    };
    Some(why.to_owned())
}

fn has_overlaps(key: &Constraint) -> bool {
    matches!(key.kind, ConstraintKind::PrimaryKey { without_overlaps: true, .. })
}

/// What its columns are.
fn of_columns(subject: &Subject<'_>) -> Option<String> {
    let is_generated = |name: &Ident| {
        let reads = |column: &Column| {
            column
                .generated
                .as_ref()
                .is_some_and(|it| column.name == *name || diff::mentions(&it.expression.0, name))
        };
        subject.from.columns.iter().any(reads)
    };
    subject.retyped.iter().find_map(|Retyped { change, from, to }| {
        let using = matches!(change, Change::AlterColumnType { using: Some(_), .. });
        if is_generated(&to.name) {
            return Some(format!("{} is generated, or something is generated from it", to.name));
        }
        if from.identity.is_some() != to.identity.is_some() {
            return Some(format!("{} changes between a serial column and an identity", to.name));
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
    let names = |keys: &[(Name, Constraint)]| -> Vec<(Name, Ident)> {
        keys.iter().map(|(on, key)| (on.clone(), key.name.clone())).collect()
    };
    if names(&subject.foreign_from) != names(&subject.foreign_to) {
        return Some("the plan changes foreign keys from or to it".to_owned());
    }
    let is_strange = |on: &Name, constraint: &Constraint| {
        let in_parts =
            situation.from.table(on).is_none_or(|it| it.partition_by.is_some() || it.partition_of.is_some());
        let period = matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if key.period);
        in_parts || period || constraint.not_valid || constraint.not_enforced
    };
    let strange = subject.foreign_from.iter().find(|(on, constraint)| is_strange(on, constraint))?;
    Some(format!(
        "foreign key {} of {} cannot be added NOT VALID and proved afterwards",
        strange.1.name, strange.0
    ))
}

/// What else stands on it: PostgreSQL knows a table by a number, which the copy does not have.
fn of_users(subject: &Subject<'_>, situation: &Situation<'_>) -> Option<String> {
    let is_foreign_key = |object: &ObjectRef| match object {
        ObjectRef::Constraint(on, name) => {
            subject.foreign_from.iter().any(|(table, key)| table == on && key.name == *name)
        }
        _ => false,
    };
    let is_it = |used: &ObjectRef| {
        used.relation() == Some(subject.table)
            || matches!(used, ObjectRef::Type(name) if name == subject.table)
    };
    let users =
        situation.from.uses.iter().filter(|(_, used)| used.iter().any(is_it)).map(|(object, _)| object);
    let mut others = users.filter(|user| user.relation() != Some(subject.table) && !is_foreign_key(user));
    others.next().map(|user| format!("{user} stands on it and would go on reading the table as it was"))
}

/// Who else follows the table: by its name or its number, which the copy cannot have while it is filled.
fn of_server(situation: &Situation<'_>) -> Option<String> {
    let followers = ["publication ", "statistics object "];
    let follows = |it: &&String| followers.iter().any(|kind| it.starts_with(kind));
    if let Some(follower) = situation.from.unmodelled.iter().find(follows) {
        return Some(format!("{follower} may be about it, and would not follow the copy"));
    }
    let slots = situation.statistics.map_or(0, |it| it.logical_slots);
    (slots > 0).then(|| {
        "a logical slot replicates this database, and subscribers know a table by its name".to_owned()
    })
}
