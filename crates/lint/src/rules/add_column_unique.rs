//! An index built inside an ADD COLUMN.

use facts::Form;
use model::{Category, LockMode, sql};

use super::words::{Check, Danger, Example, Hits, Rule, added, lines, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN … UNIQUE` or `… PRIMARY KEY` on a table that may hold rows",
    why: "The index is built while ACCESS EXCLUSIVE is held: reads and writes wait until it is done.",
    instead: "Add the column, build the index concurrently, and make the constraint from it:\n\n```sql\n\
              ALTER TABLE funds ADD COLUMN code text;\nCREATE UNIQUE INDEX CONCURRENTLY funds_code_key ON funds (code);\n\
              ALTER TABLE funds ADD CONSTRAINT funds_code_key UNIQUE USING INDEX funds_code_key;\n```",
    bad: &[Example::new("ALTER TABLE funds ADD COLUMN reference text UNIQUE;")],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN code text;"),
        Example::new("CREATE TABLE funds (id bigint PRIMARY KEY, code text UNIQUE);"),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("add-column-unique", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let builds = seen.has_form(Form::InlineUnique) || seen.has_form(Form::InlinePrimaryKey);
    let Some((column, table)) = added(seen).filter(|_| builds) else { return Vec::new() };
    let index = crate::state::chosen_name(&table.name, &[&column.name], "key");
    let steps = [
        sql!("ALTER TABLE {} ADD COLUMN {} …", table, column.name),
        sql!("CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({})", index, table, column.name),
        sql!("ALTER TABLE {} ADD CONSTRAINT {} UNIQUE USING INDEX {}", table, index, index),
    ];
    let help = format!("build the index concurrently and make the constraint from it:\n{}", lines(&steps));
    seen.hit(format!("an index is built on {table} under ACCESS EXCLUSIVE: reads and writes wait"), help)
}
