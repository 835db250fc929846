//! UNIQUE and PRIMARY KEY: the index is built CONCURRENTLY, the constraint then takes it over.

use std::collections::BTreeMap;

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Constraint, ConstraintKind, Ident, Index, IndexKey, Name, PhaseName, Sql, sql};

use super::{create_index, set_not_null};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::AddConstraint { table, constraint } = change else { return None };
    index_of(constraint)?;
    if situation.is_new(table) || situation.is_remade(change) || situation.is_partitioned(table) {
        return None;
    }
    let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. });
    let taken_over = if primary { PhaseName::Switch } else { PhaseName::Expand };
    Some(Drafted::new(
        "the index is built CONCURRENTLY; taking it over is an entry in the catalog once its columns are NOT NULL",
        steps(table, constraint, taken_over, situation),
    ))
}

/// The steps that make a key: its index in the expand phase, its columns NOT NULL where it is a primary key, and
/// the constraint in the given phase. None where USING INDEX cannot make it.
pub(super) fn steps(
    table: &Name,
    constraint: &Constraint,
    taken_over: PhaseName,
    situation: &Situation<'_>,
) -> Vec<Draft> {
    let Some(index) = index_of(constraint) else { return Vec::new() };
    let mut drafts = vec![create_index::build(table, &index, PhaseName::Expand)];
    if matches!(constraint.kind, ConstraintKind::PrimaryKey { .. }) {
        for column in constraint.columns().iter().filter(|column| is_nullable(table, column, situation)) {
            drafts.extend(set_not_null::steps(table, column, situation));
        }
    }
    drafts.push(take_over(table, constraint, taken_over));
    drafts
}

/// Columns that are, and stay, nullable but for the primary key itself.
pub(super) fn is_nullable(table: &Name, column: &Ident, situation: &Situation<'_>) -> bool {
    let current = situation.table(table).and_then(|table| table.column(column));
    current.is_some_and(|column| !column.not_null)
        && situation.wanted_column(table, column).is_some_and(|c| !c.not_null)
}

/// The index behind a unique or primary key; none where USING INDEX cannot make the constraint.
pub(super) fn index_of(constraint: &Constraint) -> Option<Index> {
    let (columns, include, nulls_not_distinct) = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, include, without_overlaps: false } => (columns, include, false),
        ConstraintKind::Unique { columns, include, nulls_not_distinct, without_overlaps: false } => {
            (columns, include, *nulls_not_distinct)
        }
        _ => return None,
    };
    Some(Index {
        name: constraint.name.clone(),
        method: Ident::new("btree"),
        unique: true,
        nulls_not_distinct,
        keys: columns.iter().map(|column| IndexKey::column(column.as_str())).collect(),
        include: include.clone(),
        predicate: None,
        options: BTreeMap::new(),
        invalid: false,
        inherited: false,
        comment: None,
    })
}

fn take_over(table: &Name, constraint: &Constraint, phase: PhaseName) -> Draft {
    let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. });
    let form = if primary { Form::AddPrimaryKeyUsingIndex } else { Form::AddUniqueUsingIndex };
    let name = &constraint.name;
    let there = probe::constraint(table, name);
    Draft {
        phase,
        title: format!("make {name} a constraint"),
        table: Some(table.clone()),
        action: Action::Transaction { sql: vec![using_index(table, constraint, name)] },
        acts: vec![Act::new(form, table)],
        verification: there.clone(),
        probe: there,
        // The index goes with the constraint; the step that built it then has nothing left to take back.
        undo: Action::Transaction { sql: vec![sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, name)] },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// Makes an index the constraint's own, which takes the constraint's name.
pub(super) fn using_index(table: &Name, constraint: &Constraint, index: &Ident) -> Sql {
    let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. });
    let when = match (constraint.deferrable, constraint.initially_deferred) {
        (true, true) => " DEFERRABLE INITIALLY DEFERRED",
        (true, false) => " DEFERRABLE",
        (false, _) => "",
    };
    sql!(
        "ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}{}",
        table,
        constraint.name,
        Sql::verbatim(if primary { "PRIMARY KEY" } else { "UNIQUE" }),
        index,
        Sql::verbatim(when)
    )
}
