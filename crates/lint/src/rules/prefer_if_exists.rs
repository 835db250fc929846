//! Statements that cannot be run twice.

use parse::{AlterChange, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE` or `DROP` without `IF [NOT] EXISTS`, outside a transaction",
    why: "Outside a transaction a migration that fails half-way leaves what came before in place, and cannot be run again from the start.",
    instead: "Say what may be there already:\n\n```sql\nCREATE TABLE IF NOT EXISTS funds (id bigint);\nALTER TABLE funds ADD COLUMN IF NOT EXISTS slug text;\n```\n\nNot for indexes built CONCURRENTLY: IF NOT EXISTS passes over an invalid one that a failed attempt left.",
    bad: &[Example::new("CREATE TABLE funds (id bigint);"), Example::new("ALTER TABLE funds ADD COLUMN slug text;")],
    good: &[Example::new("CREATE TABLE IF NOT EXISTS funds (id bigint);"), Example::new("BEGIN; CREATE TABLE funds (id bigint); COMMIT;")],
    ..advice("prefer-if-exists", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    if seen.in_transaction() {
        return Vec::new();
    }
    let what = match &seen.action.verb {
        Verb::CreateTable(it) if !it.if_not_exists => "CREATE TABLE IF NOT EXISTS",
        Verb::CreateSequence(it) if !it.if_not_exists => "CREATE SEQUENCE IF NOT EXISTS",
        Verb::CreateSchema { if_not_exists: false, .. } => "CREATE SCHEMA IF NOT EXISTS",
        Verb::CreateExtension { if_not_exists: false, .. } => "CREATE EXTENSION IF NOT EXISTS",
        Verb::Drop(it) if !it.if_exists => "DROP … IF EXISTS",
        Verb::Alter(it) => match &it.change {
            AlterChange::AddColumn { if_not_exists: false, .. } => "ADD COLUMN IF NOT EXISTS",
            AlterChange::DropColumn { if_exists: false, .. } => "DROP COLUMN IF EXISTS",
            AlterChange::DropConstraint { if_exists: false, .. } => "DROP CONSTRAINT IF EXISTS",
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    seen.hit("run a second time after a failure further down, this fails", format!("say {what}"))
}
