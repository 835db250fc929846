//! Rows that are gone.

use model::Category;
use parse::{DropKind, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP TABLE` of a table that may hold rows",
    why: "The rows are gone, and nothing brings them back but a backup. Tables that its foreign keys reference are locked \
          with ACCESS EXCLUSIVE too, and code that still names it fails.",
    instead: "Take it out of the way first, and drop it when nobody missed it:\n\n```sql\n\
              ALTER TABLE legacy RENAME TO legacy_dropped;\n-- a release later, with the rows archived:\nDROP TABLE legacy_dropped;\n```",
    bad: &[
        Example::new("DROP TABLE legacy;"),
        Example::new("DROP TABLE IF EXISTS legacy CASCADE;"),
        Example::new("DO $$ BEGIN DROP TABLE legacy; END $$;"),
    ],
    good: &[
        Example::new("CREATE TABLE legacy (id int); DROP TABLE legacy;"),
        Example::new("CREATE TEMP TABLE scratch (id int); DROP TABLE scratch;"),
        Example::after("CREATE TABLE a (b int);", "ALTER TABLE a ADD COLUMN c int;"),
    ],
    danger: Danger::Loses,
    ..rule("drop-table", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Drop(it) = &seen.action.verb else { return Vec::new() };
    if !matches!(it.kind, DropKind::Table | DropKind::ForeignTable) {
        return Vec::new();
    }
    let Some(table) = seen.used(&it.name) else { return Vec::new() };
    let text = format!("the rows of {table} are lost, and code that names it fails");
    seen.hit(text, "deploy code that no longer uses it, archive the rows, and rename it out of the way for a while first")
}
