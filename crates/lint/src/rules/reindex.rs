//! Indexes built anew while others wait.

use model::{Category, LockMode};
use parse::{MaintainTarget, Task, Verb};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, concurrently_after, outside, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`REINDEX` without CONCURRENTLY",
    why: "Writes to the table wait, and so does every read that would use the index, until the last index is built.",
    instead: "Build them concurrently (PostgreSQL 12 and later), outside a transaction:\n\n```sql\n\
              REINDEX INDEX CONCURRENTLY funds_name_idx;\n```",
    bad: &[Example::new("REINDEX TABLE funds;"), Example::new("REINDEX INDEX funds_name_idx;")],
    good: &[Example::new("REINDEX TABLE CONCURRENTLY funds;"), Example::new("CREATE TABLE funds (a int); REINDEX TABLE funds;")],
    danger: Danger::Works(LockMode::ShareLock),
    ..rule("reindex", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Maintain(it) = &seen.action.verb else { return Vec::new() };
    if it.task != Task::Reindex || it.concurrently {
        return Vec::new();
    }
    let (what, word) = match &it.target {
        MaintainTarget::Relations(tables) => match tables.iter().find_map(|table| seen.busy(table)) {
            Some(table) => (table.to_string(), "table"),
            None => return Vec::new(),
        },
        MaintainTarget::Index(index) => (format!("the table of {index}"), "index"),
        MaintainTarget::Schema(schema) => (format!("every table of {schema}"), "schema"),
        MaintainTarget::Database => ("every table".to_owned(), "database"),
    };
    let text = format!("writes to {what} wait, and reads that would use the index, until it is built anew");
    let help = format!("use REINDEX … CONCURRENTLY{}", outside(seen));
    vec![Hit::new(seen.action.span, text, help).fixed_by(concurrently_after(seen, word))]
}
