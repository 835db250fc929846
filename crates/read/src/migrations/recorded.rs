//! The migrations that a database records as applied, by the books of their runners.

use std::collections::BTreeSet;

use connect::Session;
use model::{Fault, Name, sql};
use tokio_postgres::Row;

use super::{Migration, Migrations};

/// What a database's own books say of a folder's migrations.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The table they are kept in.
    pub table: Name,
    /// The migrations that were applied, in their order.
    pub applied: Vec<Migration>,
    /// What is amiss, a line each: recorded and without a file, changed since, failed.
    pub amiss: Vec<String>,
    /// The migrations of the folder that were not applied yet.
    pub pending: Vec<String>,
}

/// Whose books they are.
#[derive(Debug, Clone, Copy)]
enum Runner {
    Drizzle,
    Prisma,
    Flyway,
    /// Rails, dbmate, golang-migrate: one column of version numbers.
    Versions,
}

const RUNNERS: [(&str, Runner); 4] = [
    ("__drizzle_migrations", Runner::Drizzle),
    ("_prisma_migrations", Runner::Prisma),
    ("flyway_schema_history", Runner::Flyway),
    ("schema_migrations", Runner::Versions),
];

/// Reads the books of Drizzle, Prisma, Flyway, or of a runner with a table `schema_migrations`; none where
/// the database has no such table.
///
/// # Errors
/// `read.recorded` when the table may not be read, or is not as its runner makes it.
pub async fn recorded(session: &Session, migrations: &Migrations) -> Result<Option<Recorded>, Fault> {
    for (name, runner) in RUNNERS {
        if let Some(table) = find(session, name).await? {
            let entries = entries(session, &table, runner).await?;
            return Ok(Some(matched(table, &entries, migrations)));
        }
    }
    Ok(None)
}

async fn find(session: &Session, name: &str) -> Result<Option<Name>, Fault> {
    let query = "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relname = $1 AND c.relkind IN ('r', 'p') ORDER BY n.nspname = 'public', 1 LIMIT 1";
    let rows = session.query(query, &[&name]).await.map_err(|error| fault(None, &error))?;
    Ok(rows.first().map(|row| Name::new(row.get::<_, String>(0), row.get::<_, String>(1))))
}

/// One entry of the books.
struct Entry {
    /// What the entry calls the migration.
    name: String,
    /// How the migration is found.
    key: Key,
    /// Why it does not count as applied.
    failed: Option<&'static str>,
}

enum Key {
    /// By the file's digest, else by its name or by the time the journal gives it.
    Digest { sha256: String, name: Option<String>, when_ms: Option<i64> },
    /// By its name, with the digest it had.
    Name { sha256: Option<String> },
    /// By the number its name begins with.
    Number(String),
    /// By a number that its own is not above.
    UpTo(u64),
}

async fn entries(session: &Session, table: &Name, runner: Runner) -> Result<Vec<Entry>, Fault> {
    let query = match runner {
        Runner::Drizzle => sql!(
            "SELECT hash::text, created_at::bigint, to_jsonb(t)->>'name' FROM {} t ORDER BY created_at, id",
            table
        ),
        Runner::Prisma => sql!(
            "SELECT migration_name::text, checksum::text, finished_at IS NOT NULL FROM {}
             WHERE rolled_back_at IS NULL ORDER BY started_at",
            table
        ),
        Runner::Flyway => {
            sql!("SELECT script::text, success, type::text FROM {} ORDER BY installed_rank", table)
        }
        Runner::Versions => sql!("SELECT version::text, to_jsonb(t) ? 'dirty' FROM {} t ORDER BY 1", table),
    };
    let rows = session.query(query.as_str(), &[]).await.map_err(|error| fault(Some(table), &error))?;
    rows.iter()
        .map(|row| entry(row, runner))
        .collect::<Result<_, _>>()
        .map_err(|error| fault(Some(table), &error))
}

