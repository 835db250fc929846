//! Triggers, and with them foreign keys, switched off.

use model::{Category, LockMode};
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DISABLE TRIGGER` on a table that others use",
    why: "For everybody, not just this session, what the trigger keeps up is no longer kept up; with ALL, foreign keys are no \
          longer checked either, and rows without a parent come in.",
    instead: "For this session alone, and only as a superuser: `SET session_replication_role = replica`. Better: let the \
              trigger see that it is a migration, by a setting it asks for.",
    bad: &[
        Example::new("ALTER TABLE funds DISABLE TRIGGER ALL;"),
        Example::new("ALTER TABLE funds DISABLE TRIGGER audit;"),
    ],
    good: &[
        Example::new("ALTER TABLE funds ENABLE TRIGGER audit;"),
        Example::new("CREATE TABLE funds (id int); ALTER TABLE funds DISABLE TRIGGER ALL;"),
    ],
    danger: Danger::Takes(LockMode::ShareRowExclusiveLock),
    ..rule("disable-trigger", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::EnableTrigger { trigger, disable: true, .. } = &it.change else { return Vec::new() };
    let what = match trigger {
        Some(trigger) => format!("what the trigger {trigger} keeps up"),
        None => "what its triggers keep up, and with ALL its foreign keys,".to_owned(),
    };
    let text = format!("for everybody who writes {table}, {what} is no longer kept up");
    seen.hit(text, "enable it again in the same transaction, or let the trigger ask for a setting")
}
