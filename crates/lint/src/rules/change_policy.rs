//! Who sees which rows.

use parse::{OnTableKind, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE POLICY` or `ALTER POLICY` on a table that others use",
    why: "Queries give other rows from then on, more or fewer, and nothing fails: a permissive policy adds to what the others \
          let through, a restrictive one takes away.",
    instead: "Ask as the role it is about, before and after: `SET ROLE …; SELECT count(*) FROM funds;`.",
    bad: &[Example::new("CREATE POLICY own_rows ON funds USING (owner = current_user);")],
    good: &[Example::new("CREATE TABLE funds (owner text); CREATE POLICY own_rows ON funds USING (owner = current_user);")],
    ..advice("change-policy", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let table = match &seen.action.verb {
        Verb::CreateOnTable(it) if it.kind == OnTableKind::Policy => Some(&it.table),
        Verb::AlterOnTable(it) if it.kind == OnTableKind::Policy => it.table.as_ref(),
        _ => None,
    };
    let Some(table) = table.and_then(|table| seen.used(table)) else { return Vec::new() };
    seen.hit(format!("queries of {table} may give other rows from now on"), "ask as the role it is about, before and after")
}