fn entry(row: &Row, runner: Runner) -> Result<Entry, tokio_postgres::Error> {
    let first: String = row.try_get(0)?;
    Ok(match runner {
        Runner::Drizzle => {
            let name: Option<String> = row.try_get(2)?;
            let said = name.clone().unwrap_or_else(|| first.chars().take(12).collect());
            let key = Key::Digest { sha256: first, name, when_ms: row.try_get(1)? };
            Entry { name: said, key, failed: None }
        }
        Runner::Prisma => {
            let finished: bool = row.try_get(2)?;
            let failed = (!finished).then_some("was begun and never finished");
            Entry { name: first, key: Key::Name { sha256: row.try_get(1)? }, failed }
        }
        Runner::Flyway => {
            let success: bool = row.try_get(1)?;
            let name = first.rsplit('/').next().unwrap_or(&first).to_owned();
            Entry { name, key: Key::Name { sha256: None }, failed: (!success).then_some("failed") }
        }
        Runner::Versions => {
            let last_only: bool = row.try_get(1)?;
            let up_to = first.parse().ok().filter(|_| last_only).map(Key::UpTo);
            Entry { key: up_to.unwrap_or_else(|| Key::Number(first.clone())), name: first, failed: None }
        }
    })
}

fn matched(table: Name, entries: &[Entry], migrations: &Migrations) -> Recorded {
    let mut applied: BTreeSet<usize> = BTreeSet::new();
    let mut amiss = Vec::new();
    for entry in entries {
        if let Some(failed) = entry.failed {
            amiss.push(format!("{} {failed}", entry.name));
            continue;
        }
        let found = files_of(entry, migrations, &applied);
        if found.is_empty() {
            amiss.push(format!(
                "{} is recorded as applied, and is no file of {}",
                entry.name,
                migrations.path.display()
            ));
        }
        for at in found {
            let migration = &migrations.list[at];
            if is_changed(entry, migration) {
                amiss.push(format!("{} was changed since it was applied", migration.name));
            }
            applied.insert(at);
        }
    }
    let is_applied = |at: &usize| applied.contains(at);
    let pending = (0..migrations.list.len()).filter(|at| !is_applied(at));
    Recorded {
        table,
        pending: pending.map(|at| migrations.list[at].name.clone()).collect(),
        applied: applied.iter().map(|at| migrations.list[*at].clone()).collect(),
        amiss,
    }
}

/// The files an entry stands for; not those that another entry does.
fn files_of(entry: &Entry, migrations: &Migrations, taken: &BTreeSet<usize>) -> Vec<usize> {
    let by = |is: &dyn Fn(&Migration) -> bool| {
        let free = (0..migrations.list.len()).filter(|at| !taken.contains(at));
        free.filter(|at| is(&migrations.list[*at])).collect::<Vec<_>>()
    };
    let first = |mut found: Vec<usize>| {
        found.truncate(1);
        found
    };
    match &entry.key {
        Key::Digest { sha256, name, when_ms } => {
            let same = by(&|migration| migration.sha256 == *sha256);
            if !same.is_empty() {
                return first(same);
            }
            let same_time = |migration: &Migration| when_ms.is_some() && migration.when_ms == *when_ms;
            first(by(&|migration| Some(&migration.name) == name.as_ref() || same_time(migration)))
        }
        Key::Name { .. } => first(by(&|migration| migration.name == entry.name)),
        Key::Number(number) => {
            first(by(&|migration| leading_number(&migration.name) == number.trim_start_matches('0')))
        }
        Key::UpTo(last) => {
            by(&|migration| leading_number(&migration.name).parse().is_ok_and(|number: u64| number <= *last))
        }
    }
}

fn is_changed(entry: &Entry, migration: &Migration) -> bool {
    match &entry.key {
        Key::Digest { sha256, .. } | Key::Name { sha256: Some(sha256) } => migration.sha256 != *sha256,
        _ => false,
    }
}

fn leading_number(name: &str) -> &str {
    let digits = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    name[..digits].trim_start_matches('0')
}

fn fault(table: Option<&Name>, error: &tokio_postgres::Error) -> Fault {
    let fault =
        connect::fault("read.recorded", "the migrations recorded as applied could not be read", error);
    match table {
        Some(table) => fault.at(table.to_string()),
        None => fault,
    }
}
