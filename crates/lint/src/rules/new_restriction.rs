//! What code that is running may still write.

use parse::{AlterChange, Demand, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A constraint or unique index that may refuse what running code writes",
    why: "NOT VALID and CONCURRENTLY spare the rows that are there and the locks, but every new row is checked at once: the \
          version of the code that is deployed now, and the one a rollback brings back, fail where they break it.",
    instead: "Deploy code that keeps it first, then add it.",
    bad: &[
        Example::new("ALTER TABLE funds ADD CONSTRAINT c CHECK (share >= 0) NOT VALID;"),
        Example::new("CREATE UNIQUE INDEX CONCURRENTLY i ON funds (slug);"),
    ],
    good: &[
        Example::new("CREATE INDEX CONCURRENTLY i ON funds (slug);"),
        Example::new("CREATE TABLE funds (share int); ALTER TABLE funds ADD CONSTRAINT c CHECK (share >= 0);"),
    ],
    ..advice("new-restriction", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let (table, what) = match &seen.action.verb {
        Verb::CreateIndex(it) if it.unique => (seen.used(&it.table), "a second row with the same key"),
        Verb::Alter(it) => match &it.change {
            AlterChange::AddConstraint(added) => (seen.altered.clone(), refused(&added.demand)),
            AlterChange::SetNotNull(_) => (seen.altered.clone(), "a row without a value"),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let Some(table) = table else { return Vec::new() };
    seen.hit(format!("{what} is refused in {table} from now on"), "deploy code that keeps it first")
}

fn refused(demand: &Demand) -> &'static str {
    match demand {
        Demand::NotNull { .. } => "a row without a value",
        Demand::Check { .. } => "a row that breaks the condition",
        Demand::PrimaryKey { .. } | Demand::Unique { .. } => "a second row with the same key",
        Demand::ForeignKey(_) => "a row that points at nothing",
        Demand::Exclusion { .. } => "a row in conflict with another",
    }
}
