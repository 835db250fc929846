//! A default that differs from row to row.

use facts::Form;
use model::{Category, sql};

use super::words::{Check, Danger, Example, Hits, Rule, added, rule};
use crate::rule::Seen;
use crate::state::volatility_of;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN … DEFAULT` with a volatile expression",
    why: "A constant or stable default (`now()`) is kept once in the catalog. A volatile one (`random()`, \
          `gen_random_uuid()`, `clock_timestamp()`) has another value for each row, so PostgreSQL rewrites the table and \
          all its indexes under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.",
    instead: "Add the column without a default, set the default for new rows, fill the old ones in batches:\n\n\
              ```sql\nALTER TABLE funds ADD COLUMN token uuid;\nALTER TABLE funds ALTER COLUMN token SET DEFAULT gen_random_uuid();\n\
              -- then, in batches: UPDATE funds SET token = gen_random_uuid() WHERE token IS NULL AND id BETWEEN …;\n```",
    bad: &[
        Example::new("ALTER TABLE funds ADD COLUMN token uuid DEFAULT gen_random_uuid();"),
        Example::new("ALTER TABLE funds ADD COLUMN seen timestamptz DEFAULT clock_timestamp();"),
        Example::new("ALTER TABLE funds ADD COLUMN reference text DEFAULT my_function();"),
    ],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN seen timestamptz NOT NULL DEFAULT now();"),
        Example::new("ALTER TABLE funds ADD COLUMN code text DEFAULT lower('A');"),
        Example::new(
            "CREATE FUNCTION one() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';\nALTER TABLE funds ADD COLUMN n int DEFAULT one();",
        ),
        Example::new("CREATE TABLE funds (id bigint); ALTER TABLE funds ADD COLUMN token uuid DEFAULT gen_random_uuid();"),
    ],
    danger: Danger::Rewrites,
    ..rule("add-column-volatile-default", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((column, table)) = added(seen).filter(|_| seen.has_form(Form::AddColumnDefaultVolatile)) else {
        return Vec::new();
    };
    let Some(default) = &column.default else { return Vec::new() };
    let unknown = volatility_of(default, seen.catalog).1;
    let taken = unknown.first().map(|name| format!(" ({name} is taken for volatile, as functions are unless declared otherwise)"));
    let help = format!(
        "add it without a default, set the default for new rows, and fill the old ones in batches:\n{};\n{};",
        sql!("ALTER TABLE {} ADD COLUMN {} …", table, column.name),
        sql!("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT …", table, column.name)
    );
    let text = format!(
        "the default {} differs from row to row{}: all of {table} is rewritten under ACCESS EXCLUSIVE",
        default.text,
        taken.unwrap_or_default()
    );
    seen.hit(text, help)
}
