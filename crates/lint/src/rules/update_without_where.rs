//! Every row written.

use model::{Category, LockMode};
use parse::{Verb, WriteKind};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`UPDATE` without a WHERE",
    why: "Every row is written in one transaction: each row lock is held to its end, so writers wait for minutes; the table \
          grows to twice its size; replicas fall behind. And a forgotten condition looks just like this.",
    instead: "Fill in batches, each a transaction of its own, and only what is not filled yet:\n\n```sql\n\
              UPDATE funds SET stage = 'open' WHERE stage IS NULL AND id BETWEEN 1 AND 10000;\n```",
    bad: &[Example::new("UPDATE funds SET stage = 'open';"), Example::new("UPDATE funds SET stage = 'open' WHERE 1 = 1;")],
    good: &[
        Example::new("UPDATE funds SET stage = 'open' WHERE id = 1;"),
        Example::new("CREATE TABLE funds (stage text); UPDATE funds SET stage = 'open';"),
    ],
    danger: Danger::Works(LockMode::RowExclusiveLock),
    ..rule("update-without-where", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Query(it) = &seen.action.verb else { return Vec::new() };
    let all = it.writes.iter().filter(|write| write.kind == WriteKind::Update && !write.has_where && !write.from_others);
    let tables = all.filter(|_| !it.explained).filter_map(|write| seen.busy(&write.table));
    let text = |table| format!("every row of {table} is written in one transaction: writers wait, and the table doubles");
    let help = "fill it in batches by key, each a transaction of its own, and only rows that are not filled yet";
    tables.flat_map(|table| seen.hit(text(table), help)).collect()
}
