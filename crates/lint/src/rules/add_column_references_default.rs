//! A foreign key proved inside an ADD COLUMN.

use facts::Form;
use model::{Category, LockMode, sql};

use super::words::{Check, Danger, Example, Hits, Rule, added, lines, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN … DEFAULT … REFERENCES …` on a table that may hold rows",
    why: "With a default every row references something, so the foreign key is proved on all of them while ACCESS \
          EXCLUSIVE is held on the table and SHARE ROW EXCLUSIVE on the one it references.",
    instead: "Add the column, then the foreign key as NOT VALID, and prove it in a statement of its own:\n\n```sql\n\
              ALTER TABLE funds ADD COLUMN region_id bigint DEFAULT 1;\n\
              ALTER TABLE funds ADD CONSTRAINT funds_region_id_fkey FOREIGN KEY (region_id) REFERENCES regions NOT VALID;\n\
              ALTER TABLE funds VALIDATE CONSTRAINT funds_region_id_fkey;\n```",
    bad: &[Example::new("ALTER TABLE funds ADD COLUMN home_id bigint DEFAULT 1 REFERENCES regions (id);")],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN region_id bigint REFERENCES regions (id);"),
        Example::new("ALTER TABLE funds ADD COLUMN region_id bigint DEFAULT 1;"),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("add-column-references-default", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((column, table)) = added(seen).filter(|_| seen.has_form(Form::InlineReferencesDefault)) else {
        return Vec::new();
    };
    let name = crate::state::chosen_name(&table.name, &[&column.name], "fkey");
    let steps = [
        sql!("ALTER TABLE {} ADD COLUMN {} …", table, column.name),
        sql!("ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES … NOT VALID", table, name, column.name),
        sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, name),
    ];
    let help = format!("prove the foreign key in a statement of its own:\n{}", lines(&steps));
    seen.hit(format!("the foreign key is proved on all rows of {table} under ACCESS EXCLUSIVE"), help)
}
