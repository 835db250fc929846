//! No bound on how long others queue.

use model::{Category, LockMode};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, Whole, rule};

pub(crate) static RULE: Rule = Rule {
    title: "A risky statement that waits for its lock without a `lock_timeout`",
    why: "While it waits behind a long transaction, everybody who comes later waits behind it: reads too. A `lock_timeout` gives \
          up, lets them through, and is tried again. It is said once a file, at the first statement it concerns.",
    instead: "Set one before, small, and let the runner try again:\n\n```sql\nSET lock_timeout = '50ms';\n```",
    bad: &[Example::new("CREATE INDEX ON funds (name);"), Example::new("ALTER TABLE funds ALTER COLUMN name SET NOT NULL;")],
    good: &[
        Example::new("SET lock_timeout = '50ms';\nCREATE INDEX ON funds (name);"),
        Example::new("ALTER TABLE funds ADD COLUMN slug text;"),
        Example::new("CREATE TABLE funds (name text);\nCREATE INDEX ON funds (name);"),
    ],
    danger: Danger::Takes(LockMode::ShareLock),
    ..rule("missing-lock-timeout", Category::Risky, Check::Statement(check))
};

fn check(whole: &Whole<'_>) -> Hits {
    if whole.session.lock_timeout || whole.worst < Category::Risky {
        return Vec::new();
    }
    let strong = whole.effect.locks.iter().find(|lock| lock.mode.blocks_writes() && whole.is_busy(&lock.relation));
    let Some(lock) = strong else { return Vec::new() };
    let text = format!("while this waits for its lock on {}, everybody who comes later waits behind it", lock.relation);
    vec![Hit::new(whole.statement.span, text, "set one first, and try again where it runs out:\nSET lock_timeout = '50ms';")]
}
