//! Another expression for a stored generated column.

use facts::Form;
use model::Category;

use super::words::{Check, Danger, Example, Hits, Rule, altered_busy, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`SET EXPRESSION` of a stored generated column",
    why: "The new expression is computed for every row: PostgreSQL rewrites the table and all its indexes under ACCESS \
          EXCLUSIVE.",
    instead: "Add a second column with the new expression as a plain column that a trigger keeps, fill it in batches, and \
              let the code change over.",
    bad: &[Example::after(
        "CREATE TABLE funds (a int, b int GENERATED ALWAYS AS (a + 1) STORED);",
        "ALTER TABLE funds ALTER COLUMN b SET EXPRESSION AS (a + 2);",
    )],
    good: &[Example::after(
        "CREATE TABLE funds (a int, b int GENERATED ALWAYS AS (a + 1) STORED);",
        "ALTER TABLE funds ALTER COLUMN b DROP EXPRESSION;",
    )],
    danger: Danger::Rewrites,
    ..rule("set-expression", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((_, table)) = altered_busy(seen).filter(|_| seen.has_form(Form::SetExpressionStored)) else {
        return Vec::new();
    };
    let text = format!("the value of every row is computed anew: {table} is rewritten under ACCESS EXCLUSIVE");
    seen.hit(text, "add a plain column that a trigger fills, fill old rows in batches, and change over")
}
