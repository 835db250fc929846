//! UNIQUE, PRIMARY KEY and FOREIGN KEY of a partitioned table: made on each partition without blocking, then joined
//! under one on the parent, which finds them there and neither builds nor reads.
//!
//! Neither USING INDEX nor, before 18, a foreign key NOT VALID is possible on a partitioned table; on its partitions
//! both are. Source: PostgreSQL manual, 5.12; that the parent's foreign key takes over those of its partitions
//! without reading a row is measured on 13 to 18.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Constraint, ConstraintKind, Ident, Name, PhaseName, Sql, sql};

use super::partitioned_index::{leaves, partitions};
use super::{add_check, add_key, set_not_null};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::AddConstraint { table, constraint } = change else { return None };
    let is_partitioned = situation.table(table)?.partition_by.is_some();
    if !is_partitioned || situation.is_new(table) || situation.is_remade(change) || constraint.inherited {
        return None;
    }
    match &constraint.kind {
        ConstraintKind::ForeignKey(_) if situation.server_major < 18 && !constraint.not_valid => {
            Some(foreign_key(table, constraint, situation))
        }
        _ if add_key::index_of(constraint).is_some() => Some(key(table, constraint, situation)),
        _ => None,
    }
}

fn key(table: &Name, constraint: &Constraint, situation: &Situation<'_>) -> Drafted {
    let mut drafts = Vec::new();
    let is_primary = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. });
    if is_primary {
        for column in constraint.columns().iter().filter(|it| add_key::is_nullable(table, it, situation)) {
            drafts.extend(set_not_null::steps(table, column, situation));
        }
    }
    for leaf in leaves(table, situation) {
        let part = of_partition(&leaf, constraint);
        let steps = add_key::steps(&leaf, &part, PhaseName::Switch, situation);
        let own = |it: &Draft| !matches!(it.phase, PhaseName::Validate);
        drafts.extend(steps.into_iter().filter(own));
    }
    let mut sql = Vec::new();
    join(table, constraint, constraint, situation, &mut sql);
    let there = probe::index_valid(table, &constraint.name);
    // What ONLY does to the parent is what a change of a default does: an entry under ACCESS EXCLUSIVE.
    let acts = vec![Act::new(Form::SetDefault, table), Act::new(Form::AlterIndexAttachPartition, table)];
    drafts.push(joined(table, constraint, there, sql, acts));
    Drafted::new(
        "USING INDEX is refused on a partitioned table: each partition gets its index without blocking and its own \
         constraint, and the parent's joins them",
        drafts,
    )
}

fn foreign_key(table: &Name, constraint: &Constraint, situation: &Situation<'_>) -> Drafted {
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { return Drafted::new("", Vec::new()) };
    let mut drafts: Vec<Draft> = leaves(table, situation)
        .iter()
        .flat_map(|leaf| {
            add_check::not_valid_then_validate(leaf, &of_partition(leaf, constraint), PhaseName::Expand)
        })
        .collect();
    let there = probe::constraint_valid(table, &constraint.name);
    let sql = vec![sql!("ALTER TABLE {} ADD {}", table, constraint.definition())];
    // Where its partitions have it, a foreign key is its triggers.
    let acts = vec![Act::new(Form::CreateTrigger, table), Act::new(Form::CreateTrigger, &key.references)];
    drafts.push(joined(table, constraint, there, sql, acts));
    Drafted::new(
        "before PostgreSQL 18 NOT VALID is refused on a partitioned table: each partition proves its own foreign key \
         without blocking, and the parent's takes them over without reading a row",
        drafts,
    )
}

fn joined(table: &Name, constraint: &Constraint, there: Sql, sql: Vec<Sql>, acts: Vec<Act>) -> Draft {
    let undo = Change::DropConstraint { table: table.clone(), constraint: constraint.clone() };
    Draft {
        phase: PhaseName::Switch,
        title: format!("join the partitions' constraints as {}", constraint.name),
        table: Some(table.clone()),
        action: Action::Transaction { sql },
        acts,
        verification: there.clone(),
        probe: there,
        // The partitions' constraints go with it; the steps that made them then have nothing left to take back.
        undo: Action::Transaction { sql: undo.sql() },
        cost: Cost::Catalog,
        undo_acts: Some(assess::effect::acts(&undo, &model::Schema::default())),
        late: false,
    }
}

/// The constraint of one partition.
fn of_partition(partition: &Name, constraint: &Constraint) -> Constraint {
    let name = format!("{}_{}", partition.name.as_str(), constraint.name.as_str());
    Constraint { name: Ident::new(name).truncated(), comment: None, ..constraint.clone() }
}

/// The parent's own constraint, and those of partitions that are partitioned themselves, each joined with those below.
fn join(table: &Name, own: &Constraint, whole: &Constraint, situation: &Situation<'_>, out: &mut Vec<Sql>) {
    out.push(sql!("ALTER TABLE ONLY {} ADD {}", table, own.definition()));
    for partition in partitions(table, situation) {
        let part = of_partition(partition, whole);
        if situation.is_partitioned(partition) {
            join(partition, &part, whole, situation, out);
        }
        out.push(sql!(
            "ALTER INDEX {} ATTACH PARTITION {}",
            table.sibling(&own.name),
            partition.sibling(&part.name)
        ));
    }
}
