//! A label used before it is committed.

use model::Category;
use parse::{AlterChange, Demand, Expression, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;
use crate::state::TypeKind;

pub(crate) static RULE: Rule = Rule {
    title: "A label of an enum used in the transaction that added it",
    why: "PostgreSQL refuses the new label until the transaction that added it has committed: \"unsafe use of new value of enum \
          type\".",
    instead: "Add the label in a migration of its own, before the one that uses it:\n\n```sql\n\
              ALTER TYPE stage ADD VALUE 'closed';\n-- the next migration:\nALTER TABLE funds ALTER COLUMN stage SET DEFAULT 'closed';\n```",
    bad: &[Example::after(
        "CREATE TYPE stage AS ENUM ('open'); CREATE TABLE funds (s stage);",
        "BEGIN;\nALTER TYPE stage ADD VALUE 'closed';\nALTER TABLE funds ALTER COLUMN s SET DEFAULT 'closed';\nCOMMIT;",
    )],
    good: &[
        Example::after(
            "CREATE TYPE stage AS ENUM ('open'); CREATE TABLE funds (s stage);",
            "ALTER TYPE stage ADD VALUE 'closed';\nALTER TABLE funds ALTER COLUMN s SET DEFAULT 'closed';",
        ),
        Example::new("BEGIN;\nALTER TYPE stage ADD VALUE 'closed';\nCOMMIT;"),
    ],
    danger: Danger::Fails,
    ..rule("enum-value-in-same-transaction", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some(transaction) = seen.transaction.filter(|it| !it.labelled.is_empty()) else { return Vec::new() };
    let labels: Vec<String> = transaction
        .labelled
        .iter()
        .filter_map(|name| seen.catalog.type_state(name))
        .filter_map(|state| match &state.kind {
            TypeKind::Enum { uncommitted, .. } => Some(uncommitted.iter().cloned()),
            _ => None,
        })
        .flatten()
        .collect();
    let used = labels.into_iter().find(|label| uses(seen, label));
    used.map_or(Vec::new(), |label| {
        let text = format!("the label '{label}' was added in this transaction and cannot be used before it commits");
        seen.hit(text, "add the label in a migration of its own, before this one")
    })
}

fn uses(seen: &Seen<'_>, label: &str) -> bool {
    let says = |expression: &Expression| expression.text.contains(&format!("'{label}'"));
    match &seen.action.verb {
        Verb::Alter(it) => match &it.change {
            AlterChange::SetDefault(_, default) => says(default),
            AlterChange::AddColumn { column, .. } => column.default.as_ref().is_some_and(says),
            AlterChange::AddConstraint(constraint) => match &constraint.demand {
                Demand::Check { expression } => says(expression),
                _ => false,
            },
            _ => false,
        },
        Verb::Query(_) | Verb::CreateIndex(_) | Verb::CreateTable(_) | Verb::CreateFromQuery(_) => {
            seen.action.span.of(seen.script.text).contains(&format!("'{label}'"))
        }
        _ => false,
    }
}
