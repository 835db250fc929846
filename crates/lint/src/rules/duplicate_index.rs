//! The same index a second time.

use parse::Verb;

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE INDEX` on columns that another index begins with",
    why: "Every write keeps up both, and a B-tree on (a, b) finds by a as well as one on (a) does.",
    instead: "Use the one that is there.",
    bad: &[
        Example::after(
            "CREATE TABLE funds (stage text, name text); CREATE INDEX i ON funds (stage, name);",
            "CREATE INDEX CONCURRENTLY j ON funds (stage);",
        ),
        Example::after("CREATE TABLE funds (slug text UNIQUE);", "CREATE INDEX CONCURRENTLY j ON funds (slug);"),
    ],
    good: &[
        Example::after(
            "CREATE TABLE funds (stage text, name text); CREATE INDEX i ON funds (stage, name);",
            "CREATE INDEX CONCURRENTLY j ON funds (name);",
        ),
        Example::after(
            "CREATE TABLE funds (stage text, name text); CREATE INDEX i ON funds (stage, name);",
            "CREATE UNIQUE INDEX CONCURRENTLY j ON funds (stage);",
        ),
        Example::after(
            "CREATE TABLE funds (stage text); CREATE INDEX i ON funds (stage);",
            "CREATE INDEX CONCURRENTLY j ON funds (stage) WHERE stage = 'open';",
        ),
    ],
    ..advice("duplicate-index", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::CreateIndex(it) = &seen.action.verb else { return Vec::new() };
    let plain = |key: &parse::IndexKeyDefinition| key.column.is_some() && key.opclass.is_none() && !key.descending;
    if it.unique || it.predicate.is_some() || it.method.as_str() != "btree" || !it.keys.iter().all(plain) {
        return Vec::new();
    }
    let table = seen.catalog.resolve(&it.table);
    let Some(relation) = seen.relation(&table) else { return Vec::new() };
    let of_tree = relation.table.indexes.values().filter(|index| {
        index.method.as_str() == "btree" && index.predicate.is_none() && !index.invalid
    });
    let plain = of_tree.map(|index| {
        (&index.name, index.keys.iter().map_while(|key| key.column.as_ref()).collect::<Vec<_>>())
    });
    let behind = relation.table.constraints.values().filter(|it| it.has_index());
    let behind = behind.map(|constraint| (&constraint.name, constraint.columns().iter().collect()));
    let mut covering = plain.chain(behind).filter(|(name, keys)| {
        Some(*name) != it.name.as_ref()
            && keys.len() >= it.keys.len()
            && it.keys.iter().zip(keys).all(|(key, other)| key.column.as_ref() == Some(*other))
    });
    covering.next().map_or_else(Vec::new, |(name, _)| {
        seen.hit(format!("{name} begins with these columns already"), "use the index that is there")
    })
}
