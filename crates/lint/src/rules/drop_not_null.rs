//! Nulls that code does not expect.

use parse::AlterChange;

use super::words::{Check, Example, Hits, Rule, advice, altered};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP NOT NULL` on a table that code may be using",
    why: "The statement is over at once, but code that reads the column may not expect a null.",
    instead: "Let the code expect it first; and keep in mind that the way back needs a proof of every row: `SET NOT NULL`.",
    bad: &[Example::new("ALTER TABLE funds ALTER COLUMN name DROP NOT NULL;")],
    good: &[Example::new("CREATE TABLE funds (name text NOT NULL); ALTER TABLE funds ALTER COLUMN name DROP NOT NULL;")],
    ..advice("drop-not-null", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::DropNotNull(column) = &it.change else { return Vec::new() };
    seen.hit(format!("code that reads {table}.{column} may not expect a null"), "let the code expect it first")
}
