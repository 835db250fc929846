//! Labels sort in their order.

use parse::{TypeChange, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD VALUE` without BEFORE or AFTER",
    why: "The label goes to the end, and ORDER BY on the column follows the order of labels.",
    instead: "Say where it goes:\n\n```sql\nALTER TYPE stage ADD VALUE 'paused' BEFORE 'closed';\n```",
    bad: &[Example::new("ALTER TYPE stage ADD VALUE 'paused';")],
    good: &[Example::new("ALTER TYPE stage ADD VALUE 'paused' BEFORE 'closed';")],
    ..advice("enum-value-without-place", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::AlterType(it) = &seen.action.verb else { return Vec::new() };
    match &it.change {
        TypeChange::AddValue { label, beside: None, .. } => {
            seen.hit(format!("'{label}' sorts after all other labels of {}", it.name), "say BEFORE or AFTER which label it goes")
        }
        _ => Vec::new(),
    }
}
