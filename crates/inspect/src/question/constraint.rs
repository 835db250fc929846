//! Rows that a new constraint would refuse.

use assess::Outcome;
use model::{Constraint, ConstraintKind, Expr, ForeignKey, Ident, Index, Name, Sql, sql};

use super::{Draft, Scene, Search};
use crate::relation::{Relation, Types};

fn fails(rule: &'static str, what: impl Into<String>, search: Search) -> Draft {
    Draft { rule, outcome: Outcome::Fails, what: what.into(), search }
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
        _ => constraint.columns().contains(name),
    };
    let Some(relation) = scene.relation(table, Types::Wanted, matters) else { return Vec::new() };
    match &constraint.kind {
        ConstraintKind::Check { expression, .. } => vec![check(&relation, constraint, expression)],
        ConstraintKind::NotNull { column } => not_null(scene, table, column).into_iter().collect(),
        ConstraintKind::Unique { columns, nulls_not_distinct, without_overlaps, .. } => {
            if *without_overlaps {
                return vec![overlaps("overlap with another row")];
            }
            vec![unique(&relation, columns, *nulls_not_distinct)]
        }
        ConstraintKind::PrimaryKey { columns, without_overlaps, .. } => {
            let nulls = Sql::join(columns.iter().map(|column| sql!("{} IS NULL", column)), " OR ");
            let search = Search::Filter { relation: relation.plain(), filter: Some(nulls) };
            let same = if *without_overlaps { overlaps("overlap") } else { unique(&relation, columns, true) };
            vec![fails("null-values", "hold null in the primary key", search), same]
        }
        ConstraintKind::ForeignKey(key) => vec![foreign_key(scene, &relation, key)],
        ConstraintKind::Exclusion { .. } => vec![overlaps("exclude each other")],
    }
}

/// Each row would have to be compared with each other one.
fn overlaps(what: &str) -> Draft {
    let why = "only building the index tells".to_owned();
    fails("excluded-rows", what, Search::None(why))
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
    if key.period {
        return fails("orphan-rows", what, Search::None("periods are not compared".to_owned()));
    }
    let of = |alias: &Ident, column: &Ident| sql!("{}.{}", alias, column);
    let filled =
        Sql::join(key.columns.iter().map(|column| sql!("{} IS NOT NULL", of(&child, column))), " AND ");
    let pairs = key.columns.iter().zip(&key.referenced_columns);
    let same =
        Sql::join(pairs.map(|(own, other)| sql!("{} = {}", of(&parent, other), of(&child, own))), " AND ");
    let orphan =
        match scene.relation(&key.references, Types::Wanted, |name| key.referenced_columns.contains(name)) {
            Some(referenced) => {
                sql!("NOT EXISTS (SELECT FROM {} WHERE {})", referenced.named(&parent), same)
            }
            // A table that is new is empty.
            None => sql!("true"),
        };
    let mut filter = sql!("{} AND {}", filled, orphan);
    if key.match_full && key.columns.len() > 1 {
        let nulls =
            Sql::join(key.columns.iter().map(|column| sql!("{} IS NULL", of(&child, column))), " OR ");
        let all = Sql::join(key.columns.iter().map(|column| sql!("{} IS NULL", of(&child, column))), " AND ");
        filter = sql!("({}) OR (({}) AND NOT ({}))", filter, nulls, all);
    }
    let search = Search::Filter { relation: relation.named(&child), filter: Some(filter) };
    fails("orphan-rows", what, search)
}
