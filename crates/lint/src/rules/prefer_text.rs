//! Advice on types: prefer-text.

use parse::BaseType;

use super::words::{Check, Example, Hit, Hits, Rule, advice, defined};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A `varchar(n)` or `char(n)` column",
    why: "A length that turns out too short means a migration; one that is made shorter rewrites the table. `char(n)` pads with blanks, which compare in surprising ways. text costs the same.",
    instead: "Use `text`, with a CHECK where a length really matters:\n\n```sql\nCREATE TABLE funds (name text CHECK (length(name) <= 200));\n```",
    bad: &[Example::new("CREATE TABLE funds (name varchar(80));"), Example::new("CREATE TABLE funds (currency char(3));")],
    good: &[Example::new("CREATE TABLE funds (name text);"), Example::new("CREATE TABLE funds (name varchar);")],
    ..advice("prefer-text", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let bounded = defined(seen).into_iter().filter(|column| match column.type_reference.as_ref().map(|it| &it.base) {
        Some(BaseType::BuiltIn(name)) => name.starts_with("character") && name.ends_with(')'),
        _ => false,
    });
    let text = |column: &parse::ColumnDefinition| format!("the length of {} is hard to change later", column.name);
    bounded.map(|column| Hit::new(column.type_span, text(column), "use text, with a CHECK where a length matters")).collect()
}
