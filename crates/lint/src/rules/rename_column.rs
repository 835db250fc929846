//! A name that running code uses.

use model::{Category, sql};
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`RENAME COLUMN` on a table that code may be using",
    why: "Code that runs knows the old name and fails from the moment of the rename; code with the new name fails before it. \
          No order of deploying both is free of errors.",
    instead: "Add a column with the new name, keep both equal by a trigger, fill the old rows in batches, change the code \
              over, then drop the old column:\n\n```sql\nALTER TABLE funds ADD COLUMN title text;\n```",
    bad: &[
        Example::new("ALTER TABLE funds RENAME COLUMN name TO title;"),
        Example::new("ALTER TABLE funds RENAME name TO title;"),
    ],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN title text;"),
        Example::new("CREATE TABLE funds (name text); ALTER TABLE funds RENAME COLUMN name TO title;"),
    ],
    danger: Danger::Breaks(&["SELECT name FROM funds", "SELECT name FROM funds"]),
    ..rule("rename-column", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::RenameColumn { from, to } = &it.change else { return Vec::new() };
    let help = format!(
        "add the new column, keep both equal by a trigger until no code uses the old one, then drop it:\n{};",
        sql!("ALTER TABLE {} ADD COLUMN {} …", table, to)
    );
    seen.hit(format!("code that runs knows {table}.{from} by this name and fails without it"), help)
}
