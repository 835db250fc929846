//! Rows that exclude each other: pairs of which every operator is true.

use model::{Constraint, ConstraintKind, Ident, Sql, sql};

use super::constraint::fails;
use super::{Draft, Search};
use crate::relation::Relation;

/// One key of an exclusion constraint: an expression over the row, and the operator between two rows.
struct Key {
    value: Sql,
    operator: Sql,
}

/// Rows that an `EXCLUDE` refuses.
pub(super) fn excluded(relation: &Relation, constraint: &Constraint) -> Option<Draft> {
    let ConstraintKind::Exclusion { keys, predicate, .. } = &constraint.kind else { return None };
    let keys: Vec<Key> = keys
        .iter()
        .map(|(key, operator)| Key {
            value: sql!("({})", key.expression),
            operator: Sql::verbatim(operator.clone()),
        })
        .collect();
    let predicate = predicate.as_ref().map(|predicate| sql!("({})", predicate));
    let search = search(relation, &keys, predicate.as_ref(), None);
    Some(fails("excluded-rows", format!("exclude another row by {}", constraint.name), search))
}

/// Rows of which a key `WITHOUT OVERLAPS` refuses: their periods overlap, or are empty.
pub(super) fn overlapping(relation: &Relation, columns: &[Ident]) -> Draft {
    let last = columns.len().saturating_sub(1);
    let key = |(at, column): (usize, &Ident)| Key {
        value: sql!("{}", column),
        operator: Sql::verbatim(if at == last { "&&" } else { "=" }),
    };
    let keys: Vec<Key> = columns.iter().enumerate().map(key).collect();
    let empty = columns.last().map(|period| sql!("isempty({})", period));
    fails("excluded-rows", "overlap with another row", search(relation, &keys, None, empty))
}

/// Each row is compared with each other one, for as long as the time allows.
///
/// Inside of the subquery the keys' own columns are those of the row outside: the other one shows nothing but
/// its place and its keys.
fn search(relation: &Relation, keys: &[Key], predicate: Option<&Sql>, also: Option<Sql>) -> Search {
    if !relation.has_places() {
        return Search::None("the same push changes its columns".to_owned());
    }
    let name = |at: usize| Ident::new(format!("lockkeeper_key_{at}"));
    let (from, of, place) =
        (relation.plain(), Ident::new("lockkeeper_table"), Ident::new("lockkeeper_place"));
    let shown = keys.iter().enumerate().map(|(at, key)| sql!("{} AS {}", key.value, name(at)));
    let holds = predicate.map_or_else(|| sql!("true"), Clone::clone);
    let other = sql!(
        "SELECT tableoid AS {}, ctid AS {}, {} FROM {} WHERE {}",
        of,
        place,
        Sql::join(shown, ", "),
        from,
        holds
    );
    let alike = keys.iter().enumerate().map(|(at, key)| sql!("{} {} {}", key.value, key.operator, name(at)));
    let meets = sql!(
        "{} AND EXISTS (SELECT FROM ({}) AS other WHERE (tableoid, ctid) <> ({}, {}) AND {})",
        holds,
        other,
        of,
        place,
        Sql::join(alike, " AND ")
    );
    let filter = match also {
        Some(also) => sql!("({}) OR {}", meets, also),
        None => meets,
    };
    Search::Filter { relation: from, filter: Some(filter) }
}
