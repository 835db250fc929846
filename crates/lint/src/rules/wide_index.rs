//! Indexes with many columns.

use parse::Verb;

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A non-unique index on more than three columns",
    why: "Each column makes every write dearer and the index larger; columns behind the third rarely narrow a search down.",
    instead: "Begin with the columns that narrow the search down most, and put what is only read into INCLUDE:\n\n```sql\nCREATE INDEX CONCURRENTLY funds_stage_idx ON funds (stage, created_at) INCLUDE (name);\n```",
    bad: &[Example::new("CREATE INDEX CONCURRENTLY i ON funds (a, b, c, d);")],
    good: &[Example::new("CREATE INDEX CONCURRENTLY i ON funds (a, b, c);"), Example::new("CREATE UNIQUE INDEX CONCURRENTLY i ON funds (a, b, c, d);")],
    ..advice("wide-index", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    match &seen.action.verb {
        Verb::CreateIndex(it) if !it.unique && it.keys.len() > 3 => {
            seen.hit(format!("the index has {} columns", it.keys.len()), "keep the columns that narrow a search down")
        }
        _ => Vec::new(),
    }
}
