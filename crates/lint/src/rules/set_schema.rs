//! A table moved out of reach.

use model::Category;
use parse::{AlterChange, TypeChange, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`SET SCHEMA` of something that code may be using",
    why: "Code that names it with its schema, or finds it by its search path, fails from then on.",
    instead: "Leave a view behind, in the same transaction, until no code uses the old place:\n\n```sql\nBEGIN;\n\
              ALTER TABLE funds SET SCHEMA core;\nCREATE VIEW public.funds AS SELECT * FROM core.funds;\nCOMMIT;\n```",
    bad: &[Example::new("ALTER TABLE funds SET SCHEMA core;"), Example::new("ALTER TYPE mood SET SCHEMA core;")],
    good: &[Example::new("CREATE TABLE funds (id int); ALTER TABLE funds SET SCHEMA core;")],
    danger: Danger::Breaks(&["SELECT * FROM funds", "SELECT 'good'::mood"]),
    ..rule("set-schema", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    if let Verb::AlterType(it) = &seen.action.verb {
        let name = seen.catalog.resolve_type(&it.name);
        let fresh = seen.catalog.type_state(&name).is_some_and(|it| it.fresh);
        return match &it.change {
            TypeChange::SetSchema(to) if !fresh => seen.hit(
                format!("{name} moves to the schema {to}: code that names it where it was fails"),
                "leave it where it is, or change the code's search path first",
            ),
            _ => Vec::new(),
        };
    }
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::SetSchema(to) = &it.change else { return Vec::new() };
    let text = format!("{table} moves to the schema {to}: code that names it where it was fails");
    seen.hit(text, "put a view in its old place, in the same transaction")
}
