//! An enumerated type.

use parse::{TypeBody, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE TYPE … AS ENUM`",
    why: "A label can be added and renamed, never removed, and not be given an attribute of its own.",
    instead: "Use a table of the values with a foreign key, or text with a CHECK:\n\n```sql\nCREATE TABLE stages (name text PRIMARY KEY);\n```",
    bad: &[Example::new("CREATE TYPE stage AS ENUM ('open', 'closed');")],
    good: &[Example::new("CREATE TABLE stages (name text PRIMARY KEY);")],
    ..advice("prefer-lookup-table", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    match &seen.action.verb {
        Verb::CreateType(it) if matches!(it.body, TypeBody::Enum(_)) => {
            seen.hit(format!("labels of {} can never be removed", it.name), "use a table of the values, or text with a CHECK")
        }
        _ => Vec::new(),
    }
}
