//! A type that keeps the rows and not the indexes.

use facts::{Form, Role};
use model::{Category, LockMode};

use super::words::{Check, Danger, Example, Hits, Rule, altered_busy, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ALTER COLUMN … TYPE` that builds the column's indexes anew",
    why: "The rows stay as they are, but each index on the column is built anew while ACCESS EXCLUSIVE is held: reads and \
          writes wait. So it is between timestamp and timestamptz, text and citext, and for a new collation.",
    instead: "Build an equal index on the wanted expression concurrently, drop the old one concurrently, change the type, \
              and build it again:\n\n```sql\nDROP INDEX CONCURRENTLY funds_created_at_idx;\n\
              ALTER TABLE funds ALTER COLUMN created_at TYPE timestamptz;\n\
              CREATE INDEX CONCURRENTLY funds_created_at_idx ON funds (created_at);\n```",
    bad: &[Example::after(
        "CREATE TABLE funds (at timestamp); CREATE INDEX funds_at_idx ON funds (at);",
        "SET timezone = 'UTC';\nALTER TABLE funds ALTER COLUMN at TYPE timestamptz;",
    )],
    good: &[
        Example::after(
            "CREATE TABLE funds (at timestamp);",
            "SET timezone = 'UTC';\nALTER TABLE funds ALTER COLUMN at TYPE timestamptz;",
        ),
        Example::after(
            "CREATE TABLE funds (name varchar(10)); CREATE INDEX i ON funds (name);",
            "ALTER TABLE funds ALTER COLUMN name TYPE text;",
        ),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("alter-column-type-rebuilds-indexes", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((_, table)) = altered_busy(seen).filter(|_| seen.has_form(Form::AlterTypeRebuildsIndexes)) else {
        return Vec::new();
    };
    let count = seen.parts.indexes_of_column(Role::Table);
    let whole = seen.relation(table).is_some_and(|it| it.whole);
    if count == 0 && whole {
        return Vec::new();
    }
    let text = format!("the column's indexes on {table} are built anew under ACCESS EXCLUSIVE: reads and writes wait");
    seen.hit(text, "drop those indexes concurrently first, and build them concurrently afterwards")
}
