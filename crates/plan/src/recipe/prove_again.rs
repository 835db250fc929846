//! A step that has work only on the way back: it proves a constraint again that came back NOT VALID, so that
//! nobody is held up by a scan under a strong lock.

use model::{Action, Constraint, Name, PhaseName, sql};

use super::add_check;
use crate::Cost;
use crate::draft::Draft;
use crate::probe;

/// The step for a constraint that the next step takes away and whose undo adds it NOT VALID. `called` is the
/// name that a reader knows it by. None where it was not proved before either.
pub(super) fn step(table: &Name, constraint: &Constraint, called: &str, phase: PhaseName) -> Option<Draft> {
    let not_proved = probe::not(&probe::constraint_valid(table, &constraint.name));
    let is_proved = !constraint.not_valid && !constraint.not_enforced;
    is_proved.then(|| Draft {
        phase,
        title: format!("keep the proof of {called} for the way back"),
        table: Some(table.clone()),
        action: only_back("it proves the constraint again"),
        acts: Vec::new(),
        verification: not_proved.clone(),
        probe: not_proved,
        undo: Action::Transaction {
            sql: vec![sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, constraint.name)],
        },
        cost: Cost::Nothing,
        undo_acts: Some(add_check::proved(table, constraint)),
        late: false,
    })
}

/// What a step does forward that has work only on the way back.
pub(super) fn only_back(what: &str) -> Action {
    Action::Nothing { why: format!("only the way back has work here: {what}") }
}
