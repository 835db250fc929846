//! Rows that nothing names.

use parse::{Demand, Persistence, Verb};

use super::words::{Check, Example, Hit, Hits, Rule, Unless, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE TABLE` without a primary key",
    why: "Nothing names one row: logical replication refuses its UPDATEs and DELETEs, backfills cannot go by key, and \
          duplicates stay.",
    instead: "Give it one:\n\n```sql\nCREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb);\n```",
    bad: &[Example::new("CREATE TABLE events (body jsonb);")],
    good: &[
        Example::new("CREATE TABLE events (id bigint PRIMARY KEY);"),
        Example::new("CREATE TABLE events (id bigint, PRIMARY KEY (id));"),
        Example::new("CREATE TABLE events (id bigint); ALTER TABLE events ADD PRIMARY KEY (id);"),
        Example::new("CREATE TEMP TABLE events (body jsonb);"),
    ],
    ..advice("table-without-primary-key", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::CreateTable(it) = &seen.action.verb else { return Vec::new() };
    let of_others = it.foreign || it.partition_of.is_some() || !it.like.is_empty() || !it.inherits.is_empty();
    if of_others || it.persistence == Persistence::Temporary || it.columns.is_empty() {
        return Vec::new();
    }
    let constraints = it.columns.iter().flat_map(|column| &column.constraints).chain(&it.constraints);
    let mut keys = constraints.filter(|it| matches!(it.demand, Demand::PrimaryKey { .. }));
    let Some(name) = it.name.as_ref().map(|name| seen.catalog.new_relation_name(name, it.persistence)) else {
        return Vec::new();
    };
    if keys.next().is_some() || seen.relation(&name).is_some() {
        return Vec::new();
    }
    let text = format!("nothing names one row of {name}");
    vec![Hit::new(seen.action.span, text, "give it a primary key").unless(Unless::Keyed(name))]
}
