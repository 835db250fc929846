//! Designs the layouts: which column gets which values.

use std::collections::BTreeMap;

use model::{Column, ConstraintKind, ForeignKey, Ident, Name, Schema, Table};

use crate::check::{Bound, Hints, hints};
use crate::fit::Fit;
use crate::kind::{Kind, resolve};
use crate::layout::{ColumnLayout, Layout, Layouts, Nulls, Pick, Source, counts_up, foreign_keys, salt};
use crate::order::{Order, root};
use crate::partition::pieces;
use crate::rows::Wanted;
use crate::unique::{PlannedRows, make_unique};

/// So many rows in a million have a null in a column that takes nulls, where nothing is known of it.
const NULLS_PER_MILLION: u64 = 50_000;

/// Designs every table in order. Where foreign keys are checked row by row, nothing can refer to a row
/// that comes later: such columns stay null, if they may.
pub(crate) fn design(
    schema: &Schema,
    wanted: &Wanted<'_>,
    seed: u64,
    order: &Order,
    checked: bool,
) -> Layouts {
    let rows = wanted.rows;
    let mut planned: PlannedRows = order.tables.iter().map(|name| (name.clone(), rows.of(name))).collect();
    let mut layouts = Layouts::new();
    for name in &order.tables {
        let Some(table) = schema.tables.get(name) else { continue };
        let mut layout = own_values(schema, wanted, seed, name, table);
        for key in foreign_keys(table) {
            let parent = root(schema, &key.references);
            let too_early = checked && order.forward.contains(&(name.clone(), parent.clone()));
            let rows = if too_early { 0 } else { planned.get(&parent).copied().unwrap_or_default() };
            refer(salt(seed, name, &joined(&key.columns)), &parent, rows, key, &mut layout);
        }
        make_unique(&planned, table, &mut layout);
        planned.insert(name.clone(), layout.rows);
        layouts.insert(name.clone(), layout);
    }
    layouts
}

/// A layout with every column's own values, as if there were no foreign and no unique keys.
fn own_values(schema: &Schema, wanted: &Wanted<'_>, seed: u64, name: &Name, table: &Table) -> Layout {
    let rows = wanted.rows.of(name);
    let mut layout =
        Layout { rows, columns: Vec::new(), notes: Vec::new(), hopeless: None, entangled: false };
    let checks = table.constraints.values().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => Some(expression),
        _ => None,
    });
    let mut known = hints(checks);
    let mut partitioned = pieces(schema, name);
    for column in table.columns.iter().filter(|column| column.generated.is_none()) {
        let read_as = wanted.rows.read_as.get(&(name.clone(), column.name.clone()));
        let mut values = resolve(schema, read_as.unwrap_or(&column.type_name), &column.name);
        values.held_as = read_as.is_some().then(|| column.type_name.clone());
        if values.kind == Kind::Unknown {
            without_value(&mut layout, column, values.not_null);
            continue;
        }
        values.hints = both(known.remove(&column.name).unwrap_or_default(), values.hints, column);
        let salt = salt(seed, name, column.name.as_str());
        let pick = if counts_up(column) { Pick::EACH } else { Pick::Random { salt, below: values.spread() } };
        let pieces = partitioned.remove(&column.name);
        let never_null = column.not_null || values.not_null || pieces.is_some();
        let fit = wanted.profile.and_then(|profile| profile.column(name, &column.name));
        let fit = fit.map(|profile| Fit::of(profile, rows));
        let per_million = fit.as_ref().map_or(NULLS_PER_MILLION, |fit| fit.nulls_per_million);
        layout.columns.push(ColumnLayout {
            name: column.name.clone(),
            source: match pieces {
                Some(pieces) => Source::Partitioned(values, pieces),
                None => Source::Made(values),
            },
            pick,
            nulls: (!never_null).then_some(Nulls { per_million, salt: salt ^ 1 }),
            fit,
        });
    }
    layout
}

/// A column of a type that nothing is known of keeps its default, or its null.
fn without_value(layout: &mut Layout, column: &Column, domain_not_null: bool) {
    let what =
        format!("column {} has type {}, for which no value can be made", column.name, column.type_name);
    if (column.not_null || domain_not_null) && column.default.is_none() {
        layout.hopeless = Some(what);
    } else {
        layout.notes.push(what);
    }
}

/// What the table's checks say and what the type's domains say. An identity column's smallest value is
/// its sequence's.
fn both(own: Hints, of_domain: Hints, column: &Column) -> Hints {
    let identity = column
        .identity
        .as_ref()
        .map(|identity| Bound { at: identity.sequence.min.to_string(), inclusive: true });
    Hints {
        one_of: own.one_of.or(of_domain.one_of),
        low: own.low.or(of_domain.low).or(identity),
        high: own.high.or(of_domain.high),
        length_min: own.length_min.or(of_domain.length_min),
        length_max: own.length_max.or(of_domain.length_max),
    }
}

/// Lets the columns of a foreign key take the values of one of so many rows of the referenced table.
fn refer(salt: i64, parent: &Name, rows: u64, key: &ForeignKey, layout: &mut Layout) {
    let is_taken = |column: &Ident| {
        layout.column(column).is_some_and(|column| matches!(column.source, Source::Referenced(..)))
    };
    if key.columns.iter().any(is_taken) {
        // All of them taken: a narrow key within a wide one, which holds where the wide one's does.
        layout.entangled |= !key.columns.iter().all(is_taken);
        return;
    }
    let nullable = nullable(layout, key);
    if rows == 0 {
        forgo(layout, key, parent, nullable);
        return;
    }
    let sources: BTreeMap<&Ident, &Ident> = key.columns.iter().zip(&key.referenced_columns).collect();
    let mut together = None;
    for column in &mut layout.columns {
        if let Some(referenced) = sources.get(&column.name) {
            column.source = Source::Referenced(parent.clone(), (*referenced).clone());
            column.pick = Pick::Random { salt, below: rows };
            // The columns of one key are null together, as often as the first of them.
            let per_million = column.nulls.map_or(NULLS_PER_MILLION, |nulls| nulls.per_million);
            let per_million = *together.get_or_insert(per_million);
            column.nulls = nullable.then_some(Nulls { per_million, salt: salt ^ 1 });
            // And they go to one row together: what each of them is like by itself does not count.
            column.fit = column.fit.take().filter(|_| sources.len() == 1);
        }
    }
}

fn joined(columns: &[Ident]) -> String {
    columns.iter().map(Ident::as_str).collect::<Vec<_>>().join(",")
}

fn nullable(layout: &Layout, key: &ForeignKey) -> bool {
    key.columns.iter().all(|column| layout.column(column).is_some_and(|column| column.nulls.is_some()))
}

/// There is nothing to refer to: nulls, or no rows at all.
fn forgo(layout: &mut Layout, key: &ForeignKey, parent: &Name, nullable: bool) {
    if nullable {
        layout.columns.retain(|column| !key.columns.contains(&column.name));
    } else {
        layout.hopeless = Some(format!("it refers to {parent}, which has no rows"));
    }
}
