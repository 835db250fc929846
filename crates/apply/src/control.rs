//! Asking a run to pause, go on or stop, and changing its settings, through the journal.

use connect::{Session, Target, connect};
use model::{Fault, Literal, Sql, sql};

use crate::busy;
use crate::failure::Failure;
use crate::journal;
use crate::session::send;
use crate::status::{Runner, runner};

/// The settings that `set` accepts, with what they mean.
pub const SETTINGS: [(&str, &str); 6] = [
    ("lock_patience_ms", "how long a step may wait for its locks, and for old transactions, in ms"),
    ("batch_target_ms", "the time a backfill's batch should take, in ms"),
    ("replica_lag_max_ms", "the replica lag that stops a backfill, in ms"),
    ("ignore_archive", "yes: go on with a backfill although archiving WAL fails"),
    ("wal_backlog_max_mb", "the WAL that may wait for the archive, or for a replica that is away, in MB"),
    ("workers", "1 or 2: how many sessions fill a table at once, from its next backfill on"),
];

/// Asks the run that is at work to wait at the next safe point until [`resume_request`].
///
/// # Errors
/// `apply.idle` where none is at work, and those of connecting.
pub async fn pause(target: &Target) -> Result<Runner, Fault> {
    request(target, Some("pause")).await
}

/// Lets a run that waits because of [`pause`] go on.
///
/// # Errors
/// `apply.idle` where none is at work, and those of connecting.
pub async fn resume_request(target: &Target) -> Result<Runner, Fault> {
    request(target, None).await
}

async fn request(target: &Target, word: Option<&str>) -> Result<Runner, Fault> {
    let session = connect(target, "lockkeeper control").await?;
    let asked = put_request(&session, word).await.map_err(Failure::into_fault);
    session.close().await;
    asked
}

async fn put_request(session: &Session, word: Option<&str>) -> Result<Runner, Failure> {
    let Some(runner) = runner(session).await?.filter(|runner| runner.run.is_some()) else {
        let fault = Fault::new("apply.idle", "no run is at work in this database");
        return Err(Failure::refused(
            fault.at(session.target().to_string()).help("`lockkeeper status` shows how the last one ended"),
        ));
    };
    let entry = word.map_or_else(forget_request, |word| put("request", word));
    send(session, &entry).await?;
    Ok(runner)
}

/// Gives the unfinished run up: the process at work stops at the next safe point; where none is at work
/// the run is marked as aborted at once. What was done stays, and can be rolled back. Says which run.
///
/// # Errors
/// `apply.idle` where there is no unfinished run, and those of connecting.
pub async fn abort(target: &Target) -> Result<String, Fault> {
    let session = connect(target, "lockkeeper control").await?;
    let aborted = abort_in(&session).await.map_err(Failure::into_fault);
    session.close().await;
    aborted
}

async fn abort_in(session: &Session) -> Result<String, Failure> {
    if let Some(run) = runner(session).await?.and_then(|runner| runner.run) {
        send(session, &put("request", "abort")).await?;
        return Ok(run);
    }
    let nothing = || {
        let fault = Fault::new("apply.idle", "there is no unfinished run in this database");
        Failure::refused(fault.at(session.target().to_string()))
    };
    if !journal::exists(session).await? {
        return Err(nothing());
    }
    busy::acquire(session).await?;
    let unfinished = journal::runs(session).await?.into_iter().find(journal::RunRow::is_unfinished);
    let run = unfinished.ok_or_else(nothing)?.run;
    let entry = sql!(
        "UPDATE lockkeeper.runs SET outcome = 'aborted', finished_at = pg_catalog.clock_timestamp() WHERE run = {}",
        Literal::new(run.as_str())
    );
    send(session, &entry).await?;
    busy::release(session).await?;
    Ok(run)
}

/// Changes a setting of the run that is at work, or that is to be gone on with; see [`SETTINGS`]. It is forgotten
/// when the run is at its end.
///
/// # Errors
/// `apply.setting` for a name or value that is not understood, `apply.idle` where there is no such run, and those
/// of connecting.
pub async fn set(target: &Target, name: &str, setting: &str) -> Result<(), Fault> {
    let is_number = setting.parse::<f64>().is_ok_and(|number| number >= 1.0);
    let good = match name {
        "lock_patience_ms" | "batch_target_ms" | "replica_lag_max_ms" | "wal_backlog_max_mb" => is_number,
        "workers" => matches!(setting, "1" | "2"),
        "ignore_archive" => matches!(setting, "yes" | "no"),
        _ => false,
    };
    if !good {
        let known: Vec<String> = SETTINGS.iter().map(|(name, what)| format!("{name} ({what})")).collect();
        return Err(Fault::new("apply.setting", format!("{name} = {setting} is not a setting"))
            .help(known.join("; ")));
    }
    let session = connect(target, "lockkeeper control").await?;
    let done = put_setting(&session, name, setting).await.map_err(Failure::into_fault);
    session.close().await;
    done
}

async fn put_setting(session: &Session, name: &str, setting: &str) -> Result<(), Failure> {
    let is_there = journal::exists(session).await?
        && journal::runs(session).await?.iter().any(journal::RunRow::is_unfinished);
    if !is_there {
        let fault = Fault::new("apply.idle", "no run is at work in this database, or to be gone on with");
        return Err(Failure::refused(
            fault
                .at(session.target().to_string())
                .help("a setting lasts as long as a run: set it when there is one"),
        ));
    }
    send(session, &put(name, setting)).await.map(drop)
}

fn put(name: &str, setting: &str) -> Sql {
    sql!(
        "INSERT INTO lockkeeper.settings (name, value) VALUES ({}, {})
         ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, set_by = CURRENT_USER, set_at = pg_catalog.clock_timestamp()",
        Literal::new(name),
        Literal::new(setting)
    )
}

/// No run is under way whose settings these are.
pub(crate) fn forget_settings() -> Sql {
    let names = SETTINGS.iter().map(|(name, _)| Literal::new(*name));
    sql!("DELETE FROM lockkeeper.settings WHERE name IN ({})", Sql::join(names, ", "))
}

/// Nothing is asked for any more.
pub(crate) fn forget_request() -> Sql {
    sql!("DELETE FROM lockkeeper.settings WHERE name = 'request'")
}
