//! A DELETE that takes rows of other tables along.

use std::collections::BTreeSet;

use model::{Category, ForeignKeyAction, LockMode, Name};
use parse::{Verb, WriteKind};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;
use crate::state::{Catalog, Link};

pub(crate) static RULE: Rule = Rule {
    title: "A `DELETE` that cascades into other tables",
    why: "Foreign keys with ON DELETE CASCADE delete the rows that reference the deleted ones, and those that reference \
          those, without a word about them in the statement.",
    instead: "Look first how many rows are at stake, and delete them by name, from the far end on:\n\n```sql\n\
              SELECT count(*) FROM investments WHERE fund_id = 1;\n```",
    bad: &[Example::after(
        "CREATE TABLE funds (id int PRIMARY KEY); CREATE TABLE investments (fund_id int REFERENCES funds ON DELETE CASCADE);",
        "DELETE FROM funds WHERE id = 1;",
    )],
    good: &[Example::after(
        "CREATE TABLE funds (id int PRIMARY KEY); CREATE TABLE investments (fund_id int REFERENCES funds);",
        "DELETE FROM funds WHERE id = 1;",
    )],
    danger: Danger::Reaches(LockMode::RowExclusiveLock),
    ..rule("delete-cascades", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Query(it) = &seen.action.verb else { return Vec::new() };
    let deletes = it.writes.iter().filter(|write| write.kind == WriteKind::Delete && !it.explained);
    let tables = deletes.filter_map(|write| seen.used(&write.table));
    tables
        .flat_map(|table| {
            let taken: Vec<String> = taken(&table, seen.catalog).iter().map(ToString::to_string).collect();
            match taken.is_empty() {
                true => Vec::new(),
                false => {
                    let text = format!("with rows of {table} go rows of {}", taken.join(", "));
                    seen.hit(text, "count the rows at stake in each of them first, and delete them by name")
                }
            }
        })
        .collect()
}

/// The tables whose rows go along, through any number of cascading foreign keys.
fn taken(table: &Name, catalog: &Catalog) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    let mut open = vec![table.clone()];
    while let Some(next) = open.pop() {
        for source in catalog.pointing_at(Link::References, &next) {
            let cascades = catalog.relation(source).is_some_and(|it| {
                let mut keys = it.table.foreign_keys();
                keys.any(|(_, key)| key.references == next && key.on_delete == ForeignKeyAction::Cascade)
            });
            if cascades && source != table && found.insert(source.clone()) {
                open.push(source.clone());
            }
        }
    }
    found
}
