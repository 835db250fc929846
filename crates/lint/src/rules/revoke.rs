//! Rights taken away.

use parse::Verb;

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`REVOKE` on a table that code may be using",
    why: "Code that used the right fails from then on.",
    instead: "Look who uses it first, for instance in `information_schema.role_table_grants`, and revoke when nobody does.",
    bad: &[Example::new("REVOKE SELECT ON funds FROM reporting;")],
    good: &[Example::new("GRANT SELECT ON funds TO reporting;")],
    ..advice("revoke", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    match &seen.action.verb {
        Verb::Privileges { revoke: true, relations } => match relations.iter().find_map(|it| seen.used(it)) {
            Some(table) => seen.hit(format!("code that used the right on {table} fails"), "make sure that nobody uses it first"),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}
