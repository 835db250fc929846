//! Advice on types: prefer-identity.

use super::words::{Check, Example, Hit, Hits, Rule, advice, defined};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A `serial` column",
    why: "Its sequence is an object of its own: rights have to be granted apart, and the default can be dropped from under it. Inserts may write any number and collide later.",
    instead: "Use an identity column:\n\n```sql\nCREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n```",
    bad: &[Example::new("CREATE TABLE funds (id bigserial PRIMARY KEY);")],
    good: &[Example::new("CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);")],
    ..advice("prefer-identity", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let serial = defined(seen).into_iter().filter(|column| column.is_serial());
    let text = |column: &parse::ColumnDefinition| format!("the sequence of {} is an object of its own, with rights of its own", column.name);
    serial.map(|column| Hit::new(column.type_span, text(column), "use GENERATED ALWAYS AS IDENTITY")).collect()
}
