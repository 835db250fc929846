//! What a plan made for itself is no part of the schema: columns that it put out of reach and keeps until
//! cleanup, columns that it fills beside those they are to replace, what stands on either, its triggers, and
//! enums and materialized views in both shapes, views that stand in for tables while two names are in use.

use model::{
    BASE_PREFIX, COMING_PREFIX, ConstraintKind, Expr, Ident, Index, KEPT_PREFIX, Name, STAND_IN, Schema,
    Table,
};

pub(super) fn hide(schema: &mut Schema) {
    for table in schema.tables.values_mut() {
        table.triggers.retain(|_, trigger| !trigger.function.starts_with("lockkeeper."));
        if table.columns.iter().any(|column| is_ours(&column.name)) {
            hide_in(table);
        }
    }
    schema.enums.retain(|name, _| !is_ours(&name.name));
    schema.views.retain(|name, _| !is_ours(&name.name));
    hide_stand_ins(schema);
}

fn hide_in(table: &mut Table) {
    table.columns.retain(|column| !is_ours(&column.name));
    table.indexes.retain(|name, index| !is_ours(name) && !stands_on_ours(index));
    table.constraints.retain(|_, constraint| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => !names_ours(expression),
        ConstraintKind::Exclusion { keys, .. } => !keys.iter().any(|(key, _)| names_ours(&key.expression)),
        ConstraintKind::ForeignKey(key) => !key.columns.iter().chain(&key.referenced_columns).any(is_ours),
        _ => !constraint.columns().iter().any(is_ours),
    });
}

fn is_ours(name: &Ident) -> bool {
    [KEPT_PREFIX, COMING_PREFIX].iter().any(|prefix| name.as_str().starts_with(prefix))
}

fn names_ours(expression: &Expr) -> bool {
    [KEPT_PREFIX, COMING_PREFIX].iter().any(|prefix| expression.0.contains(prefix))
}

fn stands_on_ours(index: &Index) -> bool {
    let in_key = index.keys.iter().any(|key| names_ours(&key.expression));
    let in_predicate = index.predicate.iter().any(names_ours);
    in_key || in_predicate || index.include.iter().any(is_ours)
}

/// A view that stands in goes, and a table that waits behind one is seen under its own name.
fn hide_stand_ins(schema: &mut Schema) {
    let table_of = |view: &model::View| -> Option<Name> {
        view.comment.as_deref()?.strip_prefix(STAND_IN)?.parse().ok()
    };
    let found = schema.views.iter().filter_map(|(name, view)| Some((name.clone(), table_of(view)?)));
    let stand_ins: Vec<(Name, Name)> = found.collect();
    for (view, table) in stand_ins {
        if !schema.tables.contains_key(&table) {
            continue;
        }
        schema.views.remove(&view);
        if table.name.as_str().starts_with(BASE_PREFIX) {
            diff::rename_table(schema, &table, &view);
            rename_in_texts(schema, &table.name, &view.name);
        }
    }
}

/// The server writes a table's name into what it deparses; no name but ours begins like this one.
fn rename_in_texts(schema: &mut Schema, old: &Ident, new: &Ident) {
    let (old, new) = (old.to_string(), new.to_string());
    let rename = |text: &mut Expr| {
        if text.0.contains(&old) {
            text.0 = text.0.replace(&old, &new);
        }
    };
    for view in schema.views.values_mut() {
        rename(&mut view.query);
    }
    for routine in schema.routines.values_mut() {
        rename(&mut routine.definition);
    }
    for table in schema.tables.values_mut() {
        table.triggers.values_mut().for_each(|trigger| rename(&mut trigger.definition));
        table.rules.values_mut().for_each(rename);
        for policy in table.policies.values_mut() {
            policy.using.iter_mut().for_each(rename);
            policy.check.iter_mut().for_each(rename);
        }
    }
}
