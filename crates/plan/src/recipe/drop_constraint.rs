//! A constraint that goes. The way back adds it NOT VALID and proves it again, so that nobody is held up
//! by a scan under a strong lock.

use model::{Action, Change, Constraint, ConstraintKind, Name, PhaseName, sql};

use super::{add_check, prove_again};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::DropConstraint { table, constraint } = change else { return None };
    let provable = matches!(constraint.kind, ConstraintKind::Check { .. } | ConstraintKind::ForeignKey(_));
    // Before 18 a foreign key of a partitioned table cannot come back NOT VALID.
    let is_whole_only = matches!(constraint.kind, ConstraintKind::ForeignKey(_))
        && situation.is_partitioned(table)
        && situation.server_major < 18;
    let table_goes = situation.to.table(table).is_none();
    let goes_along = situation.is_remade(change) || situation.stands_on_retyped(change);
    if goes_along || !provable || is_whole_only || table_goes || constraint.not_valid {
        return None;
    }
    Some(Drafted::new(
        "dropping a constraint is an entry in the catalog; a foreign key takes ACCESS EXCLUSIVE on both tables",
        prove_again::step(table, constraint, constraint.name.as_str(), PhaseName::Contract)
            .into_iter()
            .chain([drop(change, table, constraint)])
            .collect(),
    ))
}

fn drop(change: &Change, table: &Name, constraint: &Constraint) -> Draft {
    let gone = probe::not(&probe::constraint(table, &constraint.name));
    Draft {
        phase: PhaseName::Contract,
        title: format!("drop {}", constraint.name),
        table: Some(table.clone()),
        action: Action::Transaction {
            sql: vec![sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, constraint.name)],
        },
        acts: assess::effect::acts(change, &model::Schema::default()),
        verification: gone.clone(),
        probe: gone,
        undo: Action::Transaction {
            sql: vec![sql!("ALTER TABLE {} ADD {}", table, constraint.as_not_valid().definition())],
        },
        cost: Cost::Catalog,
        undo_acts: Some(add_check::added(table, &constraint.as_not_valid())),
        late: false,
    }
}
