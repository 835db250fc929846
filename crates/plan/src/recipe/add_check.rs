//! CHECK: demanded of new rows first, proved on old ones after, without blocking writers.

use assess::effect::{Act, acts};
use model::{Action, Change, Constraint, ConstraintKind, Name, PhaseName, sql};

use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::AddConstraint { table, constraint } = change else { return None };
    if situation.is_new(table)
        || situation.is_remade(change)
        || !matches!(constraint.kind, ConstraintKind::Check { .. })
    {
        return None;
    }
    let phase =
        if is_of_the_new_type(table, constraint, situation) { PhaseName::Switch } else { PhaseName::Expand };
    Some(Drafted::new(
        "NOT VALID spares the scan under ACCESS EXCLUSIVE; VALIDATE scans under SHARE UPDATE EXCLUSIVE, which \
         readers and writers do not notice",
        not_valid_then_validate(table, constraint, phase),
    ))
}

/// Whether the check is about a column that changes its type in place, and so can only come after that.
fn is_of_the_new_type(table: &Name, constraint: &Constraint, situation: &Situation<'_>) -> bool {
    let ConstraintKind::Check { expression, .. } = &constraint.kind else { return false };
    situation.changes.iter().any(|change| match change {
        Change::AlterColumnType { table: of, to, .. } => {
            of == table && diff::mentions(&expression.0, &to.name)
        }
        _ => false,
    })
}

/// A constraint added NOT VALID in one phase and validated in the validate phase, or later where it came
/// later.
pub(super) fn not_valid_then_validate(
    table: &Name,
    constraint: &Constraint,
    add_in: PhaseName,
) -> Vec<Draft> {
    let there = probe::constraint(table, &constraint.name);
    let add = Draft {
        phase: add_in,
        title: format!("add {} NOT VALID", constraint.name),
        table: Some(table.clone()),
        action: Action::Transaction {
            sql: vec![sql!("ALTER TABLE {} ADD {}", table, constraint.as_not_valid().definition())],
        },
        acts: added(table, &constraint.as_not_valid()),
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction {
            sql: vec![sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, constraint.name)],
        },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    };
    if constraint.not_valid || constraint.not_enforced {
        return vec![add];
    }
    vec![add, validate(table, constraint, add_in.max(PhaseName::Validate))]
}

/// The step that proves a NOT VALID constraint.
pub(super) fn validate(table: &Name, constraint: &Constraint, phase: PhaseName) -> Draft {
    let valid = probe::constraint_valid(table, &constraint.name);
    Draft {
        phase,
        title: format!("validate {}", constraint.name),
        table: Some(table.clone()),
        action: Action::Transaction {
            sql: vec![sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, constraint.name)],
        },
        acts: proved(table, constraint),
        verification: valid.clone(),
        probe: valid,
        undo: Action::Nothing {
            why: "a proof takes nothing away; the constraint itself goes next".to_owned(),
        },
        cost: Cost::Scan,
        undo_acts: None,
        late: false,
    }
}

/// The acts do not depend on the schema: NOT VALID looks at no row.
pub(super) fn added(table: &Name, constraint: &Constraint) -> Vec<Act> {
    let change = Change::AddConstraint { table: table.clone(), constraint: constraint.clone() };
    acts(&change, &model::Schema::default())
}

/// The acts of proving a constraint.
pub(super) fn proved(table: &Name, constraint: &Constraint) -> Vec<Act> {
    let change = Change::ValidateConstraint { table: table.clone(), constraint: constraint.clone() };
    acts(&change, &model::Schema::default())
}
