//! A label that running code writes.

use model::Category;
use parse::{TypeChange, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ALTER TYPE … RENAME VALUE`",
    why: "Code that runs writes and compares with the old label, and fails from the moment of the rename.",
    instead: "Add the new label, let the code write it, change the rows in batches, and leave the old label unused:\n\n\
              ```sql\nALTER TYPE stage ADD VALUE 'closed';\n```",
    bad: &[Example::new("ALTER TYPE stage RENAME VALUE 'done' TO 'closed';")],
    good: &[
        Example::new("ALTER TYPE stage ADD VALUE 'closed';"),
        Example::new("CREATE TYPE stage AS ENUM ('done'); ALTER TYPE stage RENAME VALUE 'done' TO 'closed';"),
    ],
    danger: Danger::Breaks(&["SELECT 'done'::stage"]),
    ..rule("rename-enum-value", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::AlterType(it) = &seen.action.verb else { return Vec::new() };
    let TypeChange::RenameValue { from, to } = &it.change else { return Vec::new() };
    let name = seen.catalog.resolve_type(&it.name);
    if seen.catalog.type_state(&name).is_some_and(|it| it.fresh) {
        return Vec::new();
    }
    let text = format!("code that runs knows '{from}' of {name} by this label and fails without it");
    seen.hit(text, format!("add '{to}' as a new label, change code and rows over, and leave '{from}' unused"))
}
