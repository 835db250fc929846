//! The migrations that a database records as applied, by the books of their runners.

use std::collections::BTreeSet;

use connect::Session;
use model::{Fault, Name};

use super::{Migration, Migrations};
use entry::{Entry, Key, Noted, Runner, flyway_version};

mod entry;

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

const RUNNERS: [(&str, Runner); 4] = [
    ("__drizzle_migrations", Runner::Drizzle),
    ("_prisma_migrations", Runner::Prisma),
    ("flyway_schema_history", Runner::Flyway),
    ("schema_migrations", Runner::Versions),
];

/// Reads the books of Drizzle (in `named` where its configuration names a table), Prisma, Flyway, or of a runner with a
/// table `schema_migrations`; none where the database has no such table.
///
/// # Errors
/// `read.recorded` when the table may not be read, or is not as its runner makes it.
pub async fn recorded(
    session: &Session,
    migrations: &Migrations,
    named: Option<&Name>,
) -> Result<Option<Recorded>, Fault> {
    let named = named.map(|name| (Some(name.schema.as_str()), name.name.as_str(), Runner::Drizzle));
    let usual = RUNNERS.iter().map(|(name, runner)| (None, *name, *runner));
    for (schema, name, runner) in named.into_iter().chain(usual) {
        if let Some(table) = find(session, schema, name).await? {
            let query = runner.query(&table);
            let rows =
                session.query(query.as_str(), &[]).await.map_err(|error| fault(Some(&table), &error))?;
            let entries = runner.entries(&rows).map_err(|error| fault(Some(&table), &error))?;
            return Ok(Some(matched(table, &entries, migrations)));
        }
    }
    Ok(None)
}

async fn find(session: &Session, schema: Option<&str>, name: &str) -> Result<Option<Name>, Fault> {
    let query = "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relname = $1 AND n.nspname = coalesce($2, n.nspname) AND c.relkind IN ('r', 'p')
                 ORDER BY n.nspname = 'public', 1 LIMIT 1";
    let rows = session.query(query, &[&name, &schema]).await.map_err(|error| fault(None, &error))?;
    Ok(rows.first().map(|row| Name::new(row.get::<_, String>(0), row.get::<_, String>(1))))
}

fn matched(table: Name, entries: &[Entry], migrations: &Migrations) -> Recorded {
    let mut applied: BTreeSet<usize> = BTreeSet::new();
    let mut amiss = Vec::new();
    for entry in entries {
        if let Some(failed) = entry.failed {
            amiss.push(format!("{} {failed}", entry.name));
        }
        let found = files_of(entry, migrations, &applied);
        if !is_known(entry, migrations, &found) {
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

/// Whether the folder has what an entry speaks of.
fn is_known(entry: &Entry, migrations: &Migrations, found: &[usize]) -> bool {
    match entry.key {
        // Where the books begin, there may be nothing before.
        Key::Baseline(_) => true,
        Key::UpTo(last) => migrations.list.iter().any(|migration| number(migration) == Some(last)),
        _ => entry.failed.is_some() || !found.is_empty(),
    }
}

/// The files an entry stands for; not those that another entry does.
fn files_of(entry: &Entry, migrations: &Migrations, taken: &BTreeSet<usize>) -> Vec<usize> {
    let failed = entry.failed.is_some();
    let by = |is: &dyn Fn(&Migration) -> bool| {
        let free = (0..migrations.list.len()).filter(|at| !taken.contains(at));
        free.filter(|at| is(&migrations.list[*at])).collect::<Vec<_>>()
    };
    let first = |mut found: Vec<usize>| {
        found.truncate(1);
        found
    };
    match &entry.key {
        // One that runs all that is before it has run that.
        Key::UpTo(last) => by(&|migration| {
            number(migration).is_some_and(|number| number < *last || number == *last && !failed)
        }),
        _ if failed => Vec::new(),
        Key::Digest { sha256, name, when_ms } => {
            let same = by(&|migration| migration.digest.is_sha256(sha256));
            if !same.is_empty() {
                return first(same);
            }
            let same_time = |migration: &Migration| when_ms.is_some() && migration.when_ms == *when_ms;
            first(by(&|migration| Some(&migration.name) == name.as_ref() || same_time(migration)))
        }
        Key::Name(_) => first(by(&|migration| migration.name == entry.name)),
        Key::Number(number) => {
            first(by(&|migration| leading_number(&migration.name) == number.trim_start_matches('0')))
        }
        Key::Baseline(last) => {
            by(&|migration| flyway_version(&migration.name).is_some_and(|version| version <= *last))
        }
    }
}

fn is_changed(entry: &Entry, migration: &Migration) -> bool {
    match &entry.key {
        Key::Digest { sha256, .. } | Key::Name(Noted::Sha256(sha256)) => !migration.digest.is_sha256(sha256),
        Key::Name(Noted::Crc32(crc32)) => !migration.digest.is_crc32(*crc32),
        _ => false,
    }
}

fn number(migration: &Migration) -> Option<u64> {
    leading_number(&migration.name).parse().ok()
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
