//! A new partition beside a DEFAULT one.

use facts::Form;
use model::{Category, LockMode};
use parse::Verb;

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE TABLE … PARTITION OF` a table with a DEFAULT partition",
    why: "Every row of the DEFAULT partition is read, to see that none belongs into the new one, while ACCESS EXCLUSIVE is held \
          on the whole partitioned table: reads and writes of all of it wait.",
    instead: "Create the table by itself, and attach it; with a validated CHECK on the DEFAULT partition that excludes the bound, \
              nothing is read:\n\n```sql\nCREATE TABLE events_2027 (LIKE events INCLUDING ALL);\n\
              ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');\n```",
    bad: &[Example::after(
        "CREATE TABLE events (at date) PARTITION BY RANGE (at); CREATE TABLE rest PARTITION OF events DEFAULT;",
        "CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
    )],
    good: &[Example::after(
        "CREATE TABLE events (at date) PARTITION BY RANGE (at);",
        "CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
    )],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("create-partition", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::CreateTable(it) = &seen.action.verb else { return Vec::new() };
    let Some((parent, _)) = it.partition_of.as_ref().filter(|_| seen.has_form(Form::CreatePartitionBesideDefault)) else {
        return Vec::new();
    };
    let Some(parent) = seen.busy(parent) else { return Vec::new() };
    let text = format!("the DEFAULT partition of {parent} is read while ACCESS EXCLUSIVE is held on {parent}");
    seen.hit(text, "create the table by itself and ATTACH it, with a CHECK on the DEFAULT partition that excludes the bound")
}
