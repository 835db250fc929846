//! The files of a run and how their runner runs them.

use parse::Script;
use serde::{Deserialize, Serialize};

/// A file of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, as findings name it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether it ran before: it tells what exists, its tables may hold rows, and nothing is reported.
    pub applied: bool,
}

impl SourceFile {
    /// A file to be linted.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), applied: false }
    }

    /// A file that ran before.
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.applied = true;
        self
    }
}

/// What runs the files, which decides what happens in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Runner {
    /// Statement by statement, as `psql -f` does.
    Plain,
    /// drizzle-kit and drizzle-orm: a file's statements in one transaction.
    Drizzle,
    /// Prisma Migrate: a file is one message, so several statements are one transaction.
    Prisma,
    /// Flyway: a transaction a file, none where a statement cannot run in one.
    Flyway,
    /// Rails: a transaction a file, unless `disable_ddl_transaction!`.
    Rails,
    /// goose: a transaction a file, unless `-- +goose NO TRANSACTION`; has `Up` and `Down` parts.
    Goose,
    /// dbmate: a transaction a file, unless `transaction:false`; has `up` and `down` parts.
    Dbmate,
    /// sqlx: a transaction a file, unless its first line is `-- no-transaction`.
    Sqlx,
}

impl Runner {
    /// The runner that a file's marks or its path tell of.
    pub fn detect(path: &str, text: &str) -> Self {
        let has = |mark: &str| text.contains(mark);
        let path = path.replace('\\', "/");
        let file = path.rsplit('/').next().unwrap_or_default();
        if has("--> statement-breakpoint") || path.contains("/drizzle/") || path.starts_with("drizzle/") {
            Self::Drizzle
        } else if has("-- +goose Up") {
            Self::Goose
        } else if has("-- migrate:up") {
            Self::Dbmate
        } else if text.starts_with("-- no-transaction") {
            Self::Sqlx
        } else if file == "migration.sql" {
            Self::Prisma
        } else if is_flyway(file) {
            Self::Flyway
        } else if path.contains("db/migrate/") {
            Self::Rails
        } else {
            Self::Plain
        }
    }

    /// Whether the runner opens a transaction around this file.
    pub(crate) fn wraps(self, script: &Script<'_>, outside: impl Fn() -> bool) -> bool {
        let has = |mark: &str| script.text.contains(mark);
        match self {
            Self::Plain => false,
            Self::Drizzle => true,
            Self::Prisma => script.statements.len() > 1,
            Self::Flyway => !outside(),
            Self::Rails => !has("disable_ddl_transaction!"),
            Self::Goose => !has("-- +goose NO TRANSACTION"),
            Self::Dbmate => !has("transaction:false"),
            Self::Sqlx => !script.text.starts_with("-- no-transaction"),
        }
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
        }
    }
}

/// `V2__name.sql`, `R__name.sql`.
fn is_flyway(file: &str) -> bool {
    let Some((version, _)) = file.split_once("__") else { return false };
    let mut chars = version.chars();
    match chars.next() {
        Some('V' | 'U') => version.len() > 1 && chars.all(|c| c.is_ascii_digit() || c == '.' || c == '_'),
        Some('R') => version == "R",
        _ => false,
    }
}

/// The part of a file that undoes it, where it holds both ways; nothing in it is a migration.
pub(crate) fn undo_part(script: &Script<'_>) -> Option<std::ops::Range<usize>> {
    let marks = ["-- +goose Down", "-- migrate:down", "-- Down Migration", "-- +migrate Down"];
    let down = script.comments.iter().find(|comment| {
        let text = comment.of(script.text);
        marks.iter().any(|mark| text.starts_with(mark))
    })?;
    let ups = ["-- +goose Up", "-- migrate:up", "-- Up Migration", "-- +migrate Up"];
    let up = script.comments.iter().find(|comment| {
        let text = comment.of(script.text);
        comment.start > down.start && ups.iter().any(|mark| text.starts_with(mark))
    });
    Some(down.start..up.map_or(script.text.len(), |comment| comment.start))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(Runner::detect(path, text), wanted, "{path}");
        }
    }

    #[test]
    fn what_undoes_is_found() {
        let text = "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n";
        let script = parse::parse(text);
        let undo = undo_part(&script).unwrap();
        assert!(
            undo.contains(&script.statements[1].span.start)
                && !undo.contains(&script.statements[0].span.start)
        );
    }
}
