//! Advice on types: prefer-bigint.

use parse::{BaseType, ColumnDefinition, Demand};

use super::words::{Check, Example, Hit, Hits, Rule, advice, defined};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A key of a 32-bit or 16-bit integer type",
    why: "A serial or integer key runs out at 2.1 thousand million rows, rolled-back inserts included, and changing it then rewrites the table and everything that references it.",
    instead: "Use `bigint`:\n\n```sql\nCREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n```",
    bad: &[Example::new("CREATE TABLE funds (id integer PRIMARY KEY);"), Example::new("CREATE TABLE funds (id serial PRIMARY KEY);")],
    good: &[Example::new("CREATE TABLE funds (id bigint PRIMARY KEY, term_years integer);")],
    ..advice("prefer-bigint", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let keys = defined(seen).into_iter().filter(|column| {
        let key = column.constraints.iter().any(|it| matches!(it.demand, Demand::PrimaryKey { .. }));
        (key || column.is_serial() || column.identity.is_some()) && is_small(column)
    });
    keys.map(|column| {
        let text = format!("{} runs out after 2,147,483,647 rows at the latest", column.name);
        Hit::new(column.type_span, text, "use bigint")
    })
    .collect()
}

fn is_small(column: &ColumnDefinition) -> bool {
    match column.type_reference.as_ref().map(|it| &it.base) {
        Some(BaseType::BuiltIn(name)) => name == "integer" || name == "smallint",
        Some(BaseType::Serial(integer)) => *integer != "bigint",
        _ => false,
    }
}
