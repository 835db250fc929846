//! Which tables are worth a copy: those whose rows are written anew, where one of them is large.

use facts::{ConversionContext, Storage, Using};
use model::{Change, Column, Constraint, ConstraintKind, Ident, Name, Schema, Table, TypeName};

use super::group::Group;
use super::obstacle;
use super::subject::{Retyped, Subject};
use crate::situation::Situation;

/// From so many rows on the copy is worth the more that happens in the moment of the swap.
const ROWS_MIN: f64 = 50_000.0;

/// The tables to copy, or why they cannot be; none where nothing is written anew or all such tables are small. Where
/// one of them is large the small ones are copied as well: changed in place they would hold up the writers of the
/// large one, whose foreign keys are proved anew.
pub(super) fn fit<'a>(situation: &Situation<'a>) -> Option<Result<Group<'a>, String>> {
    let mut tables: Vec<&'a Name> = Vec::new();
    for table in situation.changes.iter().filter_map(|change| written_anew(change, situation)) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    let rows = |table: &Name| situation.table_statistics(table).map_or(0.0, |it| it.rows_or_guess());
    tables.iter().find(|table| rows(table) >= ROWS_MIN)?;
    let subjects: Option<Vec<Subject<'a>>> =
        tables.into_iter().map(|table| subject(table, situation)).collect();
    let group = Group::of(subjects?, situation);
    Some(match obstacle::obstacle(&group, situation) {
        Some(why) => Err(why),
        None => Ok(group),
    })
}

fn subject<'a>(table: &'a Name, situation: &Situation<'a>) -> Option<Subject<'a>> {
    let (from, to) = (situation.from.table(table)?, situation.to.table(table)?);
    let statistics = situation.table_statistics(table);
    let sequences = situation.from.sequences.iter().filter_map(|(name, sequence)| {
        let (owner, column) = sequence.owned_by.as_ref()?;
        (owner == table).then(|| (name.clone(), column.clone()))
    });
    let is_remade = |it: &&Change| situation.is_remade(it) && it.object().relation() == Some(table);
    let retyped = retyped(table, [from, to], situation);
    Some(Subject {
        table,
        from,
        to,
        generated: generated([from, to], &retyped),
        retyped,
        foreign_from: foreign(situation.from, table),
        foreign_to: foreign(situation.to, table),
        sequences: sequences.collect(),
        remade: situation.changes.iter().filter(is_remade).collect(),
        rows: statistics.map_or(0.0, |it| it.rows_or_guess()),
        bytes: statistics.map_or(0, |it| it.total_bytes),
        major: situation.server_major,
    })
}

/// The table whose every row a change writes anew, if it is there already.
pub(super) fn written_anew<'a>(change: &'a Change, situation: &Situation<'_>) -> Option<&'a Name> {
    let is_stored = |column: &Column| column.generated.as_ref().is_some_and(|it| it.stored);
    let table = match change {
        Change::AlterColumnType { table, from, to, using } => {
            let it = conversion(&from.type_name, &to.type_name, using.is_some(), situation.server_major);
            (!matches!(it.storage, Storage::Free | Storage::RebuildsIndexes)).then_some(table)?
        }
        Change::AddColumn { table, column } if is_stored(column) => table,
        Change::SetGenerated { table, from, to } if is_stored(to) && !from.only_drops_expression(to) => table,
        _ => return None,
    };
    (!situation.is_new(table)).then_some(table)
}

/// What facts say of a conversion; of types that are not PostgreSQL's own nothing is known, and it may fail.
pub(super) fn conversion(from: &TypeName, to: &TypeName, using: bool, major: u32) -> facts::Conversion {
    let using = if using { Using::Cast } else { Using::None };
    facts::conversion(from, to, ConversionContext { using, indexed: true, utc: false }, major)
}

/// Every column of the table that changes its type, those included that would not need the copy, those not that are
/// generated.
fn retyped<'a>(table: &Name, sides: [&'a Table; 2], situation: &Situation<'a>) -> Vec<Retyped<'a>> {
    let of_it = situation.changes.iter().filter_map(|change| match change {
        Change::AlterColumnType { table: on, to, .. } if on == table => {
            Some(Retyped { change, from: sides[0].column(&to.name)?, to: sides[1].column(&to.name)? })
        }
        _ => None,
    });
    of_it.filter(|it| it.from.generated.is_none() && it.to.generated.is_none()).collect()
}

/// Generated columns that are not as they were, or would be in the way of a new type of what they read.
fn generated<'a>([from, to]: [&'a Table; 2], retyped: &[Retyped<'_>]) -> Vec<&'a Column> {
    let is_new = |column: &&Column| {
        let before = from.column(&column.name);
        let is_other =
            before.is_none_or(|it| it.generated != column.generated || it.type_name != column.type_name);
        let reads =
            |name: &Ident| column.generated.as_ref().is_some_and(|it| diff::mentions(&it.expression.0, name));
        is_other || retyped.iter().any(|it| reads(&it.to.name))
    };
    to.columns.iter().filter(|column| column.generated.is_some()).filter(is_new).collect()
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
