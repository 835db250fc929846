//! Many rows written at once.

use model::{Category, LockMode};
use parse::{Verb, Write, WriteKind};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::effect::is_pinned;
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "An `UPDATE` or `DELETE` of an unknown number of rows in one statement",
    why: "Its row locks are held until it is done, so writers of those rows wait; on millions of rows that is minutes, and the \
          dead rows stay until vacuum has been there.",
    instead: "Take the rows in batches by key, each a transaction of its own:\n\n```sql\n\
              UPDATE funds SET slug = lower(name) WHERE slug IS NULL AND id BETWEEN 1 AND 10000;\n```",
    bad: &[
        Example::new("UPDATE funds SET slug = lower(name) WHERE slug IS NULL;"),
        Example::new("DELETE FROM sessions WHERE expires_at < now();"),
        Example::new("UPDATE funds SET region = r.name FROM regions r WHERE r.id = funds.region_id;"),
    ],
    good: &[
        Example::new("UPDATE funds SET slug = 'a' WHERE id = 1;"),
        Example::new("UPDATE funds SET slug = lower(name) WHERE id IN (SELECT id FROM funds WHERE slug IS NULL LIMIT 1000);"),
        Example::new("UPDATE funds SET slug = lower(name) WHERE slug IS NULL AND id BETWEEN 1 AND 1000;"),
        Example::new("CREATE TABLE funds (slug text); UPDATE funds SET slug = '' WHERE slug IS NULL;"),
    ],
    danger: Danger::Works(LockMode::RowExclusiveLock),
    ..rule("backfill-in-one-statement", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Query(it) = &seen.action.verb else { return Vec::new() };
    if it.explained || it.limited {
        return Vec::new();
    }
    let many = it.writes.iter().filter(|write| is_unbounded(seen, write));
    let tables = many.filter_map(|write| seen.busy(&write.table));
    let text = |table| format!("how many rows of {table} this writes is not bounded: they stay locked until it is done");
    let help = "take them in batches by key, each a transaction of its own";
    tables.flat_map(|table| seen.hit(text(table), help)).collect()
}

fn is_unbounded(seen: &Seen<'_>, write: &Write) -> bool {
    let name = seen.catalog.resolve(&write.table);
    let pinned = seen.relation(&name).is_some_and(|relation| is_pinned(&write.pinned, relation));
    let conditioned = write.has_where || write.from_others;
    matches!(write.kind, WriteKind::Update | WriteKind::Delete) && conditioned && !pinned && !write.ranged
}
