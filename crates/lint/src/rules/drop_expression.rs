//! Columns that are no longer computed.

use model::{Category, LockMode};
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP EXPRESSION` of a generated column",
    why: "What is in the column stays, and is never computed again: new rows hold a null there, changed rows the old value, and \
          nothing fails.",
    instead: "Deploy code that writes the column first, or put a trigger in the place of the expression in the same transaction.",
    bad: &[Example::after(
        "CREATE TABLE funds (name text, search text GENERATED ALWAYS AS (lower(name)) STORED);",
        "ALTER TABLE funds ALTER COLUMN search DROP EXPRESSION;",
    )],
    good: &[Example::new(
        "CREATE TABLE funds (name text, search text GENERATED ALWAYS AS (lower(name)) STORED); \
         ALTER TABLE funds ALTER COLUMN search DROP EXPRESSION;",
    )],
    danger: Danger::Takes(LockMode::AccessExclusiveLock),
    ..rule("drop-expression", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::DropExpression { column, .. } = &it.change else { return Vec::new() };
    let text = format!("{table}.{column} is no longer computed: new rows hold a null, changed rows the old value");
    seen.hit(text, "deploy code that writes the column first, or keep it up by a trigger")
}
