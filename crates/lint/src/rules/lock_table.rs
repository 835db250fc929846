//! A table locked by hand.

use model::{Category, LockMode};
use parse::Verb;

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`LOCK TABLE` in a mode that makes others wait",
    why: "Others wait from here to the end of the transaction, whatever comes in between, and from the moment that the lock is \
          asked for, behind everybody who holds the table.",
    instead: "Let each statement take the lock it needs. Where one is needed to keep an order: NOWAIT, or a `lock_timeout`, and \
              try again:\n\n```sql\nSET LOCAL lock_timeout = '50ms';\nLOCK TABLE funds IN SHARE ROW EXCLUSIVE MODE;\n```",
    bad: &[Example::new("BEGIN; LOCK TABLE funds; COMMIT;"), Example::new("BEGIN; LOCK funds IN SHARE MODE; COMMIT;")],
    good: &[
        Example::new("BEGIN; LOCK TABLE funds IN ROW EXCLUSIVE MODE; COMMIT;"),
        Example::new("BEGIN; LOCK TABLE funds IN ACCESS EXCLUSIVE MODE NOWAIT; COMMIT;"),
    ],
    danger: Danger::Takes(LockMode::ShareLock),
    ..rule("lock-table", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Lock { tables, mode, nowait } = &seen.action.verb else { return Vec::new() };
    if *nowait || !mode.blocks_writes() {
        return Vec::new();
    }
    let Some(table) = tables.iter().find_map(|table| seen.used(table)) else { return Vec::new() };
    let who = if mode.blocks_reads() { "reads and writes" } else { "writes" };
    let text = format!("{who} of {table} wait from here to the end of the transaction");
    seen.hit(text, "let statements take the locks they need, or use NOWAIT with a retry")
}
