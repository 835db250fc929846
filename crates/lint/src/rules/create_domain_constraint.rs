//! Domains with something to check.

use parse::{TypeBody, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE DOMAIN` with a CHECK or NOT NULL",
    why: "Adding a column of such a domain rewrites the table, and changing its constraint reads every table that uses it under locks on all of them.",
    instead: "Put the CHECK on the tables:\n\n```sql\nALTER TABLE funds ADD CONSTRAINT funds_share_check CHECK (share >= 0) NOT VALID;\n```",
    bad: &[Example::new("CREATE DOMAIN share AS numeric CHECK (VALUE >= 0);")],
    good: &[Example::new("CREATE DOMAIN label AS text;")],
    ..advice("create-domain-constraint", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::CreateType(it) = &seen.action.verb else { return Vec::new() };
    match &it.body {
        TypeBody::Domain { constraints, .. } if !constraints.is_empty() => {
            let text = format!("adding a column of {} to a table rewrites the table", it.name);
            seen.hit(text, "put the constraint on the tables instead")
        }
        _ => Vec::new(),
    }
}
