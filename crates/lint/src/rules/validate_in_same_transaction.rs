//! NOT VALID and VALIDATE under one lock.

use model::Category;
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered_busy, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`VALIDATE CONSTRAINT` in the transaction that added the constraint",
    why: "The lock of ADD CONSTRAINT … NOT VALID is held to the end of the transaction, so the proof runs under it: others \
          wait as if NOT VALID had never been said.",
    instead: "End the transaction between the two, or put VALIDATE into a migration of its own:\n\n```sql\n\
              ALTER TABLE funds ADD CONSTRAINT c CHECK (share >= 0) NOT VALID;\n-- COMMIT, or the next migration\n\
              ALTER TABLE funds VALIDATE CONSTRAINT c;\n```",
    bad: &[
        Example::new(
            "BEGIN;\nALTER TABLE funds ADD CONSTRAINT c CHECK (share >= 0) NOT VALID;\nALTER TABLE funds VALIDATE CONSTRAINT c;\nCOMMIT;",
        ),
        Example::new("ALTER TABLE funds ADD CONSTRAINT c CHECK (share >= 0) NOT VALID, VALIDATE CONSTRAINT c;"),
    ],
    good: &[
        Example::new(
            "ALTER TABLE funds ADD CONSTRAINT c CHECK (share >= 0) NOT VALID;\nALTER TABLE funds VALIDATE CONSTRAINT c;",
        ),
        Example::new("BEGIN;\nALTER TABLE funds VALIDATE CONSTRAINT c;\nCOMMIT;"),
    ],
    danger: Danger::WorksWhileHeld,
    ..rule("validate-in-same-transaction", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered_busy(seen) else { return Vec::new() };
    let AlterChange::ValidateConstraint(name) = &it.change else { return Vec::new() };
    let earlier = seen.transaction.is_some_and(|it| it.unproved.contains(&(table.clone(), name.clone())));
    let beside = seen.statement.actions.iter().any(|action| match &action.verb {
        parse::Verb::Alter(other) => match &other.change {
            AlterChange::AddConstraint(added) => added.not_valid && added.name.as_ref() == Some(name),
            _ => false,
        },
        _ => false,
    });
    if !earlier && !beside {
        return Vec::new();
    }
    let text = format!("{name} is proved on all rows of {table} under the lock that adding it took");
    seen.hit(text, "put VALIDATE CONSTRAINT into a transaction of its own, after this one has committed")
}
