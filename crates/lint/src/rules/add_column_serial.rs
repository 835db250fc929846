//! A column that counts.

use facts::Form;
use model::{Category, sql};

use super::words::{Check, Danger, Example, Hits, Rule, added, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN` of a serial or identity column to a table that may hold rows",
    why: "Every row gets a number of its own, so PostgreSQL rewrites the table and all its indexes under ACCESS \
          EXCLUSIVE: nobody reads or writes it meanwhile.",
    instead: "Add a plain column, let a sequence fill it for new rows, number the old ones in batches, and make it an \
              identity at the end:\n\n```sql\nALTER TABLE funds ADD COLUMN number bigint;\nCREATE SEQUENCE funds_number_seq OWNED BY funds.number;\n\
              ALTER TABLE funds ALTER COLUMN number SET DEFAULT nextval('funds_number_seq');\n```",
    bad: &[
        Example::new("ALTER TABLE funds ADD COLUMN number bigserial;"),
        Example::new("ALTER TABLE funds ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;"),
    ],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN number bigint;"),
        Example::new("CREATE TABLE funds (name text); ALTER TABLE funds ADD COLUMN number bigserial;"),
    ],
    danger: Danger::Rewrites,
    ..rule("add-column-serial", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let counts = seen.has_form(Form::AddColumnSerial) || seen.has_form(Form::AddColumnIdentity);
    let Some((column, table)) = added(seen).filter(|_| counts) else { return Vec::new() };
    let help = format!(
        "add a plain column, let a sequence fill it for new rows, and number the old ones in batches:\n{};",
        sql!("ALTER TABLE {} ADD COLUMN {} bigint", table, column.name)
    );
    let text = format!("every row of {table} gets a number: the table is rewritten under ACCESS EXCLUSIVE");
    seen.hit(text, help)
}
