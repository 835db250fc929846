//! A type that stores other bytes.

use facts::Form;
use model::{Category, sql};
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered_busy, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ALTER COLUMN … TYPE` that rewrites the table",
    why: "Every row is converted and every index built anew while ACCESS EXCLUSIVE is held: nobody reads or writes the \
          table meanwhile. Widening a varchar, varchar to text, or more digits at the same scale rewrite nothing.",
    instead: "Add a column of the new type, keep it filled by a trigger, fill the old rows in batches, let the code change \
              over, and drop the old column at the end:\n\n```sql\nALTER TABLE funds ADD COLUMN id_new bigint;\n\
              -- trigger, then in batches: UPDATE funds SET id_new = id WHERE id_new IS NULL AND id BETWEEN …;\n```",
    bad: &[
        Example::after("CREATE TABLE funds (id integer);", "ALTER TABLE funds ALTER COLUMN id TYPE bigint;"),
        Example::after("CREATE TABLE funds (at timestamptz);", "ALTER TABLE funds ALTER COLUMN at TYPE text;"),
        Example::new("ALTER TABLE regions ALTER COLUMN id TYPE bigint;"),
    ],
    good: &[
        Example::after("CREATE TABLE funds (name varchar(10));", "ALTER TABLE funds ALTER COLUMN name TYPE varchar(20);"),
        Example::after("CREATE TABLE funds (name varchar(10));", "ALTER TABLE funds ALTER COLUMN name TYPE text;"),
        Example::after("CREATE TABLE funds (n numeric(10,2));", "ALTER TABLE funds ALTER COLUMN n TYPE numeric(14,2);"),
        Example::new("CREATE TABLE funds (id integer); ALTER TABLE funds ALTER COLUMN id TYPE bigint;"),
    ],
    danger: Danger::Rewrites,
    ..rule("alter-column-type", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered_busy(seen).filter(|_| seen.has_form(Form::AlterTypeRewrites)) else {
        return Vec::new();
    };
    let AlterChange::AlterType { column, .. } = &it.change else { return Vec::new() };
    let help = format!(
        "add a column of the new type, keep it filled by a trigger, fill the old rows in batches, then change over:\n{};",
        sql!("ALTER TABLE {} ADD COLUMN {} …", table, crate::state::chosen_name(column, &[], "new"))
    );
    let text = match seen.catalog.has(table, column, |_| true) {
        Some(_) => format!("all rows of {table} are rewritten under ACCESS EXCLUSIVE: reads and writes wait"),
        None => format!("the type of {table}.{column} so far is not known; most conversions rewrite the table under ACCESS EXCLUSIVE"),
    };
    seen.hit(text, help)
}
