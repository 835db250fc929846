//! Promises that rows no longer keep.

use model::ConstraintKind;
use parse::AlterChange;

use super::words::{Check, Example, Hits, Rule, advice, altered};
use crate::rule::Seen;
use crate::state::Known;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP CONSTRAINT` of a foreign key or a CHECK",
    why: "From then on rows come in that break what code may count on; putting the constraint back needs a proof of every row. \
          Dropping a foreign key takes ACCESS EXCLUSIVE on both tables, for a moment.",
    instead: "Make sure that no code counts on it, and set a `lock_timeout`.",
    bad: &[Example::after(
        "CREATE TABLE regions (id int PRIMARY KEY); CREATE TABLE funds (region_id int CONSTRAINT f REFERENCES regions);",
        "ALTER TABLE funds DROP CONSTRAINT f;",
    )],
    good: &[
        Example::new("CREATE TABLE funds (share int CONSTRAINT c CHECK (share > 0)); ALTER TABLE funds DROP CONSTRAINT c;"),
        Example::after(
            "CREATE TABLE funds (name text NOT NULL CONSTRAINT c CHECK (name IS NOT NULL));",
            "ALTER TABLE funds DROP CONSTRAINT c;",
        ),
    ],
    ..advice("drop-constraint", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::DropConstraint { name, .. } = &it.change else { return Vec::new() };
    let Some(relation) = seen.relation(table) else { return Vec::new() };
    let Known::Yes(known) = relation.constraint(name) else { return Vec::new() };
    let text = match &known.kind {
        ConstraintKind::ForeignKey(key) => {
            format!("rows of {table} without a row in {} can come in; both tables are locked", key.references)
        }
        ConstraintKind::Check { expression, .. } if !only_proves_not_null(relation, &expression.0) => {
            format!("rows of {table} that break {} can come in", expression.0)
        }
        _ => return Vec::new(),
    };
    seen.hit(text, "make sure that no code counts on it")
}

/// The last step of the way to NOT NULL: the column says the same.
fn only_proves_not_null(relation: &crate::state::Relation, expression: &str) -> bool {
    let read = parse::Expression::parse(expression);
    let not_null = |column| relation.table.column(column).is_some_and(|it| it.not_null);
    !read.not_null_columns.is_empty() && read.columns.iter().all(not_null)
}
