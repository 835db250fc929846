//! What runs migrations, and what that makes of the statements in a file.

mod marks;
mod parts;

use serde::{Deserialize, Serialize};

pub(crate) use marks::{is_flyway, undo_part};
pub(crate) use parts::{Part, Sending, parts};

/// What runs the files, which decides what happens in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runner {
    /// Statement by statement, as `psql -f` does.
    Plain,
    /// drizzle-kit and drizzle-orm: a transaction around everything that is new.
    Drizzle,
    /// Prisma Migrate: a file is one message.
    Prisma,
    /// Flyway: a transaction a file, none where all of its statements are of those that cannot run in one.
    Flyway,
    /// Rails: a transaction a file, unless `disable_ddl_transaction!`.
    Rails,
    /// goose: a transaction a file, unless `-- +goose NO TRANSACTION`.
    Goose,
    /// dbmate: a transaction a file; with `transaction:false` a file is one message.
    Dbmate,
    /// sqlx: a transaction a file; a file that begins with `-- no-transaction` is one message.
    Sqlx,
    /// golang-migrate: a file is one message.
    GolangMigrate,
    /// sql-migrate: a transaction a file, unless `-- +migrate Up notransaction`.
    SqlMigrate,
    /// tern: a transaction a file, unless `---- tern: disable-tx ----`.
    Tern,
    /// Atlas: a transaction a file, unless `-- atlas:txmode none`.
    Atlas,
    /// Liquibase: a transaction a changeset, unless `runInTransaction:false`.
    Liquibase,
    /// node-pg-migrate: a transaction a file.
    NodePgMigrate,
    /// The Supabase command line: what can run in a transaction in one, the rest apart.
    Supabase,
    /// Diesel, Hasura and others with a folder a migration: `up.sql` in a transaction.
    Diesel,
}

/// Tables in which runners keep what ran: a few rows, which a file may write itself, as Alembic's do.
const BOOKKEEPING: [&str; 10] = [
    "alembic_version",
    "schema_migrations",
    "django_migrations",
    "ar_internal_metadata",
    "flyway_schema_history",
    "knex_migrations",
    "goose_db_version",
    "pgmigrations",
    "databasechangelog",
    "_sqlx_migrations",
];

/// The tables in which runners keep what ran.
pub(crate) fn bookkeeping() -> impl Iterator<Item = model::Name> {
    BOOKKEEPING.into_iter().map(|name| model::Name::new("public", name))
}

impl Runner {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::Plain,
        Self::Drizzle,
        Self::Prisma,
        Self::Flyway,
        Self::Rails,
        Self::Goose,
        Self::Dbmate,
        Self::Sqlx,
        Self::GolangMigrate,
        Self::SqlMigrate,
        Self::Tern,
        Self::Atlas,
        Self::Liquibase,
        Self::NodePgMigrate,
        Self::Supabase,
        Self::Diesel,
    ];

    /// The runner that a file's marks or its path tell of.
    pub fn detect(path: &str, text: &str) -> Self {
        marks::of_text(text).or_else(|| marks::of_path(path)).unwrap_or(Self::Plain)
    }

    /// The word for it in settings and output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Drizzle => "drizzle",
            Self::Prisma => "prisma",
            Self::Flyway => "flyway",
            Self::Rails => "rails",
            Self::Goose => "goose",
            Self::Dbmate => "dbmate",
            Self::Sqlx => "sqlx",
            Self::GolangMigrate => "golang-migrate",
            Self::SqlMigrate => "sql-migrate",
            Self::Tern => "tern",
            Self::Atlas => "atlas",
            Self::Liquibase => "liquibase",
            Self::NodePgMigrate => "node-pg-migrate",
            Self::Supabase => "supabase",
            Self::Diesel => "diesel",
        }
    }

    /// How a statement that no transaction takes is run all the same.
    pub(crate) const fn way_out(self) -> &'static str {
        match self {
            Self::Plain => "run it outside of the transaction",
            Self::Drizzle => {
                "drizzle-kit runs everything new in one transaction: run it with psql, or let Lockkeeper apply it"
            }
            Self::Flyway => {
                "put it into a file of its own: Flyway opens no transaction for a file that holds nothing else, and refuses \
                 one that mixes unless flyway.mixed is set"
            }
            Self::Prisma | Self::GolangMigrate => {
                "put it into a file of its own: several statements in a file are one message, and so one transaction"
            }
            Self::Rails => "put it into a migration of its own with disable_ddl_transaction!",
            Self::Goose => "put it into a file of its own with -- +goose NO TRANSACTION",
            Self::Dbmate => {
                "put it into a file of its own, alone, with -- migrate:up transaction:false: several statements are one \
                 message, and so one transaction all the same"
            }
            Self::Sqlx => {
                "put it into a file of its own, alone, that begins with -- no-transaction: several statements are one message, \
                 and so one transaction all the same"
            }
            Self::SqlMigrate => "put it into a file of its own with -- +migrate Up notransaction",
            Self::Tern => "put it into a file of its own with ---- tern: disable-tx ----",
            Self::Atlas => "put it into a file of its own with -- atlas:txmode none",
            Self::Liquibase => "put it into a changeset of its own with runInTransaction:false",
            Self::NodePgMigrate => "put it into a migration in JavaScript that says pgm.noTransaction()",
            Self::Supabase => "end the transaction that the file itself begins before it",
            Self::Diesel => {
                "put it into a migration of its own with run_in_transaction = false in its metadata.toml"
            }
        }
    }

    /// What tells it, how it sends a file, and how a file is kept out of a transaction, for the documentation.
    pub const fn habits(self) -> [&'static str; 3] {
        match self {
            Self::Plain => {
                ["nothing else", "statement by statement", "always is; `--assume-transaction` says otherwise"]
            }
            Self::Drizzle => [
                "`--> statement-breakpoint`, a folder `drizzle/`",
                "a transaction a file is assumed; files that are new at once share one: say `one-transaction = true` to see what that does",
                "cannot be",
            ],
            Self::Prisma => [
                "a file `migration.sql`",
                "one message: several statements are one transaction",
                "by a single statement, or by its own `BEGIN` and `COMMIT`",
            ],
            Self::Flyway => [
                "`V1__name.sql`, `R__name.sql`",
                "a transaction a file; it refuses a file that mixes both kinds of statement unless `flyway.mixed` is set",
                "by holding nothing but CREATE or DROP INDEX CONCURRENTLY, VACUUM and the like; or by `executeInTransaction=false` \
                 (say `runner = \"plain\"` for its path)",
            ],
            Self::Rails => ["a folder `db/migrate/`", "a transaction a file", "`disable_ddl_transaction!`"],
            Self::Goose => ["`-- +goose Up`", "a transaction a file", "`-- +goose NO TRANSACTION`"],
            Self::Dbmate => [
                "`-- migrate:up`",
                "a transaction a file",
                "`-- migrate:up transaction:false`, and then by a single statement: the file is one message",
            ],
            Self::Sqlx => [
                "`-- no-transaction`, or by setting",
                "a transaction a file",
                "`-- no-transaction` in the first line, and then by a single statement: the file is one message",
            ],
            Self::GolangMigrate => [
                "`….up.sql`",
                "one message: several statements are one transaction",
                "by a single statement, or by its own `BEGIN` and `COMMIT`",
            ],
            Self::SqlMigrate => {
                ["`-- +migrate Up`", "a transaction a file", "`-- +migrate Up notransaction`"]
            }
            Self::Tern => [
                "`---- create above / drop below ----`",
                "a transaction a file",
                "`---- tern: disable-tx ----`",
            ],
            Self::Atlas => ["`-- atlas:…`, or by setting", "a transaction a file", "`-- atlas:txmode none`"],
            Self::Liquibase => [
                "`--liquibase formatted sql`",
                "a transaction a changeset",
                "`runInTransaction:false` on its `--changeset`",
            ],
            Self::NodePgMigrate => [
                "`-- Up Migration`",
                "a transaction a file; files that are new at once share one, as with Drizzle",
                "cannot be, from SQL",
            ],
            Self::Supabase => [
                "a folder `supabase/migrations/`",
                "what can run in a transaction in one, up to a statement that cannot",
                "CONCURRENTLY, VACUUM and the like are sent apart",
            ],
            Self::Diesel => [
                "a file `up.sql`",
                "a transaction a file",
                "`run_in_transaction = false` in its `metadata.toml` (say `runner = \"plain\"` for its path)",
            ],
        }
    }
}

