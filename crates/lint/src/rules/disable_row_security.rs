//! Row security switched off.

use model::Category;
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DISABLE ROW LEVEL SECURITY` on a table that others use",
    why: "From then on everybody who may read the table reads all of it: its policies stay, and nobody asks them.",
    instead: "Where a policy is wrong, replace the policy:\n\n```sql\nBEGIN;\nDROP POLICY own_rows ON funds;\n\
              CREATE POLICY own_rows ON funds USING (owner = current_user);\nCOMMIT;\n```",
    bad: &[Example::new("ALTER TABLE funds DISABLE ROW LEVEL SECURITY;")],
    good: &[
        Example::new("ALTER TABLE funds FORCE ROW LEVEL SECURITY;"),
        Example::new("CREATE TABLE funds (id int); ALTER TABLE funds DISABLE ROW LEVEL SECURITY;"),
    ],
    danger: Danger::Exempt("what it shows, it shows to other roles than the one that traces"),
    ..rule("disable-row-security", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    if !matches!(it.change, AlterChange::SetRowSecurity(false)) {
        return Vec::new();
    }
    let text = format!("everybody who may read {table} sees all of its rows, whatever its policies say");
    seen.hit(text, "change the policies instead, in one transaction")
}
