//! A partition proved while others wait.

use facts::Form;
use model::{Category, LockMode};
use parse::{AlterChange, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ATTACH PARTITION` with nothing that proves the bound",
    why: "Every row of the table is read under ACCESS EXCLUSIVE on it, to see that it is within the bound; and every row of the \
          DEFAULT partition, under ACCESS EXCLUSIVE on that one, to see that none of them is.",
    instead: "Prove it first, with a CHECK that says the same as the bound, NOT NULL included; for a DEFAULT partition one \
              that says the opposite:\n\n```sql\n\
              ALTER TABLE events_2026 ADD CONSTRAINT b CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01') NOT VALID;\n\
              ALTER TABLE events_2026 VALIDATE CONSTRAINT b;\n\
              ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n```",
    bad: &[Example::after(
        "CREATE TABLE events (at date) PARTITION BY RANGE (at); CREATE TABLE old (at date); INSERT INTO old VALUES ('2026-05-05');",
        "ALTER TABLE events ATTACH PARTITION old FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    )],
    good: &[
        Example::after(
            "CREATE TABLE events (at date) PARTITION BY RANGE (at); \
             CREATE TABLE old (at date, CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01'));",
            "ALTER TABLE events ATTACH PARTITION old FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
        ),
        Example::after(
            "CREATE TABLE events (at date) PARTITION BY RANGE (at);",
            "CREATE TABLE new (at date); ALTER TABLE events ATTACH PARTITION new FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
        ),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("attach-partition", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Alter(it) = &seen.action.verb else { return Vec::new() };
    let AlterChange::AttachPartition { partition, .. } = &it.change else { return Vec::new() };
    let mut hits = Vec::new();
    if seen.has_form(Form::AttachPartition)
        && let Some(table) = seen.busy(partition)
    {
        let text = format!("all rows of {table} are read under ACCESS EXCLUSIVE, to see that they are within the bound");
        hits.extend(seen.hit(text, "prove it first by a CHECK that says the same as the bound, added NOT VALID and validated"));
    }
    if seen.has_form(Form::AttachPartitionBesideDefault) && seen.used(&it.relation).is_some() {
        let text = format!("all rows of the DEFAULT partition of {} are read under ACCESS EXCLUSIVE", it.relation);
        hits.extend(seen.hit(text, "prove by a validated CHECK on the DEFAULT partition that it holds no such row"));
    }
    if seen.has_form(Form::AttachPartitionIndexed)
        && let Some(table) = seen.busy(partition)
    {
        let text = format!("{table} lacks an index that its new parent has: it is built while ACCESS EXCLUSIVE is held");
        hits.extend(seen.hit(text, "build the same index on it concurrently first"));
    }
    hits
}
