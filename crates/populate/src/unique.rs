//! Makes rows differ where they must.

use std::collections::{BTreeMap, BTreeSet};

use model::{ConstraintKind, Ident, Name, Table};

use crate::check::{Token, tokens};
use crate::layout::{Layout, Pick, Source};

/// How many rows each table is to have, as far as it is known.
pub(crate) type PlannedRows = BTreeMap<Name, u64>;

/// Sets of columns that must differ from row to row, the smallest first.
fn unique_sets(table: &Table) -> Vec<Vec<Ident>> {
    let constraints = table.constraints.values().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
            Some(columns.clone())
        }
        _ => None,
    });
    // A partial one binds some rows only: making all differ would make too few of them.
    let indexes = table.indexes.values().filter(|index| index.unique && index.predicate.is_none());
    let indexes = indexes.map(|index| {
        let keys = index.keys.iter().flat_map(|key| match &key.column {
            Some(column) => vec![column.clone()],
            None => mentioned(table, &key.expression.0),
        });
        keys.collect()
    });
    let mut sets: Vec<Vec<Ident>> = constraints.chain(indexes).filter(|set| !set.is_empty()).collect();
    sets.sort_by_key(Vec::len);
    sets
}

/// Columns that an expression names.
pub(crate) fn mentioned(table: &Table, expression: &str) -> Vec<Ident> {
    let words = tokens(expression).unwrap_or_default().into_iter().filter_map(|token| match token {
        Token::Word(word) => Some(Ident::new(word)),
        _ => None,
    });
    words.filter(|word| table.column(word).is_some()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Range columns of exclusion constraints: made one behind the other they never overlap.
fn exclusive(table: &Table) -> Vec<Ident> {
    let keys = table.constraints.values().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Exclusion { keys, .. } => Some(keys),
        _ => None,
    });
    keys.flatten().filter_map(|(key, _)| key.column.clone()).collect()
}

/// Gives columns values that differ, and takes rows back where there are not so many values.
pub(crate) fn make_unique(planned: &PlannedRows, table: &Table, layout: &mut Layout) {
    for column in exclusive(table) {
        if let Some(column) = layout.column_mut(&column).filter(|column| is_range(&column.source)) {
            column.pick = Pick::EACH;
            column.nulls = None;
        }
    }
    for set in unique_sets(table) {
        for column in &set {
            if let Some(column) = layout.column_mut(column) {
                column.nulls = None;
            }
        }
        if !differs(planned, layout, &set) && !count_one_up(planned, layout, &set) {
            combine(planned, layout, &set);
        }
    }
}

fn is_range(source: &Source) -> bool {
    matches!(source, Source::Made(values) if matches!(values.kind, crate::kind::Kind::Range(_)))
}

/// Whether some column of the set has another value in every row already.
fn differs(planned: &PlannedRows, layout: &Layout, set: &[Ident]) -> bool {
    set.iter().filter_map(|column| layout.column(column)).any(|column| match column.pick {
        Pick::Counted { stride: 1, count } => count.min(capacity(planned, &column.source)) >= layout.rows,
        _ => false,
    })
}

/// Lets the column with the most values count up, if it has enough of them and refers to nothing.
fn count_one_up(planned: &PlannedRows, layout: &mut Layout, set: &[Ident]) -> bool {
    let own = set.iter().filter_map(|column| layout.column(column));
    let own = own.filter(|column| matches!(column.source, Source::Made(_)) && is_free(column.pick));
    let most = own.max_by_key(|column| capacity(planned, &column.source));
    let Some(name) = most.filter(|c| capacity(planned, &c.source) >= layout.rows).map(|c| c.name.clone())
    else {
        return false;
    };
    if let Some(column) = layout.column_mut(&name) {
        column.pick = Pick::EACH;
    }
    true
}

/// Whether nothing was decided for the column yet.
fn is_free(pick: Pick) -> bool {
    matches!(pick, Pick::Random { .. })
}

/// Goes through all combinations of the columns' values, as the digits of a number do.
fn combine(planned: &PlannedRows, layout: &mut Layout, set: &[Ident]) {
    let mut stride = 1u64;
    let mut seen: Vec<Pick> = Vec::new();
    for name in set {
        let Some(column) = layout.column(name).cloned() else { continue };
        // Columns of one foreign key are one digit.
        if seen.contains(&column.pick) {
            continue;
        }
        let count = capacity(planned, &column.source).max(1);
        let pick = match column.pick {
            Pick::Counted { .. } => column.pick,
            Pick::Random { .. } => Pick::Counted { stride, count },
        };
        // All columns of its foreign key with it.
        for other in layout.columns.iter_mut().filter(|other| other.pick == column.pick) {
            other.pick = pick;
            other.nulls = None;
        }
        if let Pick::Counted { stride: own, count } = pick {
            stride = own.saturating_mul(count).max(stride);
        }
        seen.push(pick);
    }
    if stride < layout.rows {
        let names = set.iter().map(Ident::as_str).collect::<Vec<_>>().join(", ");
        layout.notes.push(format!("there are {stride} different values of ({names})"));
        layout.rows = stride;
    }
}

/// How many different values a column can have.
pub(crate) fn capacity(planned: &PlannedRows, source: &Source) -> u64 {
    match source {
        Source::Made(values) | Source::Partitioned(values, _) => values.capacity(),
        Source::Referenced(table, _) => planned.get(table).copied().unwrap_or(0),
    }
}
