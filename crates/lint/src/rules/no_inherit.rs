//! Rows that a parent no longer shows.

use model::{Category, LockMode};
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`NO INHERIT` of a table that others use",
    why: "Queries of the parent no longer see its rows, updates and deletes of the parent no longer reach them, and nothing \
          fails.",
    instead: "Deploy code that reads the table by its own name first.",
    bad: &[Example::after(
        "CREATE TABLE funds (id int); CREATE TABLE old_funds () INHERITS (funds);",
        "ALTER TABLE old_funds NO INHERIT funds;",
    )],
    good: &[
        Example::after("CREATE TABLE funds (id int); CREATE TABLE more (id int);", "ALTER TABLE more INHERIT funds;"),
        Example::new("CREATE TABLE funds (id int); CREATE TABLE old_funds () INHERITS (funds); ALTER TABLE old_funds NO INHERIT funds;"),
    ],
    danger: Danger::Takes(LockMode::AccessExclusiveLock),
    ..rule("no-inherit", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::NoInherit(parent) = &it.change else { return Vec::new() };
    let parent = seen.catalog.resolve(parent);
    let text = format!("queries of {parent} no longer see the rows of {table}");
    seen.hit(text, "deploy code that reads the table by its own name first")
}
