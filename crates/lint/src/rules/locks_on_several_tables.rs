//! One transaction that stands in the way of several tables.

use model::LockMode;

use super::words::{Check, Example, Hit, Hits, Rule, Whole, advice};

pub(crate) static RULE: Rule = Rule {
    title: "Strong locks on several tables in one transaction",
    why: "Each is held to the end of the transaction, and while the second is waited for, everybody waits for the first. \
          Two transactions that take them in different orders end each other: deadlock.",
    instead: "A migration for each table, each with its own `lock_timeout`.",
    bad: &[Example::new(
        "BEGIN;\nALTER TABLE funds ADD COLUMN slug text;\nALTER TABLE investments ADD COLUMN slug text;\nCOMMIT;",
    )],
    good: &[
        Example::new("ALTER TABLE funds ADD COLUMN slug text;\nALTER TABLE investments ADD COLUMN slug text;"),
        Example::new("BEGIN;\nALTER TABLE funds ADD COLUMN slug text;\nALTER TABLE funds ADD COLUMN stage text;\nCOMMIT;"),
        Example::new("BEGIN;\nALTER TABLE funds ADD COLUMN slug text;\nCREATE TABLE a (id int);\nDROP TABLE a;\nCOMMIT;"),
    ],
    ..advice("locks-on-several-tables", Check::Statement(check))
};

fn check(whole: &Whole<'_>) -> Hits {
    let Some(transaction) = whole.transaction else { return Vec::new() };
    let strong = |mode: LockMode| mode == LockMode::AccessExclusiveLock;
    let stays = |name| whole.catalog.relation(name).is_some();
    let mut taken = whole.effect.locks.iter().filter(|lock| {
        strong(lock.mode) && stays(&lock.relation) && whole.is_busy(&lock.relation)
    });
    let Some(new) = taken.find(|lock| !transaction.held.get(&lock.relation).is_some_and(|(mode, _)| strong(*mode))) else {
        return Vec::new();
    };
    let held = transaction.held.iter().find(|(name, (mode, _))| strong(*mode) && whole.is_busy(name));
    held.map_or_else(Vec::new, |(name, (_, place))| {
        let text = format!("while this waits for {}, everybody waits for {name}, locked since {place}", new.relation);
        vec![Hit::new(whole.statement.span, text, "put it into a migration of its own")]
    })
}
