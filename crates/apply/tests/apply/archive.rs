//! An archive that takes no write-ahead log.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use apply::apply;

use crate::heeds::{is_begun, planned, prepared};
use crate::notes::Notes;
use crate::plans::Deparse;
use crate::quick;
use crate::wishes::{hurry, waits};

/// A backfill waits while archiving fails, says so, and goes on when it is told to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_that_fails_is_waited_for() {
    let settings = [("wal_level", "replica"), ("archive_mode", "on"), ("archive_command", "false")];
    let (server, made, session, plan) = planned(&settings, 2_000).await;
    session.batch_execute("SELECT pg_switch_wal()").await.unwrap();
    let failed = "SELECT count(*) FROM pg_stat_archiver WHERE failed_count > 0";
    while session.query_one(failed, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let notes = Notes::default();
    let mut options = quick();
    let run = apply(&made.target, &plan, &Deparse, &mut options, &notes);
    let interfere = async {
        waits(&made.target, "archiving WAL fails").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let filled = "SELECT coalesce(sum(rows_filled), 0)::bigint FROM lockkeeper.backfills";
        let filled: i64 = session.query_one(filled, &[]).await.unwrap().get(0);
        apply::set(&made.target, "ignore_archive", "yes").await.unwrap();
        filled
    };
    let (done, filled) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true));
    assert!(notes.all().contains("archiving WAL fails"), "{}", notes.all());
    assert_eq!(filled, 0, "it goes on while archiving fails");
    server.stop().await.unwrap();
}

/// A backfill waits while the archive is behind by more than is allowed, and goes on when it has caught up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_that_is_slow_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let may_pass = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), may_pass).unwrap();
    let hold = folder.path().join("hold");
    let command = format!("while test -f {}; do sleep 0.1; done", hold.display());
    let settings = [("wal_level", "replica"), ("archive_mode", "on"), ("archive_command", command.as_str())];
    let (server, made, session, plan) = prepared(&settings, 2_000).await;
    session.batch_execute("SELECT pg_switch_wal()").await.unwrap();
    let archived = "SELECT count(*) FROM pg_stat_archiver WHERE last_archived_wal IS NOT NULL";
    while session.query_one(archived, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let notes = Notes::default();
    let mut options = quick();
    let run = apply(&made.target, &plan, &Deparse, &mut options, &notes);
    let interfere = async {
        is_begun(&session).await;
        std::fs::write(&hold, "").unwrap();
        apply::set(&made.target, "wal_backlog_max_mb", "40").await.unwrap();
        for _ in 0..4 {
            session.batch_execute("CREATE TEMP TABLE t (); DROP TABLE t").await.unwrap();
            session.batch_execute("SELECT pg_switch_wal()").await.unwrap();
        }
        waits(&made.target, "archiving WAL is").await;
        std::fs::remove_file(&hold).unwrap();
        hurry(&session).await;
    };
    let (done, ()) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true), "{}", notes.all());
    server.stop().await.unwrap();
}
