//! Advice on types: prefer-jsonb.

use parse::BaseType;

use super::words::at_top;
use crate::rule::Edit;
use super::words::{Check, Example, Hit, Hits, Rule, advice, defined};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A `json` column",
    why: "json has no equality: SELECT DISTINCT, GROUP BY and UNION over the table fail, also where an ORM writes them. It keeps blanks and the order of keys, and is parsed again at each use.",
    instead: "Use `jsonb`:\n\n```sql\nALTER TABLE funds ADD COLUMN settings jsonb;\n```",
    bad: &[Example::new("ALTER TABLE funds ADD COLUMN settings json;")],
    good: &[Example::new("ALTER TABLE funds ADD COLUMN settings jsonb;")],
    ..advice("prefer-jsonb", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let json = defined(seen).into_iter().filter(|column| match column.type_reference.as_ref().map(|it| &it.base) {
        Some(BaseType::BuiltIn(name)) => name == "json",
        _ => false,
    });
    json.map(|column| {
        let text = format!("{} has no equality: SELECT DISTINCT over its table fails", column.name);
        let fix = if at_top(seen) { vec![Edit::replace(column.type_span, "jsonb")] } else { Vec::new() };
        Hit::new(column.type_span, text, "use jsonb").fixed_by(fix)
    })
    .collect()
}
