//! More work for every write.

use parse::{OnTableKind, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE TRIGGER` on a table that others write",
    why: "Writes wait for the lock (SHARE ROW EXCLUSIVE) for a moment, and each of them pays for the trigger from then on; a \
          trigger that fails makes every write fail.",
    instead: "Try it on a throwaway server under traffic first: `lockkeeper rehearse`.",
    bad: &[Example::new("CREATE TRIGGER audit AFTER UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION note();")],
    good: &[Example::new(
        "CREATE TABLE funds (id int); CREATE TRIGGER audit AFTER UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION note();",
    )],
    ..advice("create-trigger", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::CreateOnTable(it) = &seen.action.verb else { return Vec::new() };
    if it.kind != OnTableKind::Trigger {
        return Vec::new();
    }
    let Some(table) = seen.used(&it.table) else { return Vec::new() };
    seen.hit(format!("every write of {table} pays for it from now on"), "rehearse it under traffic first")
}
