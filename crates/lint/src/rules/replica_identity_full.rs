//! More to replicate.

use parse::AlterChange;

use super::words::{Check, Example, Hits, Rule, advice, altered};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`REPLICA IDENTITY FULL`",
    why: "Each UPDATE and DELETE writes the whole old row to the log, and a subscriber without a fitting index scans its table for each of them.",
    instead: "Use a unique index on NOT NULL columns:\n\n```sql\nALTER TABLE funds REPLICA IDENTITY USING INDEX funds_slug_key;\n```",
    bad: &[Example::new("ALTER TABLE funds REPLICA IDENTITY FULL;")],
    good: &[Example::new("ALTER TABLE funds REPLICA IDENTITY USING INDEX funds_slug_key;")],
    ..advice("replica-identity-full", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let full = seen.action.span.of(seen.script.text).to_ascii_uppercase().contains("FULL");
    match &it.change {
        AlterChange::ReplicaIdentity { using_index: None } if full => {
            seen.hit(format!("each UPDATE and DELETE of {table} logs the whole old row"), "use a unique index on NOT NULL columns")
        }
        _ => Vec::new(),
    }
}
