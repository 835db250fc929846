//! A foreign key proved while others wait.

use facts::Form;
use model::{Category, Ident, LockMode, sql};
use parse::{AlterChange, Demand};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, altered_busy, at_top, constraint_name, rule};
use crate::rule::{Edit, Seen};

pub(crate) static RULE: Rule = Rule {
    title: "`ADD FOREIGN KEY` without NOT VALID on a table that may hold rows",
    why: "Every row is looked up in the referenced table while SHARE ROW EXCLUSIVE is held on both: writes to both tables \
          wait. NOT VALID checks only new rows, and VALIDATE CONSTRAINT proves the old ones without blocking writes.",
    instead: "Two statements, each in a transaction of its own:\n\n```sql\n\
              ALTER TABLE investments ADD CONSTRAINT investments_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;\n\
              ALTER TABLE investments VALIDATE CONSTRAINT investments_fund_id_fkey;\n```",
    bad: &[
        Example::new("ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id);"),
        Example::new("ALTER TABLE investments ADD FOREIGN KEY (fund_id) REFERENCES funds;"),
    ],
    good: &[
        Example::new(
            "ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;\n\
             ALTER TABLE investments VALIDATE CONSTRAINT f;",
        ),
        Example::new("CREATE TABLE investments (fund_id bigint); ALTER TABLE investments ADD FOREIGN KEY (fund_id) REFERENCES funds;"),
    ],
    danger: Danger::Works(LockMode::ShareRowExclusiveLock),
    ..rule("add-foreign-key", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let forms = [Form::AddForeignKey, Form::AddForeignKeyPartitioned, Form::AlterConstraintEnforced];
    let proves = forms.into_iter().any(|form| seen.has_form(form));
    let Some((it, table)) = altered_busy(seen).filter(|_| proves) else { return Vec::new() };
    let AlterChange::AddConstraint(constraint) = &it.change else {
        let text = format!("the foreign key is proved on all rows of {table} while writes wait");
        return seen.hit(text, "do it when nobody writes the table, or add a second foreign key NOT VALID and validate it");
    };
    let Demand::ForeignKey(key) = &constraint.demand else { return Vec::new() };
    let columns: Vec<&Ident> = key.columns.iter().collect();
    let name = constraint_name(constraint.name.as_ref(), table, &columns, "fkey");
    let validate = sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, name);
    let target = seen.catalog.resolve(&key.references);
    let text = format!("all rows of {table} are looked up in {target} while writes to both wait");
    let help = format!("add it NOT VALID, and prove it in a statement and transaction of its own:\n{validate};");
    let mut fix = Vec::new();
    let partitioned = seen.relation(table).is_some_and(|it| it.is_partitioned());
    if constraint.name.is_some() && at_top(seen) && !seen.in_transaction() && !partitioned {
        fix.push(Edit::insert(constraint.span.end, " NOT VALID"));
        fix.push(Edit::insert(seen.statement.span.end, format!(";\n{validate}")));
    }
    vec![Hit::new(seen.action.span, text, help).fixed_by(fix)]
}
