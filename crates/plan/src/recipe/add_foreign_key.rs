//! FOREIGN KEY: demanded of new rows first, proved on old ones after.
//!
//! On a partitioned table NOT VALID is possible from 18 on. Source: PostgreSQL manual, ALTER TABLE; measured.

use model::{Change, ConstraintKind, ForeignKey, Name, PhaseName};

use super::add_check;
use crate::draft::Drafted;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::AddConstraint { table, constraint } = change else { return None };
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { return None };
    let cannot = situation.is_partitioned(table) && situation.server_major < 18;
    if situation.is_new(table) || situation.is_remade(change) || cannot {
        return None;
    }
    let phase = if adds_primary_key(key, situation) { PhaseName::Switch } else { PhaseName::Expand };
    let mut drafted = Drafted::new(
        "NOT VALID takes SHARE ROW EXCLUSIVE on both tables for a moment; VALIDATE scans under SHARE UPDATE \
         EXCLUSIVE",
        add_check::not_valid_then_validate(table, constraint, phase),
    );
    if !is_indexed(table, key, situation) {
        drafted = drafted.note(format!(
            "no index of {table} starts with the columns of {}: a DELETE or an UPDATE of the key in {} scans {table}",
            constraint.name, key.references
        ));
    }
    Some(drafted)
}

/// Whether the referenced key is a primary key that this plan adds, which it does in the switch phase.
fn adds_primary_key(key: &ForeignKey, situation: &Situation<'_>) -> bool {
    let of = |schema: &model::Schema| {
        let table = schema.table(&key.references);
        table.and_then(|table| table.primary_key()).map(|constraint| constraint.columns().to_vec())
    };
    let wanted = of(situation.to);
    wanted.as_ref() == Some(&key.referenced_columns)
        && of(&situation.now) != wanted
        && !situation.is_new(&key.references)
}

fn is_indexed(table: &Name, key: &ForeignKey, situation: &Situation<'_>) -> bool {
    let Some(wanted) = situation.to.table(table) else { return false };
    let starts = |columns: Vec<&model::Ident>| {
        let first: Vec<_> = columns.into_iter().take(key.columns.len()).collect();
        first.len() == key.columns.len() && key.columns.iter().all(|column| first.contains(&column))
    };
    let by_index = wanted
        .indexes
        .values()
        .filter(|index| index.predicate.is_none())
        .any(|index| starts(index.keys.iter().filter_map(|key| key.column.as_ref()).collect()));
    let by_key = wanted.constraints.values().filter(|constraint| constraint.has_index());
    by_index || by_key.into_iter().any(|constraint| starts(constraint.columns().iter().collect()))
}
