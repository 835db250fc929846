//! Names that depend on the session.

use parse::{Persistence, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE TABLE` without the schema it goes to",
    why: "Where it goes depends on the search path of whoever runs the file.",
    instead: "Name the schema:\n\n```sql\nCREATE TABLE public.funds (id bigint);\n```",
    bad: &[Example::new("CREATE TABLE funds (id bigint);")],
    good: &[Example::new("CREATE TABLE public.funds (id bigint);"), Example::new("CREATE TEMP TABLE funds (id bigint);")],
    ..advice("prefer-schema-name", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::CreateTable(it) = &seen.action.verb else { return Vec::new() };
    match &it.name {
        Some(name) if name.schema.is_none() && it.persistence != Persistence::Temporary => {
            seen.hit(format!("where {name} goes depends on the search path"), "name its schema")
        }
        _ => Vec::new(),
    }
}
