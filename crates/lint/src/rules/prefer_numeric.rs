//! Advice on types: prefer-numeric.

use parse::BaseType;

use super::words::{Check, Example, Hit, Hits, Rule, advice, defined};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A `money` column",
    why: "What its text means depends on the session's `lc_monetary`: the same value is read as another one by a server, dump or \
          client with another setting.",
    instead: "Use `numeric`:\n\n```sql\nALTER TABLE funds ADD COLUMN fee numeric(12, 2);\n```",
    bad: &[Example::new("ALTER TABLE funds ADD COLUMN fee money;")],
    good: &[Example::new("ALTER TABLE funds ADD COLUMN fee numeric(12, 2);")],
    ..advice("prefer-numeric", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let money = defined(seen).into_iter().filter(|column| {
        matches!(column.type_reference.as_ref().map(|it| &it.base), Some(BaseType::BuiltIn(name)) if name == "money")
    });
    let text = |column: &parse::ColumnDefinition| format!("what {} means depends on the session's lc_monetary", column.name);
    money.map(|column| Hit::new(column.type_span, text(column), "use numeric")).collect()
}
