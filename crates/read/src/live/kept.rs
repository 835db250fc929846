//! Columns that a plan put out of reach and keeps until cleanup are not part of the schema any more, nor
//! is what stands on them.

use model::{ConstraintKind, Ident, Index, KEPT_PREFIX, Schema, Table};

pub(super) fn hide(schema: &mut Schema) {
    for table in schema.tables.values_mut().filter(|table| table.columns.iter().any(|c| is_kept(&c.name))) {
        hide_in(table);
    }
}

fn hide_in(table: &mut Table) {
    table.columns.retain(|column| !is_kept(&column.name));
    table.indexes.retain(|_, index| !stands_on_kept(index));
    table.constraints.retain(|_, constraint| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => !expression.0.contains(KEPT_PREFIX),
        ConstraintKind::Exclusion { keys, .. } => {
            !keys.iter().any(|(key, _)| key.expression.0.contains(KEPT_PREFIX))
        }
        _ => !constraint.columns().iter().any(is_kept),
    });
}

fn is_kept(name: &Ident) -> bool {
    name.as_str().starts_with(KEPT_PREFIX)
}

fn stands_on_kept(index: &Index) -> bool {
    let in_key = index.keys.iter().any(|key| key.expression.0.contains(KEPT_PREFIX));
    let in_predicate = index.predicate.iter().any(|predicate| predicate.0.contains(KEPT_PREFIX));
    in_key || in_predicate || index.include.iter().any(is_kept)
}
