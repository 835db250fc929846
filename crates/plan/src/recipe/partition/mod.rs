//! Partitions that come and go, without a scan under a strong lock.
//!
//! ATTACH reads every row of the table under ACCESS EXCLUSIVE unless a CHECK proves its bound, reads the DEFAULT
//! partition likewise, and builds what indexes are missing. All of that is made before, without blocking, so that
//! ATTACH itself is an entry in the catalog under SHARE UPDATE EXCLUSIVE on the parent.

mod attach;
mod bound;
mod create;
mod detach;

use model::{Action, Change, Constraint, ConstraintKind, Expr, Ident, Name, Object, PhaseName, Sql, sql};

use super::add_check;
use crate::demand::demand;
use crate::draft::{Draft, Drafted};
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    match change {
        Change::SetPartition { table, from: None, to: Some((parent, bound)) } => {
            let is_new = situation.is_new(parent) || situation.is_new(table);
            let comes = Coming { table, parent, bound };
            (!is_new).then(|| attach::drafted(&comes, situation))
        }
        Change::SetPartition { table, from: Some((parent, bound)), to: None } => {
            let goes = detach::Going { table, parent, bound };
            Some(goes.drafted(situation))
        }
        Change::Create { object: Object::Table { name, table } } => {
            let (parent, bound) = table.partition_of.as_ref()?;
            let stays = situation.now.tables.contains_key(parent) && !situation.is_new(parent);
            let comes = Coming { table: name, parent, bound };
            (stays && !situation.is_remade(change)).then(|| create::drafted(&comes, table, situation))
        }
        Change::Drop { object: Object::Table { name, table } } => {
            let (parent, bound) = table.partition_of.as_ref()?;
            let stays = situation.to.tables.contains_key(parent) && !situation.is_new(parent);
            let goes = detach::Going { table: name, parent, bound };
            (stays && !situation.is_remade(change)).then(|| goes.drafted_for_good(situation))
        }
        _ => None,
    }
}

/// A table that becomes a partition.
struct Coming<'a> {
    table: &'a Name,
    parent: &'a Name,
    bound: &'a Expr,
}

impl Coming<'_> {
    /// The condition that its rows meet, where the bound can be put into one.
    fn condition(&self, situation: &Situation<'_>) -> Option<Sql> {
        bound::condition(self.parent, self.bound, situation)
    }

    /// The DEFAULT partition beside it, which must hold none of its rows.
    fn default_partition<'s>(&self, situation: &'s Situation<'_>) -> Option<&'s Name> {
        default_partition(self.parent, situation).filter(|name| *name != self.table)
    }

    /// The CHECK that proves for the DEFAULT partition that it holds no row of this one.
    fn exclusion(&self, situation: &Situation<'_>) -> Option<(Name, Constraint)> {
        let default = self.default_partition(situation)?.clone();
        let name = Ident::new(format!("_lockkeeper_not_{}", self.table.name.as_str())).truncated();
        Some((default, check(&name, &sql!("NOT ({})", self.condition(situation)?))))
    }
}

/// The DEFAULT partition of a partitioned table.
fn default_partition<'s>(parent: &Name, situation: &'s Situation<'_>) -> Option<&'s Name> {
    let is_it = |(_, table): &(&Name, &model::Table)| {
        table.partition_of.as_ref().is_some_and(|(of, bound)| of == parent && bound::is_default(bound))
    };
    situation.now.tables.iter().find(is_it).map(|(name, _)| name)
}

fn check(name: &Ident, condition: &Sql) -> Constraint {
    let expression = Expr::new(condition.as_str());
    Constraint::new(name.as_str(), ConstraintKind::Check { expression, no_inherit: false })
}

/// A CHECK demanded of new rows, then proved. Where rows are in the way it says how many, and how to find them.
fn proved(table: &Name, constraint: &Constraint, phases: [PhaseName; 2], help: &str) -> Vec<Draft> {
    let ConstraintKind::Check { expression, .. } = &constraint.kind else { return Vec::new() };
    let wrong = sql!("SELECT 1 FROM {} WHERE ({}) IS FALSE", table, expression);
    let finds = sql!(
        "SELECT format('%s rows of %s are in the way', count(*), {}) FROM ({}) AS w HAVING count(*) > 0",
        model::Literal::new(table.to_string()),
        wrong
    );
    let help = format!(
        "{help}; find them with: {}",
        sql!("SELECT * FROM {} WHERE ({}) IS FALSE", table, expression)
    );
    let mut steps = add_check::not_valid_then_validate(table, constraint, phases[0]);
    if let Some(validate) = steps.get_mut(1) {
        validate.phase = phases[1];
        if let Action::Transaction { sql } = &mut validate.action {
            sql.insert(0, demand(&finds, &help));
        }
    }
    steps
}

fn drop_check(table: &Name, constraint: &Constraint) -> Sql {
    sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, constraint.name)
}

fn add_again(table: &Name, constraint: &Constraint) -> Sql {
    sql!("ALTER TABLE {} ADD {}", table, constraint.as_not_valid().definition())
}

/// The table is a partition of the parent.
fn probe_attached(table: &Name, parent: &Name) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition \
         AND c.oid = to_regclass({}) AND i.inhparent = to_regclass({}))",
        model::Literal::new(table.to_string()),
        model::Literal::new(parent.to_string())
    )
}
