//! Opening the file: its folder, its mode, its schema.

use std::path::Path;
use std::time::{Duration, Instant};

use model::Fault;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::segments::seal_all;

/// How long one process waits for another's write to end.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// "LKmM": tells a memory from other SQLite files.
const APPLICATION_ID: i32 = 0x4c4b_6d4d;

/// The schema's versions in order; the file's `user_version` counts those it has.
const MIGRATIONS: [&str; 2] = [include_str!("schema.sql"), include_str!("segments.sql")];

/// Opens the file and brings its schema up to date.
pub(super) fn open(path: &Path) -> Result<Connection, Fault> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            Fault::new("memory.folder", "the folder of the memory cannot be made")
                .at(folder.display().to_string())
                .cause(error)
        })?;
    }
    let mut connection = Connection::open(path).map_err(|error| fault(path, "open", error))?;
    prepare(&connection).map_err(|error| fault(path, "open", error))?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Only the first process to come finds another mode. The change needs the file alone, and SQLite
    // does not wait for that by itself.
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "wal" {
        patiently(|| connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())))?;
    }
    // FULL: an acknowledged receipt survives a power cut. secure_delete: forgotten is gone.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON")
}

fn patiently(mut attempt: impl FnMut() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let started = Instant::now();
    loop {
        match attempt() {
            Err(error) if is_busy(&error) && started.elapsed() < BUSY_TIMEOUT => {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Fault> {
    let open_fault = |error| fault(path, "open", error);
    if version(connection).map_err(open_fault)? == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(open_fault)?;
    // Another process may have done it while this one waited for its turn.
    let found = version(&transaction).map_err(open_fault)?;
    let application: i32 =
        transaction.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(open_fault)?;
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(open_fault)?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(not_a_memory(path));
    }
    if found > MIGRATIONS.len() {
        return Err(newer(path, found));
    }
    for migration in &MIGRATIONS[found..] {
        transaction.execute_batch(migration).map_err(open_fault)?;
    }
    // A memory of a time without them gets its segments here, once.
    seal_all(&transaction).map_err(open_fault)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(open_fault)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u32).map_err(open_fault)?;
    transaction.commit().map_err(open_fault)
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(version as usize)
}

fn not_a_memory(path: &Path) -> Fault {
    Fault::new("memory.foreign", "this SQLite file is not a memory of Lockkeeper")
        .at(path.display().to_string())
        .help("name another file, or move this one away")
}

fn newer(path: &Path, found: usize) -> Fault {
    let known = MIGRATIONS.len();
    Fault::new(
        "memory.newer",
        format!("this memory has version {found}, and this Lockkeeper knows versions up to {known}"),
    )
    .at(path.display().to_string())
    .help("use the newer Lockkeeper that wrote it")
}

/// A fault about the file, with what can be done about the usual causes.
pub(super) fn fault(path: &Path, what: &str, error: rusqlite::Error) -> Fault {
    let (kind, help) = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => (
            "memory.corrupt",
            "move the file away: a new one will be made; an export can be imported into it",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("memory.busy", "another process holds the memory for long; try again when it has ended")
        }
        Some(ErrorCode::DiskFull) => ("memory.disk_full", "make room on the disk"),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            ("memory.access", "make the file and its folder writable for this user")
        }
        _ => ("memory.sqlite", "run the command again; if it stays, move the file away"),
    };
    Fault::new(kind, format!("cannot {what} the memory"))
        .at(path.display().to_string())
        .cause(error)
        .help(help)
}
