//! NOT NULL on a column that exists, proved without holding anybody up.
//!
//! Up to 17 a validated `CHECK (c IS NOT NULL)` spares SET NOT NULL its scan; from 18 a NOT NULL
//! constraint can itself be NOT VALID and validated. Source: PostgreSQL manual, ALTER TABLE; measured.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Ident, Name, PhaseName, Sql, sql};

use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::SetNotNull { table, column, not_null: true } = change else { return None };
    if situation.is_new(table) {
        return None;
    }
    let drafts = steps(table, column, situation);
    Some(Drafted::new(
        "proving the column under SHARE UPDATE EXCLUSIVE first spares SET NOT NULL its scan under ACCESS EXCLUSIVE",
        drafts,
    ))
}

/// The steps that make a column NOT NULL whose rows all have a value.
pub(super) fn steps(table: &Name, column: &Ident, situation: &Situation<'_>) -> Vec<Draft> {
    if situation.server_major >= 18 { with_constraint(table, column) } else { with_check(table, column) }
}

/// 18 and later: the NOT NULL itself comes unproved, and is proved.
fn with_constraint(table: &Name, column: &Ident) -> Vec<Draft> {
    let name = Ident::new(format!("{}_{}_not_null", table.name.as_str(), column.as_str())).truncated();
    let add = sql!("ALTER TABLE {} ADD CONSTRAINT {} NOT NULL {} NOT VALID", table, name, column);
    let undo = sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, name);
    let demand = demand(table, column, Form::AddNotNullNotValid, add, undo, &name);
    let proved = probe::not_null(table, column);
    vec![demand, validate(table, column, &name, Form::ValidateNotNull, proved)]
}

/// Up to 17: a CHECK proves it, SET NOT NULL believes the CHECK, and the CHECK goes.
fn with_check(table: &Name, column: &Ident) -> Vec<Draft> {
    let name = Ident::new(format!("_lockkeeper_{}_not_null", column.as_str())).truncated();
    let add = sql!("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID", table, name, column);
    let drop = sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, name);
    let demand = demand(table, column, Form::AddCheckNotValid, add.clone(), drop.clone(), &name);
    let set = sql!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", table, column);
    let unset = sql!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", table, column);
    let done = probe::both(&probe::not_null(table, column), &probe::not(&probe::constraint(table, &name)));
    let switch = Draft {
        phase: PhaseName::Switch,
        title: format!("set {column} NOT NULL"),
        table: Some(table.clone()),
        action: Action::Transaction { sql: vec![set, drop] },
        acts: vec![Act::new(Form::SetNotNullProven, table).on(column), Act::new(Form::DropCheck, table)],
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: vec![unset, add] },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    };
    let proved = probe::constraint_valid(table, &name);
    vec![demand, validate(table, column, &name, Form::ValidateCheck, proved), switch]
}

fn demand(table: &Name, column: &Ident, form: Form, add: Sql, undo: Sql, name: &Ident) -> Draft {
    let there = probe::constraint(table, name);
    Draft {
        phase: PhaseName::Validate,
        title: format!("demand {column} IS NOT NULL of new rows"),
        table: Some(table.clone()),
        action: Action::Transaction { sql: vec![add] },
        acts: vec![Act::new(form, table).on(column)],
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: vec![undo] },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

fn validate(table: &Name, column: &Ident, name: &Ident, form: Form, proved: Sql) -> Draft {
    Draft {
        phase: PhaseName::Validate,
        title: format!("prove {column} IS NOT NULL on every row"),
        table: Some(table.clone()),
        action: Action::Transaction { sql: vec![sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, name)] },
        acts: vec![Act::new(form, table).on(column)],
        verification: proved.clone(),
        probe: proved,
        undo: Action::Nothing {
            why: "a proof takes nothing away; the constraint itself goes next".to_owned(),
        },
        cost: Cost::Scan,
        undo_acts: None,
        late: false,
    }
}
