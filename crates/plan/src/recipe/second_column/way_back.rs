//! Steps that have work only on the way back: they make anew, without holding anybody up, what stood on the
//! first columns, so that the swap back is a matter of names.

use model::{Action, Constraint, ConstraintKind, Expr, Ident, Index, Name, PhaseName, sql};

use super::parts::{self, Side, prefixed};
use super::twin::Twin;
use super::{BACK_PREFIX, Group};
use crate::Cost;
use crate::draft::Draft;
use crate::probe;
use crate::recipe::prove_again::{self, only_back};
use crate::recipe::{add_check, add_key, create_index};

/// The steps after the swap, in order; the way back goes through them from the last to the first.
pub(super) fn steps(group: &Group<'_>) -> Vec<Draft> {
    let constraints = constraints(group);
    let prove = constraints.iter().filter_map(|(table, constraint)| {
        prove_again::step(table, constraint, own_name(&constraint.name), PhaseName::Switch)
    });
    let add = constraints.iter().map(|(table, constraint)| add(table, constraint));
    let build = group.old.keys.iter().filter_map(|key| build(key, group));
    prove.chain(add).chain(build).collect()
}

/// The constraints of the first columns, on the names they have after the swap.
fn constraints(group: &Group<'_>) -> Vec<(Name, Constraint)> {
    let old = group.old.checks.iter().chain(&group.old.foreign);
    let old = old.map(|part| (part.0.clone(), parts::constraint(part, group.twins, Side::Back)));
    let proofs = group.twins.iter().filter(|twin| twin.from.not_null).map(|twin| {
        let kind = ConstraintKind::Check {
            expression: Expr::new(sql!("{} IS NOT NULL", twin.kept).to_string()),
            no_inherit: false,
        };
        (twin.table.clone(), Constraint::new(not_null_proof(twin).as_str(), kind))
    });
    old.chain(proofs).collect()
}

/// The CHECK that spares SET NOT NULL its scan on the way back.
pub(super) fn not_null_proof(twin: &Twin<'_>) -> Ident {
    prefixed(BACK_PREFIX, &Ident::new(format!("{}_not_null", twin.name().as_str())))
}

fn add(table: &Name, constraint: &Constraint) -> Draft {
    let gone = probe::not(&probe::constraint(table, &constraint.name));
    let not_valid = constraint.as_not_valid();
    Draft {
        phase: PhaseName::Switch,
        title: format!("keep {} for the way back", own_name(&constraint.name)),
        table: Some(table.clone()),
        action: only_back("it demands the constraint of the first column again"),
        acts: Vec::new(),
        verification: gone.clone(),
        probe: gone,
        undo: Action::Transaction { sql: vec![sql!("ALTER TABLE {} ADD {}", table, not_valid.definition())] },
        cost: Cost::Nothing,
        undo_acts: Some(add_check::added(table, &not_valid)),
        late: false,
    }
}

fn build(part: &(Name, Constraint), group: &Group<'_>) -> Option<Draft> {
    let table = &part.0;
    let index: Index = add_key::index_of(&parts::constraint(part, group.twins, Side::Back))?;
    let gone = probe::not(&probe::index_valid(table, &index.name));
    Some(Draft {
        phase: PhaseName::Switch,
        title: format!("keep the index of {} for the way back", part.1.name),
        table: Some(table.clone()),
        action: only_back("it builds the index on the first column again"),
        acts: Vec::new(),
        verification: gone.clone(),
        probe: gone,
        undo: create_index::concurrently(table, &index),
        cost: Cost::Nothing,
        undo_acts: Some(vec![assess::effect::Act::new(facts::Form::CreateIndexConcurrently, table)]),
        late: false,
    })
}

fn own_name(name: &Ident) -> &str {
    name.as_str().strip_prefix(BACK_PREFIX).unwrap_or(name.as_str())
}
