//! A name that running code uses.

use model::{Category, sql};
use parse::{AlterChange, RelationKind, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`RENAME` of a table, view or schema that code may be using",
    why: "Code that runs knows the old name and fails from the moment of the rename; code with the new name fails before it.",
    instead: "Rename it and put a view with the old name in its place, in one transaction; drop the view when no code uses \
              it:\n\n```sql\nBEGIN;\nALTER TABLE funds RENAME TO portfolios;\nCREATE VIEW funds AS SELECT * FROM portfolios;\nCOMMIT;\n```",
    bad: &[
        Example::new("ALTER TABLE funds RENAME TO portfolios;"),
        Example::new("ALTER VIEW fund_totals RENAME TO sums;"),
        Example::new("ALTER SCHEMA app RENAME TO application;"),
        Example::new("ALTER TYPE mood RENAME TO feeling;"),
    ],
    good: &[
        Example::new("CREATE TABLE funds (id int); ALTER TABLE funds RENAME TO portfolios;"),
        Example::new("ALTER INDEX funds_idx RENAME TO funds_name_idx;"),
        Example::new("ALTER TABLE funds RENAME TO portfolios; CREATE VIEW funds AS SELECT * FROM portfolios;"),
    ],
    danger: Danger::Breaks(&["SELECT * FROM funds", "SELECT * FROM fund_totals", "SELECT * FROM app.things", "SELECT 'good'::mood"]),
    ..rule("rename-table", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    if let Verb::RenameSchema { from, .. } = &seen.action.verb {
        let text = format!("code that runs knows everything in {from} by this name and fails without it");
        return seen.hit(text, "create the new schema and move tables one by one, with views where they were");
    }
    if let Verb::AlterType(it) = &seen.action.verb {
        return renamed_type(seen, it);
    }
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::Rename(to) = &it.change else { return Vec::new() };
    if matches!(it.kind, RelationKind::Index) || seen.relation(table).is_some_and(|it| it.kind == RelationKind::Index) {
        return Vec::new();
    }
    let view = sql!("CREATE VIEW {} AS SELECT * FROM {}", table, table.sibling(to));
    let text = format!("code that runs knows {table} by this name and fails without it");
    let help = format!("put a view with the old name in its place, in the same transaction:\n{view};");
    let unless = super::words::Unless::Created(parse::DropKind::View, table.name.to_string());
    vec![super::words::Hit::new(seen.action.span, text, help).unless(unless)]
}

fn renamed_type(seen: &Seen<'_>, it: &parse::AlterType) -> Hits {
    let parse::TypeChange::Rename(_) = &it.change else { return Vec::new() };
    let name = seen.catalog.resolve_type(&it.name);
    if seen.catalog.type_state(&name).is_some_and(|it| it.fresh) {
        return Vec::new();
    }
    let text = format!("code that runs knows the type {name} by this name and fails without it");
    seen.hit(text, "create a type with the new name, and change columns over one by one")
}
