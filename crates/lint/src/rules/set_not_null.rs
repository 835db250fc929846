//! NOT NULL proved under the strongest lock.

use facts::Form;
use model::{Category, LockMode};
use parse::{AlterChange, Demand};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, altered_busy, instead, lines, may_split, not_null_steps, outside, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`SET NOT NULL` with nothing that proves it",
    why: "PostgreSQL reads every row while ACCESS EXCLUSIVE is held: reads and writes wait for a scan of the table. Where a \
          validated `CHECK (column IS NOT NULL)` proves it, nothing is read.",
    instead: "Prove it first, in a statement that blocks nobody:\n\n```sql\n\
              ALTER TABLE funds ADD CONSTRAINT funds_name_not_null CHECK (name IS NOT NULL) NOT VALID;\n\
              ALTER TABLE funds VALIDATE CONSTRAINT funds_name_not_null;\n\
              ALTER TABLE funds ALTER COLUMN name SET NOT NULL;\nALTER TABLE funds DROP CONSTRAINT funds_name_not_null;\n```\n\n\
              Each in a transaction of its own. From PostgreSQL 18: `ADD CONSTRAINT … NOT NULL name NOT VALID`, then VALIDATE.",
    bad: &[
        Example::new("ALTER TABLE funds ALTER COLUMN name SET NOT NULL;"),
        Example::new(
            "ALTER TABLE funds ADD CONSTRAINT c CHECK (name IS NOT NULL) NOT VALID;\nALTER TABLE funds ALTER COLUMN name SET NOT NULL;",
        ),
        Example::new(
            "ALTER TABLE funds ADD CONSTRAINT c CHECK (slug IS NOT NULL);\nALTER TABLE funds ALTER COLUMN name SET NOT NULL;",
        ),
    ],
    good: &[
        Example::new(
            "ALTER TABLE funds ADD CONSTRAINT c CHECK (name IS NOT NULL) NOT VALID;\nALTER TABLE funds VALIDATE CONSTRAINT c;\n\
             ALTER TABLE funds ALTER COLUMN name SET NOT NULL;\nALTER TABLE funds DROP CONSTRAINT c;",
        ),
        Example::after("CREATE TABLE funds (name text NOT NULL);", "ALTER TABLE funds ALTER COLUMN name SET NOT NULL;"),
        Example::new("CREATE TABLE funds (name text); ALTER TABLE funds ALTER COLUMN name SET NOT NULL;"),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("set-not-null", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let scans = seen.has_form(Form::SetNotNull) || seen.has_form(Form::AddNotNull);
    let Some((it, table)) = altered_busy(seen).filter(|_| scans) else { return Vec::new() };
    let column = match &it.change {
        AlterChange::SetNotNull(column) => column,
        AlterChange::AddConstraint(constraint) => match &constraint.demand {
            Demand::NotNull { column } => column,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let steps = not_null_steps(table, column);
    let help = format!("prove it first, each statement in a transaction of its own{}:\n{}", outside(seen), lines(&steps));
    let text = format!("all rows of {table} are read under ACCESS EXCLUSIVE: reads and writes wait");
    let hit = Hit::new(seen.action.span, text, help);
    let fix = if may_split(seen) { instead(seen, &steps) } else { Vec::new() };
    vec![hit.fixed_by(fix)]
}
