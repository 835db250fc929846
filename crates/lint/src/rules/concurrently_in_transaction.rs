//! What a transaction bars.

use model::Category;
use parse::Span;

use super::words::{Check, Danger, Example, Hit, Rule, rule};
use crate::failure::Failure;

pub(crate) static RULE: Rule = Rule {
    title: "A statement that cannot run inside a transaction block, in one",
    why: "CREATE INDEX CONCURRENTLY, VACUUM, REINDEX CONCURRENTLY, DETACH CONCURRENTLY, CREATE DATABASE and the like are refused \
          inside a transaction, and many migration runners open one around each file: the migration fails.",
    instead: "Put it into a migration of its own that runs outside a transaction, in the way your runner has for that; the page \
              on [what runs migrations](../runners.md) lists them. drizzle-kit has none: run it with psql, or let Lockkeeper apply it.",
    bad: &[
        Example::new("BEGIN;\nCREATE INDEX CONCURRENTLY i ON funds (name);\nCOMMIT;"),
        Example::new("ALTER TABLE a ADD b int;--> statement-breakpoint\nDROP INDEX CONCURRENTLY i;"),
        Example::new("BEGIN;\nVACUUM funds;\nCOMMIT;"),
        Example::new("-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON funds (name);\nCREATE INDEX CONCURRENTLY j ON funds (slug);"),
        Example::new("DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON funds (name); END $$;"),
    ],
    good: &[
        Example::new("CREATE INDEX CONCURRENTLY i ON funds (name);"),
        Example::new("BEGIN;\nSELECT 1;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON funds (name);"),
    ],
    danger: Danger::Fails,
    ..rule("concurrently-in-transaction", Category::Dangerous, Check::Run)
};

/// The finding of a statement that a transaction bars.
pub(crate) fn barred(span: Span, failure: &Failure, way_out: &str) -> Hit {
    Hit::new(span, format!("this will fail: {}", failure.message), way_out)
}