/// The page that lists the runners.
pub fn runner_page() -> String {
    let mut page = "# What runs migrations\n\nMade from the code by `cargo run -p lint --example rule_pages`.\n\n\
        What a file's statements share a transaction with decides which locks are held for how long, and what is \
        refused. `lint` and `check` know it of these; `runner = \"…\"` in `[lint]`, or in `[[lint.paths]]` for some \
        files, says it where nothing tells.\n\n\
        | runner | known by | sends | out of a transaction |\n|---|---|---|---|\n"
        .to_owned();
    for runner in Runner::ALL {
        let [known_by, sends, outside] = runner.habits();
        page.push_str(&format!("| `{}` | {known_by} | {sends} | {outside} |\n", runner.name()));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_settings() {
        for runner in Runner::ALL {
            let read: Runner = serde_json::from_str(&format!("\"{}\"", runner.name())).unwrap();
            assert_eq!(read, runner);
        }
    }

    #[test]
    fn runners_are_known_by_their_marks() {
        for (path, text, wanted) in [
            ("a.sql", "SELECT 1", Runner::Plain),
            ("drizzle/0001_x.sql", "SELECT 1", Runner::Drizzle),
            ("x.sql", "SELECT 1;--> statement-breakpoint\nSELECT 2", Runner::Drizzle),
            ("prisma/migrations/20240101000000_a/migration.sql", "", Runner::Prisma),
            ("db/V1.2__add.sql", "", Runner::Flyway),
            ("db/Version__add.sql", "", Runner::Plain),
            ("db/migrate/001.sql", "", Runner::Rails),
            ("m.sql", "-- +goose Up\nSELECT 1", Runner::Goose),
            ("m.sql", "--+goose up\nSELECT 1", Runner::Goose),
            ("000001_a.up.sql", "", Runner::GolangMigrate),
            ("000001_a.up.sql", "-- no-transaction\nSELECT 1", Runner::Sqlx),
            ("m.sql", "-- +migrate Up\nSELECT 1", Runner::SqlMigrate),
            ("m.sql", "-- atlas:txmode none\n\nSELECT 1", Runner::Atlas),
            ("m.sql", "--liquibase formatted sql\n--changeset a:1\nSELECT 1", Runner::Liquibase),
            ("m.sql", "-- Up Migration\nSELECT 1", Runner::NodePgMigrate),
            ("001_a.sql", "SELECT 1;\n---- create above / drop below ----\n", Runner::Tern),
            ("supabase/migrations/20240101000000_a.sql", "", Runner::Supabase),
            ("migrations/2024-01-01-000000_a/up.sql", "", Runner::Diesel),
        ] {
            assert_eq!(Runner::detect(path, text), wanted, "{path} {text}");
        }
    }
}
