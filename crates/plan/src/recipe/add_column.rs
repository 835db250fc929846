//! A column that costs nothing to add: nullable, or with a default that the catalog keeps.
//!
//! Since 11 a default that is not volatile is stored once in the catalog (`attmissingval`) and no row is
//! touched. Source: PostgreSQL manual, ALTER TABLE, Notes; measured on 13 to 18.

use assess::effect::Act;
use model::{Action, Change, Column, Name, PhaseName, Volatility, sql};

use super::set_not_null;
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::AddColumn { table, column } = change else { return None };
    if situation.is_new(table) || situation.is_remade(change) || !is_catalog_only(column) {
        return None;
    }
    if column.not_null && column.default.is_none() {
        return Some(without_value(table, column, situation));
    }
    let why = match &column.default {
        None => "a nullable column without a default is an entry in the catalog".to_owned(),
        Some(_) => {
            "a constant default is kept in the catalog since PostgreSQL 11: no row is rewritten, and no \
                    backfill is needed"
                .to_owned()
        }
    };
    Some(Drafted::new(why, vec![add(table, column)]))
}

/// Whether adding the column leaves the rows alone.
fn is_catalog_only(column: &Column) -> bool {
    let default_is_kept = column.default.is_none()
        || matches!(column.default_volatility, Some(Volatility::Immutable | Volatility::Stable));
    default_is_kept && column.identity.is_none() && column.generated.as_ref().is_none_or(|g| !g.stored)
}

/// The step that adds a column as it is given.
pub(super) fn add(table: &Name, column: &Column) -> Draft {
    let there = probe::column(table, &column.name);
    Draft {
        phase: PhaseName::Expand,
        title: format!("add column {}", column.name),
        table: Some(table.clone()),
        action: Action::Transaction {
            sql: Change::AddColumn { table: table.clone(), column: column.clone() }.sql(),
        },
        acts: acts(table, column),
        verification: if column.not_null {
            probe::both(&there, &probe::not_null(table, &column.name))
        } else {
            there.clone()
        },
        probe: there,
        undo: Action::Transaction { sql: vec![sql!("ALTER TABLE {} DROP COLUMN {}", table, column.name)] },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// The act of adding a column to a schema that has no domains to speak of: catalog-only either way.
fn acts(table: &Name, column: &Column) -> Vec<Act> {
    let change = Change::AddColumn { table: table.clone(), column: column.clone() };
    assess::effect::acts(&change, &model::Schema::default())
}

/// NOT NULL without a default: a push would fail on the first existing row. The column comes nullable,
/// and the plan waits until something outside gave every row a value.
fn without_value(table: &Name, column: &Column, situation: &Situation<'_>) -> Drafted {
    let nullable = Column { not_null: false, ..column.clone() };
    let mut drafts = vec![add(table, &nullable)];
    drafts.extend(set_not_null::steps(table, &column.name, situation));
    Drafted::new(
        "NOT NULL without a default fails on a table with rows: the column comes nullable, is proved without \
         blocking, and then made NOT NULL",
        drafts,
    )
    .gate(
        PhaseName::Validate,
        format!(
            "every row of {table} has a value in {name}: deploy code that writes it and fill the rest; \
             SELECT count(*) FROM {table} WHERE {name} IS NULL must be 0",
            name = column.name
        ),
    )
}
