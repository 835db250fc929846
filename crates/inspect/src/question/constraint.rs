//! Rows that a new constraint would refuse.

use assess::Outcome;
use model::{Constraint, ConstraintKind, Expr, ForeignKey, Ident, Index, Name, Sql, sql};

use super::{Draft, Scene, Search, exclusion};
use crate::relation::{Relation, Types};

pub(super) fn fails(rule: &'static str, what: impl Into<String>, search: Search) -> Draft {
    Draft { rule, outcome: Outcome::Fails, of: None, what: what.into(), search }
}

/// Rows without a value.
pub(super) fn not_null(scene: &Scene<'_>, table: &Name, column: &Ident) -> Option<Draft> {
    let relation = scene.relation(table, Types::Now, |name| name == column)?.plain();
    let is_added = scene.changes.iter().any(|change| {
        matches!(change, model::Change::AddColumn { table: of, column: added }
            if of == table && added.name == *column)
    });
    let search = if is_added {
        Search::None("the column is added by the same push".to_owned())
    } else {
        Search::Filter { relation, filter: Some(sql!("{} IS NULL", column)) }
    };
    Some(fails("null-values", format!("hold null in {column}"), search))
}

/// Rows that a constraint refuses.
pub(super) fn added(scene: &Scene<'_>, table: &Name, constraint: &Constraint) -> Vec<Draft> {
    let matters = |name: &Ident| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => expression.0.contains(name.as_str()),
        // Its keys are expressions, which may name any column.
        ConstraintKind::Exclusion { .. } => true,
        _ => constraint.columns().contains(name),
    };
    let Some(relation) = scene.relation(table, Types::Wanted, matters) else { return Vec::new() };
    match &constraint.kind {
        ConstraintKind::Check { expression, .. } => vec![check(&relation, constraint, expression)],
        ConstraintKind::NotNull { column } => not_null(scene, table, column).into_iter().collect(),
        ConstraintKind::Unique { columns, nulls_not_distinct, without_overlaps, .. } => {
            if *without_overlaps {
                return vec![exclusion::overlapping(&relation, columns)];
            }
            vec![unique(&relation, columns, *nulls_not_distinct)]
        }
        ConstraintKind::PrimaryKey { columns, without_overlaps, .. } => {
            let nulls = Sql::join(columns.iter().map(|column| sql!("{} IS NULL", column)), " OR ");
            let search = Search::Filter { relation: relation.plain(), filter: Some(nulls) };
            let same = match without_overlaps {
                true => exclusion::overlapping(&relation, columns),
                false => unique(&relation, columns, true),
            };
            vec![fails("null-values", "hold null in the primary key", search), same]
        }
        ConstraintKind::ForeignKey(key) => vec![foreign_key(scene, &relation, key)],
        ConstraintKind::Exclusion { .. } => exclusion::excluded(&relation, constraint).into_iter().collect(),
    }
}

fn check(relation: &Relation, constraint: &Constraint, expression: &Expr) -> Draft {
    // A check that comes out as null holds.
    let filter = Some(sql!("NOT ({})", expression));
    let search = Search::Filter { relation: relation.plain(), filter };
    fails("check-violations", format!("break the check {}", constraint.name), search)
}

fn unique(relation: &Relation, columns: &[Ident], nulls_are_equal: bool) -> Draft {
    let keys = Sql::join(columns, ", ");
    let filled = Sql::join(columns.iter().map(|column| sql!("{} IS NOT NULL", column)), " AND ");
    let filter = (!nulls_are_equal).then_some(filled);
    let what = format!("share ({keys}) with another row");
    fails("duplicate-values", what, Search::Groups { relation: relation.plain(), filter, keys })
}

/// Rows that a unique index refuses.
pub(super) fn unique_index(scene: &Scene<'_>, table: &Name, index: &Index) -> Option<Draft> {
    let texts = || index.keys.iter().map(|key| &key.expression).chain(&index.predicate);
    let matters = |name: &Ident| texts().any(|text| text.0.contains(name.as_str()));
    let relation = scene.relation(table, Types::Wanted, matters)?.plain();
    let keys = Sql::join(index.keys.iter().map(|key| &key.expression), ", ");
    let mut conditions: Vec<Sql> = index.predicate.iter().map(|predicate| sql!("({})", predicate)).collect();
    if !index.nulls_not_distinct {
        conditions.extend(index.keys.iter().map(|key| sql!("{} IS NOT NULL", key.expression)));
    }
    let filter = (!conditions.is_empty()).then(|| Sql::join(&conditions, " AND "));
    let what = format!("share ({keys}) with another row");
    Some(fails("duplicate-values", what, Search::Groups { relation, filter, keys }))
}

fn foreign_key(scene: &Scene<'_>, relation: &Relation, key: &ForeignKey) -> Draft {
    let (child, parent) = (Ident::new("referencing"), Ident::new("referenced"));
    let what = format!("refer to a row that {} does not have", key.references);
    let of = |alias: &Ident, column: &Ident| sql!("{}.{}", alias, column);
    let each = |test: &str| {
        let test = Sql::verbatim(test.to_owned());
        key.columns.iter().map(|column| sql!("{} {}", of(&child, column), test)).collect::<Vec<_>>()
    };
    let filled = Sql::join(each("IS NOT NULL"), " AND ");
    let matters = |name: &Ident| key.referenced_columns.contains(name);
    let orphan = match scene.relation(&key.references, Types::Wanted, matters) {
        Some(referenced) => {
            let mut pairs: Vec<_> = key.columns.iter().zip(&key.referenced_columns).collect();
            let period = if key.period { pairs.pop() } else { None };
            let same = pairs.iter().map(|(own, other)| sql!("{} = {}", of(&parent, other), of(&child, own)));
            let (from, same) = (referenced.named(&parent), Sql::join(same, " AND "));
            match period {
                // The referenced periods together have to cover the referencing one.
                Some((own, other)) => sql!(
                    "(SELECT range_agg({}) @> {} FROM {} WHERE {}) IS NOT TRUE",
                    of(&parent, other),
                    of(&child, own),
                    from,
                    same
                ),
                None => sql!("NOT EXISTS (SELECT FROM {} WHERE {})", from, same),
            }
        }
        // A table that is new is empty.
        None => sql!("true"),
    };
    let mut filter = sql!("{} AND {}", filled, orphan);
    if key.match_full && key.columns.len() > 1 {
        let (any, all) = (Sql::join(each("IS NULL"), " OR "), Sql::join(each("IS NULL"), " AND "));
        filter = sql!("({}) OR (({}) AND NOT ({}))", filter, any, all);
    }
    let search = Search::Filter { relation: relation.named(&child), filter: Some(filter) };
    fails("orphan-rows", what, search)
}
