//! Every row deleted.

use model::Category;
use parse::{Verb, WriteKind};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DELETE` without a WHERE",
    why: "All rows are gone; a forgotten condition looks just like this. On a large table it also runs for minutes in one \
          transaction, holding its row locks all the while.",
    instead: "Say which rows, and take them in batches:\n\n```sql\n\
              DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < now() LIMIT 1000);\n```",
    bad: &[Example::new("DELETE FROM sessions;"), Example::new("DELETE FROM sessions WHERE true;")],
    good: &[
        Example::new("DELETE FROM sessions WHERE id = 1;"),
        Example::new("CREATE TABLE sessions (id int); DELETE FROM sessions;"),
    ],
    danger: Danger::Loses,
    ..rule("delete-without-where", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Query(it) = &seen.action.verb else { return Vec::new() };
    let all = it.writes.iter().filter(|write| write.kind == WriteKind::Delete && !write.has_where && !write.from_others);
    let tables = all.filter(|_| !it.explained).filter_map(|write| seen.used(&write.table));
    let text = |table| format!("all rows of {table} are deleted");
    tables.flat_map(|table| seen.hit(text(table), "say which rows, and take them in batches")).collect()
}
