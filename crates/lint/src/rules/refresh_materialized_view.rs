//! A materialized view that nobody may read meanwhile.

use facts::Form;
use model::{Category, LockMode};
use parse::{MaintainTarget, Verb};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, concurrently_after, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`REFRESH MATERIALIZED VIEW` without CONCURRENTLY",
    why: "ACCESS EXCLUSIVE on the view while its query runs: everybody who reads it waits.",
    instead: "With a unique index on the view it can be refreshed while it is read:\n\n```sql\n\
              CREATE UNIQUE INDEX CONCURRENTLY totals_id ON totals (id);\nREFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n```",
    bad: &[Example::new("REFRESH MATERIALIZED VIEW totals;")],
    good: &[
        Example::new("REFRESH MATERIALIZED VIEW CONCURRENTLY totals;"),
        Example::new("CREATE MATERIALIZED VIEW totals AS SELECT 1; REFRESH MATERIALIZED VIEW totals;"),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("refresh-materialized-view", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Maintain(it) = &seen.action.verb else { return Vec::new() };
    if !seen.has_form(Form::RefreshMaterializedView) {
        return Vec::new();
    }
    let MaintainTarget::Relations(views) = &it.target else { return Vec::new() };
    let Some(view) = views.iter().find_map(|view| seen.busy(view)) else { return Vec::new() };
    let text = format!("whoever reads {view} waits until its query has run");
    let unique = seen.relation(&view).is_some_and(|it| it.table.indexes.values().any(|index| index.unique));
    let fix = if unique { concurrently_after(seen, "view") } else { Vec::new() };
    let help = "give it a unique index, and use REFRESH MATERIALIZED VIEW CONCURRENTLY";
    vec![Hit::new(seen.action.span, text, help).fixed_by(fix)]
}
