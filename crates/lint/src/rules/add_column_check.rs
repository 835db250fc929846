//! A CHECK inside an ADD COLUMN.

use facts::Form;
use model::{Category, LockMode, sql};
use parse::Demand;

use super::words::{Check, Danger, Example, Hits, Rule, added, constraint_name, lines, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN … CHECK (…)` on a table that may hold rows",
    why: "The CHECK is proved on every row while ACCESS EXCLUSIVE is held: reads and writes wait for a scan of the table.",
    instead: "Add the column first, the CHECK as NOT VALID, and prove it in a statement of its own, which blocks nobody:\n\n\
              ```sql\nALTER TABLE funds ADD COLUMN share numeric;\n\
              ALTER TABLE funds ADD CONSTRAINT funds_share_check CHECK (share >= 0) NOT VALID;\n\
              ALTER TABLE funds VALIDATE CONSTRAINT funds_share_check;\n```",
    bad: &[Example::new("ALTER TABLE funds ADD COLUMN lp_share numeric CHECK (lp_share >= 0);")],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN share numeric;"),
        Example::new("CREATE TABLE funds (id bigint); ALTER TABLE funds ADD COLUMN share numeric CHECK (share >= 0);"),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("add-column-check", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((column, table)) = added(seen).filter(|_| seen.has_form(Form::InlineCheck)) else { return Vec::new() };
    let inside = column.constraints.iter().find(|it| matches!(it.demand, Demand::Check { .. }));
    let name = constraint_name(inside.and_then(|it| it.name.as_ref()), table, &[&column.name], "check");
    let steps = [
        sql!("ALTER TABLE {} ADD COLUMN {} …", table, column.name),
        sql!("ALTER TABLE {} ADD CONSTRAINT {} CHECK (…) NOT VALID", table, name),
        sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, name),
    ];
    let help = format!("prove it in a statement of its own:\n{}", lines(&steps));
    seen.hit(format!("all rows of {table} are checked under ACCESS EXCLUSIVE: reads and writes wait"), help)
}
