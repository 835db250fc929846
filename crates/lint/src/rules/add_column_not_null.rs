//! A column that existing rows cannot have.

use facts::Form;
use model::{Category, sql};

use super::words::{Check, Danger, Example, Hits, Rule, added, lines, not_null_steps, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN … NOT NULL` without a default on a table that may hold rows",
    why: "Every row that exists would have a null in the new column, so the statement fails on the first row there is. \
          On an empty test database it passes, which is why it reaches production.",
    instead: "Give it a constant default (no rewrite since PostgreSQL 11), or add it nullable, fill it in batches, and \
              then make it NOT NULL:\n\n```sql\nALTER TABLE funds ADD COLUMN vintage_year integer NOT NULL DEFAULT 2020;\n```",
    bad: &[
        Example::new("ALTER TABLE funds ADD COLUMN vintage_year integer NOT NULL;"),
        Example::new("DO $$ BEGIN ALTER TABLE funds ADD COLUMN vintage_year integer NOT NULL; END $$;"),
    ],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN vintage_year integer NOT NULL DEFAULT 2020;"),
        Example::new("CREATE TABLE funds (id bigint); ALTER TABLE funds ADD COLUMN vintage_year integer NOT NULL;"),
    ],
    danger: Danger::Fails,
    ..rule("add-column-not-null", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((column, table)) = added(seen).filter(|_| seen.has_form(Form::AddColumnNotNull)) else {
        return Vec::new();
    };
    let add = sql!("ALTER TABLE {} ADD COLUMN {} …", table, column.name);
    let help = format!(
        "add it with a constant default, or nullable, and fill it before it becomes NOT NULL:\n{add};\n{}",
        lines(&not_null_steps(table, &column.name))
    );
    let text = format!("{table} may hold rows, and each would have a null in {}: the statement fails then", column.name);
    seen.hit(text, help)
}
