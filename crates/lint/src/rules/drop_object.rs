//! Views, functions, types and the like that code may use.

use model::Category;
use parse::{DropKind, Verb};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, Unless, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP` of a view, function, type, sequence, trigger, policy or extension that code may use",
    why: "Code that reads the view or calls the function fails from then on; a trigger or policy that goes takes away what it \
          kept up. Where the same file creates it again, that is a replacement and is not reported.",
    instead: "Deploy code that no longer uses it first. To change it, replace it in one statement:\n\n```sql\n\
              CREATE OR REPLACE VIEW fund_totals AS SELECT …;\n```",
    bad: &[
        Example::new("DROP VIEW fund_totals;"),
        Example::new("DROP FUNCTION total(bigint);"),
        Example::new("DROP TRIGGER audit ON funds;"),
        Example::new("DROP POLICY own_rows ON funds;"),
        Example::new("DROP TYPE colour;"),
        Example::new("DROP EXTENSION pg_trgm;"),
    ],
    good: &[
        Example::new("DROP VIEW IF EXISTS fund_totals; CREATE VIEW fund_totals AS SELECT 1;"),
        Example::new("DROP TRIGGER IF EXISTS audit ON funds; CREATE TRIGGER audit AFTER INSERT ON funds EXECUTE FUNCTION f();"),
        Example::new("CREATE TYPE mood AS ENUM ('a'); DROP TYPE mood;"),
    ],
    danger: Danger::Breaks(&["SELECT * FROM fund_totals", "SELECT total(1)", "ALTER TABLE funds ENABLE TRIGGER audit", "ALTER POLICY own_rows ON funds USING (true)", "SELECT 'red'::colour", "SELECT 'a' % 'b'"]),
    ..rule("drop-object", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Drop(it) = &seen.action.verb else { return Vec::new() };
    let (what, who) = match it.kind {
        DropKind::View => ("view", "code that reads it fails"),
        DropKind::MaterializedView => ("materialized view", "code that reads it fails"),
        DropKind::Routine => ("function", "code that calls it fails"),
        DropKind::Type | DropKind::Domain => ("type", "code that names it fails"),
        DropKind::Sequence => ("sequence", "code that takes numbers from it fails"),
        DropKind::Trigger => ("trigger", "what it kept up is no longer kept up"),
        DropKind::Rule => ("rule", "what it did is no longer done"),
        DropKind::Policy => ("policy", "rows may be seen that were not, or no longer be seen"),
        DropKind::Extension => ("extension", "what it provides is gone"),
        _ => return Vec::new(),
    };
    if is_new(seen, it) {
        return Vec::new();
    }
    let text = format!("the {what} {} goes: {who}", it.name);
    let help = format!("deploy code that no longer uses it first, or replace the {what} in the same file");
    let unless = Unless::Created(it.kind, it.name.name.to_string());
    vec![Hit::new(seen.action.span, text, help).unless(unless)]
}

/// Whether it was made in this run, or is not there.
fn is_new(seen: &Seen<'_>, it: &parse::Drop) -> bool {
    match it.kind {
        DropKind::View | DropKind::MaterializedView | DropKind::Sequence => seen.used(&it.name).is_none(),
        DropKind::Type | DropKind::Domain => {
            let name = seen.catalog.resolve_type(&it.name);
            seen.catalog.type_state(&name).is_some_and(|it| it.fresh)
        }
        DropKind::Trigger | DropKind::Rule | DropKind::Policy => {
            it.table.as_ref().is_some_and(|table| seen.used(table).is_none())
        }
        _ => false,
    }
}
