//! What the books of each runner say.

use model::{Name, Sql, sql};
use tokio_postgres::Row;

/// Whose books they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Runner {
    Drizzle,
    Prisma,
    Flyway,
    /// Rails, dbmate, golang-migrate: one column of version numbers.
    Versions,
}

/// One entry of the books.
pub(super) struct Entry {
    /// What the entry calls the migration.
    pub(super) name: String,
    /// How the migration is found.
    pub(super) key: Key,
    /// Why it does not count as applied.
    pub(super) failed: Option<&'static str>,
}

pub(super) enum Key {
    /// By the file's digest, else by its name or by the time the journal gives it.
    Digest { sha256: String, name: Option<String>, when_ms: Option<i64> },
    /// By its name, with what was noted of the file.
    Name(Noted),
    /// By the number its name begins with.
    Number(String),
    /// All whose number is not above this one.
    UpTo(u64),
    /// All of Flyway's whose version is not above this one.
    Baseline(Vec<u64>),
}

/// What a runner noted of a file.
pub(super) enum Noted {
    Sha256(String),
    Crc32(i32),
    Nothing,
}

impl Runner {
    pub(super) fn query(self, table: &Name) -> Sql {
        match self {
            Self::Drizzle => sql!(
                "SELECT hash::text, created_at::bigint, to_jsonb(t)->>'name' FROM {} t ORDER BY created_at, id",
                table
            ),
            Self::Prisma => sql!(
                "SELECT migration_name::text, checksum::text, finished_at IS NOT NULL FROM {}
                 WHERE rolled_back_at IS NULL ORDER BY started_at",
                table
            ),
            Self::Flyway => sql!(
                "SELECT script::text, success, type::text, checksum, version::text FROM {} ORDER BY installed_rank",
                table
            ),
            Self::Versions => {
                sql!("SELECT version::text, (to_jsonb(t)->>'dirty')::boolean FROM {} t ORDER BY 1", table)
            }
        }
    }

    /// The entries of the books' rows.
    pub(super) fn entries(self, rows: &[Row]) -> Result<Vec<Entry>, tokio_postgres::Error> {
        let mut entries = Vec::new();
        for row in rows {
            match self {
                Self::Drizzle => entries.push(drizzle(row)?),
                Self::Prisma => entries.push(prisma(row)?),
                Self::Flyway => flyway(row, &mut entries)?,
                Self::Versions => entries.push(version(row)?),
            }
        }
        Ok(entries)
    }
}

fn drizzle(row: &Row) -> Result<Entry, tokio_postgres::Error> {
    let (sha256, name): (String, Option<String>) = (row.try_get(0)?, row.try_get(2)?);
    let said = name.clone().unwrap_or_else(|| sha256.chars().take(12).collect());
    Ok(Entry { name: said, key: Key::Digest { sha256, name, when_ms: row.try_get(1)? }, failed: None })
}

fn prisma(row: &Row) -> Result<Entry, tokio_postgres::Error> {
    let failed = (!row.try_get::<_, bool>(2)?).then_some("was begun and never finished");
    Ok(Entry { name: row.try_get(0)?, key: Key::Name(Noted::Sha256(row.try_get(1)?)), failed })
}

/// Flyway notes each run: that of a repeatable migration again, that of one taken back or forgotten before the one that
/// did so.
fn flyway(row: &Row, entries: &mut Vec<Entry>) -> Result<(), tokio_postgres::Error> {
    let (script, kind): (String, String) = (row.try_get(0)?, row.try_get(2)?);
    let (checksum, number): (Option<i32>, Option<String>) = (row.try_get(3)?, row.try_get(4)?);
    let name = script.rsplit('/').next().unwrap_or(&script).to_owned();
    let of_version = |name: &str| number.is_some() && flyway_version(name) == number.as_deref().map(parts);
    match kind.as_str() {
        "SCHEMA" => {}
        "BASELINE" => {
            let key = Key::Baseline(number.as_deref().map(parts).unwrap_or_default());
            entries.push(Entry { name, key, failed: None });
        }
        kind if kind.starts_with("UNDO") => entries.retain(|entry| !of_version(&entry.name)),
        "DELETE" => entries.retain(|entry| entry.name != name && !of_version(&entry.name)),
        _ => {
            entries.retain(|entry| entry.name != name);
            let failed = (!row.try_get::<_, bool>(1)?).then_some("failed");
            // What of a repeatable one was noted is with its placeholders filled in.
            let checksum = checksum.filter(|_| !name.starts_with("R__"));
            let noted = checksum.map_or(Noted::Nothing, Noted::Crc32);
            entries.push(Entry { name, key: Key::Name(noted), failed });
        }
    }
    Ok(())
}

/// golang-migrate notes the last one alone, before it runs it.
fn version(row: &Row) -> Result<Entry, tokio_postgres::Error> {
    let (name, dirty): (String, Option<bool>) = (row.try_get(0)?, row.try_get(1)?);
    let key = match (dirty, name.parse::<u64>()) {
        (Some(_), Ok(last)) => Key::UpTo(last),
        _ => Key::Number(name.clone()),
    };
    let failed = (dirty == Some(true)).then_some("is marked dirty: it was begun and never finished");
    Ok(Entry { name, key, failed })
}

/// The version in a name of Flyway's: 1, 2 of `V1.2__add_year.sql`.
pub(super) fn flyway_version(name: &str) -> Option<Vec<u64>> {
    let (version, _) = name.strip_prefix('V')?.split_once("__")?;
    Some(parts(version))
}

fn parts(version: &str) -> Vec<u64> {
    let mut parts: Vec<u64> =
        version.split(['.', '_']).map(|part| part.parse().unwrap_or(u64::MAX)).collect();
    while parts.last() == Some(&0) {
        parts.pop();
    }
    parts
}
