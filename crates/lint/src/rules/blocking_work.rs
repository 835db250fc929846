//! Work on a whole table that no other rule has a name for.

use model::{Category, LockMode};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, Whole, rule};
use crate::run::blocking_work;

pub(crate) static RULE: Rule = Rule {
    title: "Any other statement that reads or writes all of a table while others wait for it",
    why: "The measured facts say that this statement works on every row under a lock that keeps others from reading or \
          writing the table.",
    instead: "Look for a way in steps that hold no such lock while they work, or run it at a quiet hour with `lock_timeout` \
              set.",
    bad: &[Example::after(
        "CREATE TABLE funds (a numeric(9,2) CHECK (a > 0));",
        "ALTER TABLE funds ALTER COLUMN a TYPE numeric(12,2);",
    )],
    good: &[Example::new("ALTER TABLE funds ADD COLUMN a int;")],
    danger: Danger::Works(LockMode::ShareLock),
    ..rule("blocking-work", Category::Risky, Check::Statement(check))
};

fn check(whole: &Whole<'_>) -> Hits {
    if whole.worst >= Category::Risky {
        return Vec::new();
    }
    let Some(table) = blocking_work(whole.effect, whole.catalog, whole.small) else { return Vec::new() };
    let mode = whole.effect.locks.iter().filter(|lock| lock.relation == *table).map(|lock| lock.mode).max();
    let reads = mode.is_some_and(|mode| mode.blocks_reads());
    let who = if reads { "reads and writes" } else { "writes" };
    let text = format!("this works on all of {table} while {who} wait");
    vec![Hit::new(whole.statement.span, text, "do it in steps that hold no such lock, or at a quiet hour with lock_timeout set")]
}
