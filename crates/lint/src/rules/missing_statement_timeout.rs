//! No bound on how long a statement runs.

use super::words::{Check, Example, Hit, Hits, Rule, Whole, advice};

pub(crate) static RULE: Rule = Rule {
    title: "A statement that works on a whole table without a `statement_timeout`",
    why: "A statement that takes longer than anybody thought goes on holding its locks.",
    instead: "Set one before it:\n\n```sql\nSET statement_timeout = '5s';\n```",
    bad: &[Example::new("CREATE INDEX ON funds (name);")],
    good: &[Example::new("SET statement_timeout = '5s';\nCREATE INDEX ON funds (name);")],
    ..advice("missing-statement-timeout", Check::Statement(check))
};

fn check(whole: &Whole<'_>) -> Hits {
    let Some(table) = whole.works_long_on().filter(|_| !whole.session.statement_timeout) else { return Vec::new() };
    let text = format!("how long this works on {table} is not bounded");
    vec![Hit::new(whole.statement.span, text, "set one first: SET statement_timeout = '5s'")]
}
