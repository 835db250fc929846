//! Inserts that leave a column out.

use parse::AlterChange;

use super::words::{Check, Example, Hits, Rule, advice, altered};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP DEFAULT` on a table that code may be using",
    why: "Code that leaves the column out of its INSERT gets a null from then on, or an error where the column is NOT NULL.",
    instead: "Let the code write the column first, then drop the default.",
    bad: &[Example::new("ALTER TABLE funds ALTER COLUMN stage DROP DEFAULT;")],
    good: &[Example::new("ALTER TABLE funds ALTER COLUMN stage SET DEFAULT 'open';")],
    ..advice("drop-default", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::DropDefault(column) = &it.change else { return Vec::new() };
    seen.hit(format!("an INSERT that leaves {table}.{column} out gets a null, or fails"), "let the code write the column first")
}
