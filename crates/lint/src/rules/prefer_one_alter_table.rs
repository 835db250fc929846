//! Clauses that could share a lock.

use parse::{AlterChange, Verb};

use super::words::{Check, Example, Hits, Rule, advice, altered};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "Several `ALTER TABLE` of one table, one after the other",
    why: "Each waits for the lock anew and, where several read or rewrite the table, each does so by itself; in one statement they share the lock and the pass.",
    instead: "Write them as one:\n\n```sql\nALTER TABLE funds ADD COLUMN slug text, ADD COLUMN stage text;\n```\n\nBut keep VALIDATE CONSTRAINT apart: with a clause that takes ACCESS EXCLUSIVE it would prove under that.",
    bad: &[Example::new("ALTER TABLE funds ADD COLUMN a int;\nALTER TABLE funds ADD COLUMN b int;")],
    good: &[Example::new("ALTER TABLE funds ADD COLUMN a int, ADD COLUMN b int;"), Example::new("ALTER TABLE funds ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nALTER TABLE funds VALIDATE CONSTRAINT c;")],
    ..advice("prefer-one-alter-table", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen).filter(|(it, _)| joins(&it.change)) else { return Vec::new() };
    let at = seen.script.statements.partition_point(|other| other.span.start < seen.statement.span.start);
    let before = at.checked_sub(1).and_then(|at| seen.script.statements.get(at)).and_then(|it| it.actions.first());
    let same = matches!(before.map(|it| &it.verb), Some(Verb::Alter(other)) if other.relation == it.relation && joins(&other.change));
    if !same || seen.statement.actions.first() != Some(seen.action) {
        return Vec::new();
    }
    seen.hit(format!("the statement before alters {table} too: each waits for the lock by itself"), "write both as one ALTER TABLE")
}

/// Whether a clause can stand beside others.
fn joins(change: &AlterChange) -> bool {
    matches!(
        change,
        AlterChange::AddColumn { .. }
            | AlterChange::DropColumn { .. }
            | AlterChange::SetNotNull(_)
            | AlterChange::DropNotNull(_)
            | AlterChange::SetDefault(..)
            | AlterChange::DropDefault(_)
            | AlterChange::AlterType { .. }
            | AlterChange::DropConstraint { .. }
    )
}
