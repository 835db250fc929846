//! Statements that do nothing and say nothing.

use model::Category;
use parse::{AlterChange, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;
use crate::state::Known;

pub(crate) static RULE: Rule = Rule {
    title: "`IF NOT EXISTS` on something that is there and is not what the statement says",
    why: "PostgreSQL looks at the name alone: it skips the statement with a notice, and the migration counts as done. The columns \
          it would have made are missing, and code that uses them fails.",
    instead: "Say what has to change of what is there:\n\n```sql\nALTER TABLE funds ADD COLUMN IF NOT EXISTS slug text;\n```",
    bad: &[
        Example::after("CREATE TABLE funds (id bigint);", "CREATE TABLE IF NOT EXISTS funds (id bigint, slug text);"),
        Example::after("CREATE TABLE funds (id bigint, size text);", "ALTER TABLE funds ADD COLUMN IF NOT EXISTS size integer;"),
    ],
    good: &[
        Example::after("CREATE TABLE funds (id bigint, slug text);", "CREATE TABLE IF NOT EXISTS funds (id bigint, slug text);"),
        Example::after("CREATE TABLE funds (size integer);", "ALTER TABLE funds ADD COLUMN IF NOT EXISTS size integer;"),
        Example::new("CREATE TABLE IF NOT EXISTS funds (id bigint, slug text);"),
    ],
    danger: Danger::Exempt("what it leaves out shows in code that expects it"),
    ..rule("if-not-exists-skips", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    match &seen.action.verb {
        Verb::CreateTable(it) if it.if_not_exists && it.like.is_empty() && it.inherits.is_empty() => table(seen, it),
        Verb::Alter(it) => match &it.change {
            AlterChange::AddColumn { column, if_not_exists: true } => column_of(seen, &it.relation, column),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn table(seen: &Seen<'_>, it: &parse::CreateTable) -> Hits {
    let Some(name) = it.name.as_ref().map(|name| seen.catalog.resolve(name)) else { return Vec::new() };
    let Some(known) = seen.relation(&name) else { return Vec::new() };
    let missing = it.columns.iter().find(|column| known.column(&column.name) == Known::No);
    missing.map_or_else(Vec::new, |column| {
        let text = format!("{name} is there already, so this does nothing, and {} stays missing", column.name);
        seen.hit(text, "add what is missing with ALTER TABLE … ADD COLUMN IF NOT EXISTS")
    })
}

fn column_of(seen: &Seen<'_>, table: &parse::Reference, column: &parse::ColumnDefinition) -> Hits {
    let name = seen.catalog.resolve(table);
    let Some(Known::Yes(known)) = seen.relation(&name).map(|it| it.column(&column.name)) else { return Vec::new() };
    let Some(wanted) = column.type_reference.as_ref().map(|it| it.type_name(|name| seen.catalog.resolve_type(name)).0) else {
        return Vec::new();
    };
    if known.type_name.0 == wanted || known.type_name.0.is_empty() || known.type_name.0 == "unknown" {
        return Vec::new();
    }
    let text = format!("{name}.{} is there already, as {}: this does nothing", column.name, known.type_name.0);
    seen.hit(text, "change its type with ALTER COLUMN … TYPE, or give the new column another name")
}
