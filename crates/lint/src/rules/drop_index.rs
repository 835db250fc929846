//! An index that goes while others wait, or that queries use.

use model::{Category, LockMode};
use parse::{DropKind, Verb};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, concurrently_after, outside, rule};
use crate::rule::{Seen, Unless};

pub(crate) static RULE: Rule = Rule {
    title: "`DROP INDEX` without CONCURRENTLY",
    why: "ACCESS EXCLUSIVE on the table: short, but it queues behind every open transaction and everybody queues behind it. \
          And queries that used the index scan the table from then on.",
    instead: "Look whether it is used (`pg_stat_user_indexes.idx_scan`), then drop it concurrently, outside a transaction:\n\n\
              ```sql\nDROP INDEX CONCURRENTLY funds_name_idx;\n```",
    bad: &[Example::new("DROP INDEX funds_name_idx;")],
    good: &[
        Example::new("DROP INDEX CONCURRENTLY funds_name_idx;"),
        Example::new("CREATE TABLE a (b int); CREATE INDEX i ON a (b); DROP INDEX i;"),
    ],
    danger: Danger::Takes(LockMode::AccessExclusiveLock),
    ..rule("drop-index", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Drop(it) = &seen.action.verb else { return Vec::new() };
    if it.kind != DropKind::Index || it.concurrently {
        return Vec::new();
    }
    let name = seen.catalog.resolve(&it.name);
    let Some(index) = seen.relation(&name) else { return Vec::new() };
    let used = index.owner.as_ref().is_none_or(|(table, _)| seen.is_used(table));
    if !used || index.fresh {
        return Vec::new();
    }
    let table = index.owner.as_ref().map_or("its table".to_owned(), |(table, _)| table.to_string());
    let text = format!("reads and writes of {table} wait, and queries that use {name} scan the table afterwards");
    let help = format!("make sure that no query uses it, and drop it with DROP INDEX CONCURRENTLY{}", outside(seen));
    let fix = if it.of == 1 && !it.cascade { concurrently_after(seen, "index") } else { Vec::new() };
    let hit = Hit::new(seen.action.span, text, help).fixed_by(fix);
    vec![hit.unless(Unless::Created(DropKind::Index, it.name.name.to_string()))]
}
