//! What a transaction bars.

use model::Category;
use parse::{Span, Statement};

use super::words::{Check, Danger, Example, Hit, Rule, rule};
use crate::failure::Failure;

pub(crate) static RULE: Rule = Rule {
    title: "A statement that cannot run inside a transaction block, in one",
    why: "CREATE INDEX CONCURRENTLY, VACUUM, REINDEX CONCURRENTLY, DETACH CONCURRENTLY, CREATE DATABASE and the like are refused \
          inside a transaction, and many migration runners open one around each file: the migration fails.",
    instead: "Put it into a migration of its own that runs outside a transaction, in the way your runner has for that: in Rails \
              `disable_ddl_transaction!`, in goose `-- +goose NO TRANSACTION`, in sqlx `-- no-transaction`, in Prisma a file with this \
              one statement. drizzle-kit has none: run it with psql, or let Lockkeeper apply it.",
    bad: &[
        Example::new("BEGIN;\nCREATE INDEX CONCURRENTLY i ON funds (name);\nCOMMIT;"),
        Example::new("ALTER TABLE a ADD b int;--> statement-breakpoint\nDROP INDEX CONCURRENTLY i;"),
        Example::new("BEGIN;\nVACUUM funds;\nCOMMIT;"),
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
pub(crate) fn barred(span: Span, statement: &Statement<'_>, failure: &Failure) -> Hit {
    let what = crate::run::statement_words(statement);
    let help = format!("run {what} in a migration of its own that runs outside a transaction");
    Hit::new(span, format!("this will fail: {}", failure.message), help)
}
