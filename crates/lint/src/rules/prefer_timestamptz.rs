//! Advice on types: prefer-timestamptz.

use parse::BaseType;

use super::words::{Check, Example, Hit, Hits, Rule, advice, defined};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A `timestamp` column without time zone",
    why: "It keeps what the clock on the wall said, without where: sessions with other time zones write and read other moments.",
    instead: "Use `timestamptz`, which keeps the moment:\n\n```sql\nCREATE TABLE funds (created_at timestamptz NOT NULL DEFAULT now());\n```",
    bad: &[Example::new("CREATE TABLE funds (created_at timestamp);")],
    good: &[Example::new("CREATE TABLE funds (created_at timestamptz);")],
    ..advice("prefer-timestamptz", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let bare = defined(seen).into_iter().filter(|column| match column.type_reference.as_ref().map(|it| &it.base) {
        Some(BaseType::BuiltIn(name)) => name.starts_with("timestamp") && name.ends_with("without time zone"),
        _ => false,
    });
    let text = |column: &parse::ColumnDefinition| format!("{} does not say of which time zone its times are", column.name);
    bare.map(|column| Hit::new(column.type_span, text(column), "use timestamptz")).collect()
}
