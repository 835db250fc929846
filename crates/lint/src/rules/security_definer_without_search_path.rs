//! Functions that others can lead astray.

use parse::Verb;

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A `SECURITY DEFINER` function without a `search_path` of its own",
    why: "It runs with its owner\u{2019}s rights and the caller\u{2019}s search path: a caller can put functions of his own in the way.",
    instead: "Set the path:\n\n```sql\nCREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$ SELECT 1 $$;\n```",
    bad: &[Example::new("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';")],
    good: &[Example::new("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1';")],
    ..advice("security-definer-without-search-path", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    match &seen.action.verb {
        Verb::CreateRoutine(it) if it.open_security_definer => {
            seen.hit(format!("callers of {} choose what it finds by name", it.name), "add SET search_path = pg_catalog, …")
        }
        _ => Vec::new(),
    }
}
