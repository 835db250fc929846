//! A partition let go while others wait.

use model::{Category, LockMode};
use parse::{AlterChange, Verb};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, at_top, outside, rule};
use crate::rule::{Edit, Seen};

pub(crate) static RULE: Rule = Rule {
    title: "`DETACH PARTITION` without CONCURRENTLY",
    why: "ACCESS EXCLUSIVE on the whole partitioned table: short, but it queues behind every transaction that uses any \
          partition, and everybody queues behind it.",
    instead: "Detach it concurrently (PostgreSQL 14 and later), outside a transaction:\n\n```sql\n\
              ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;\n```",
    bad: &[Example::new("ALTER TABLE events DETACH PARTITION events_2020;")],
    good: &[
        Example::new("ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;"),
        Example::after(
            "CREATE TABLE e (at date) PARTITION BY RANGE (at); CREATE TABLE d PARTITION OF e DEFAULT; CREATE TABLE p (at date);",
            "ALTER TABLE p ADD COLUMN b int;",
        ),
    ],
    danger: Danger::Reaches(LockMode::AccessExclusiveLock),
    ..rule("detach-partition", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Alter(it) = &seen.action.verb else { return Vec::new() };
    let AlterChange::DetachPartition { concurrently: false, finalize: false, partition } = &it.change else {
        return Vec::new();
    };
    let Some(table) = seen.used(&it.relation) else { return Vec::new() };
    let text = format!("reads and writes of {table} wait, all partitions included");
    let default = crate::effect::default_partition(seen.catalog, &table);
    if default.is_some_and(|default| default != seen.catalog.resolve(partition)) {
        let help = "a table with a DEFAULT partition cannot be detached from CONCURRENTLY: do it at a quiet hour, with lock_timeout set";
        return seen.hit(text, help);
    }
    let help = format!("use DETACH PARTITION … CONCURRENTLY{}", outside(seen));
    let fix = match at_top(seen) && !seen.in_transaction() && seen.catalog.major >= 14 {
        true => vec![Edit::insert(seen.action.span.end, " CONCURRENTLY")],
        false => Vec::new(),
    };
    vec![Hit::new(seen.action.span, text, help).fixed_by(fix)]
}
