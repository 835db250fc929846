//! A key that readers and writers lean on.

use model::{Category, ConstraintKind, LockMode};
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;
use crate::state::Known;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP CONSTRAINT` of a primary key, a UNIQUE or an EXCLUDE",
    why: "Its index goes with it: queries that used it scan the table from then on, duplicates can come in, and `ON \
          CONFLICT` on its columns fails.",
    instead: "Build the index that takes its place first, and drop the constraint when no query uses it:\n\n```sql\n\
              CREATE UNIQUE INDEX CONCURRENTLY funds_slug_new ON funds (slug);\n```",
    bad: &[Example::after(
        "CREATE TABLE funds (slug text CONSTRAINT funds_slug_key UNIQUE);",
        "ALTER TABLE funds DROP CONSTRAINT funds_slug_key;",
    )],
    good: &[Example::after(
        "CREATE TABLE funds (share int CONSTRAINT c CHECK (share > 0));",
        "ALTER TABLE funds DROP CONSTRAINT c;",
    )],
    danger: Danger::Takes(LockMode::AccessExclusiveLock),
    ..rule("drop-key", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::DropConstraint { name, .. } = &it.change else { return Vec::new() };
    let Some(Known::Yes(known)) = seen.relation(table).map(|it| it.constraint(name)) else { return Vec::new() };
    let what = match known.kind {
        ConstraintKind::PrimaryKey { .. } => "primary key",
        ConstraintKind::Unique { .. } => "unique constraint",
        ConstraintKind::Exclusion { .. } => "exclusion constraint",
        _ => return Vec::new(),
    };
    let text = format!("the {what} {name} of {table} goes with its index: queries that use it scan, and duplicates can come");
    seen.hit(text, "build what takes its place concurrently first")
}
