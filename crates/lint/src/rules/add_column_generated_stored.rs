//! A column computed for every row.

use facts::Form;
use model::{Category, sql};

use super::words::{Check, Danger, Example, Hits, Rule, added, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN … GENERATED ALWAYS AS (…) STORED` on a table that may hold rows",
    why: "The expression is computed and stored for every row: PostgreSQL rewrites the table and all its indexes under \
          ACCESS EXCLUSIVE, so nobody reads or writes it meanwhile.",
    instead: "Add a plain column that a trigger keeps for new rows, and fill the old ones in batches. From PostgreSQL 18 a \
              VIRTUAL generated column costs nothing to add:\n\n```sql\n\
              ALTER TABLE funds ADD COLUMN lp_share numeric GENERATED ALWAYS AS (1 - gp_share) VIRTUAL; -- 18\n```",
    bad: &[Example::new("ALTER TABLE funds ADD COLUMN lp_share numeric GENERATED ALWAYS AS (1 - gp_share) STORED;")],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN lp_share numeric;"),
        Example::new("CREATE TABLE funds (a int, b int GENERATED ALWAYS AS (a + 1) STORED);"),
    ],
    danger: Danger::Rewrites,
    ..rule("add-column-generated-stored", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((column, table)) = added(seen).filter(|_| seen.has_form(Form::AddColumnGeneratedStored)) else {
        return Vec::new();
    };
    let help = format!(
        "add a plain column that a trigger fills for new rows, and fill the old ones in batches:\n{};",
        sql!("ALTER TABLE {} ADD COLUMN {} …", table, column.name)
    );
    seen.hit(format!("the value is stored in every row: {table} is rewritten under ACCESS EXCLUSIVE"), help)
}
