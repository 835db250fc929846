//! Tables that a crash empties.

use parse::{Persistence, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE UNLOGGED TABLE`",
    why: "After a crash the table is empty, and a standby never has its rows.",
    instead: "Leave UNLOGGED out where the rows cannot be made again:\n\n```sql\nCREATE TABLE imports (id bigint PRIMARY KEY);\n```",
    bad: &[Example::new("CREATE UNLOGGED TABLE imports (id bigint PRIMARY KEY);")],
    good: &[Example::new("CREATE TABLE imports (id bigint PRIMARY KEY);"), Example::new("CREATE TEMP TABLE imports (id bigint);")],
    ..advice("unlogged-table", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let persistence = match &seen.action.verb {
        Verb::CreateTable(it) => it.persistence,
        Verb::CreateFromQuery(it) => it.persistence,
        _ => return Vec::new(),
    };
    if persistence != Persistence::Unlogged {
        return Vec::new();
    }
    seen.hit("after a crash this table is empty, and a standby never has its rows", "leave UNLOGGED out")
}
