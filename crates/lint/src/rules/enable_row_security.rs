//! Row security that lets nobody see anything.

use model::Category;
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hit, Hits, Rule, Unless, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ENABLE ROW LEVEL SECURITY` on a table without a policy",
    why: "Without a policy, everybody but the owner and superusers sees no row and writes none: queries return nothing, without an \
          error.",
    instead: "Create the policies first, or in the same transaction:\n\n```sql\nBEGIN;\n\
              CREATE POLICY own_rows ON funds USING (owner = current_user);\nALTER TABLE funds ENABLE ROW LEVEL SECURITY;\nCOMMIT;\n```",
    bad: &[Example::after("CREATE TABLE funds (id int);", "ALTER TABLE funds ENABLE ROW LEVEL SECURITY;")],
    good: &[
        Example::after(
            "CREATE TABLE funds (id int);",
            "ALTER TABLE funds ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON funds USING (true);",
        ),
        Example::new("CREATE TABLE funds (id int); ALTER TABLE funds ENABLE ROW LEVEL SECURITY;"),
    ],
    danger: Danger::Exempt("what it hides, it hides from other roles than the one that traces"),
    ..rule("enable-row-security", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    if !matches!(it.change, AlterChange::SetRowSecurity(true)) {
        return Vec::new();
    }
    let known = seen.relation(table).is_some_and(|it| it.whole && it.table.policies.is_empty());
    if !known {
        return Vec::new();
    }
    let text = format!("{table} has no policy: everybody but its owner sees no row of it");
    let hit = Hit::new(seen.action.span, text, "create its policies in the same transaction");
    vec![hit.unless(Unless::Policy(table.clone()))]
}
