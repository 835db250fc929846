//! A CHECK proved while others wait.

use facts::Form;
use model::{Category, Ident, LockMode, sql};
use parse::{AlterChange, Demand};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, altered_busy, at_top, constraint_name, rule};
use crate::rule::{Edit, Seen};

pub(crate) static RULE: Rule = Rule {
    title: "`ADD CHECK` without NOT VALID on a table that may hold rows",
    why: "Every row is checked while ACCESS EXCLUSIVE is held: reads and writes wait for a scan of the table. NOT VALID \
          checks only new rows, and VALIDATE CONSTRAINT proves the old ones under a lock that blocks nobody.",
    instead: "Two statements, each in a transaction of its own:\n\n```sql\n\
              ALTER TABLE funds ADD CONSTRAINT funds_share_check CHECK (share >= 0) NOT VALID;\n\
              ALTER TABLE funds VALIDATE CONSTRAINT funds_share_check;\n```",
    bad: &[
        Example::new("ALTER TABLE funds ADD CONSTRAINT funds_share_check CHECK (share >= 0);"),
        Example::new("ALTER TABLE funds ADD CHECK (share >= 0);"),
    ],
    good: &[
        Example::new(
            "ALTER TABLE funds ADD CONSTRAINT c CHECK (share >= 0) NOT VALID;\nALTER TABLE funds VALIDATE CONSTRAINT c;",
        ),
        Example::new("CREATE TABLE funds (share int); ALTER TABLE funds ADD CHECK (share >= 0);"),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("add-check", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered_busy(seen).filter(|_| seen.has_form(Form::AddCheck)) else { return Vec::new() };
    let AlterChange::AddConstraint(constraint) = &it.change else { return Vec::new() };
    let Demand::Check { expression } = &constraint.demand else { return Vec::new() };
    let columns: Vec<&Ident> = expression.columns.iter().collect();
    let columns = if columns.len() == 1 { columns } else { Vec::new() };
    let name = constraint_name(constraint.name.as_ref(), table, &columns, "check");
    let validate = sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, name);
    let help = format!("add it NOT VALID, and prove it in a statement and transaction of its own:\n{validate};");
    let text = format!("all rows of {table} are checked under ACCESS EXCLUSIVE: reads and writes wait");
    let mut fix = Vec::new();
    if constraint.name.is_some() && at_top(seen) && !seen.in_transaction() {
        fix.push(Edit::insert(constraint.span.end, " NOT VALID"));
        fix.push(Edit::insert(seen.statement.span.end, format!(";\n{validate}")));
    }
    vec![Hit::new(seen.action.span, text, help).fixed_by(fix)]
}
