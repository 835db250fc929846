//! Others who read what a plan writes: a real standby, and a logical slot.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use apply::apply;
use connect::{Session, Target, connect};
use model::Silent;
use shadow::{Shadow, ShadowOptions};
use tempfile::TempDir;

use crate::notes::Notes;
use crate::plans::{Deparse, FUNDS, of, plan};
use crate::quick;
use crate::wishes::{hurry, slow, waits};

/// A standby of a server, by `pg_basebackup`. It ends with the value.
struct Standby {
    folder: TempDir,
    process: Child,
}

impl Standby {
    /// None where the server's installation has no `pg_basebackup`.
    async fn of(server: &Shadow) -> Option<Self> {
        // The folder may hold links to where the programs are.
        let postgres = server.installation()?.bin.join("postgres").canonicalize().unwrap();
        let bin = postgres.parent()?;
        let sockets = server.socket_folder()?;
        let owner = std::fs::metadata(&sockets).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(folder.path(), Some(owner.uid()), Some(owner.gid())).unwrap();
        let as_owner = |program: PathBuf| {
            // Root's own servers run in a namespace in which root is nobody.
            let is_roots = nix::unistd::geteuid().is_root() && owner.uid() == 0;
            let mut command = Command::new(if is_roots { PathBuf::from("unshare") } else { program.clone() });
            if is_roots {
                command.args(["--user", "--map-user=65534", "--map-group=65534"]).arg(program);
            } else if nix::unistd::geteuid().is_root() {
                command.uid(owner.uid()).gid(owner.gid());
            }
            command.current_dir(folder.path()).stdout(Stdio::null());
            command
        };
        let data = folder.path().join("data");
        let mut backup = as_owner(bin.join("pg_basebackup"));
        backup.args(["-U", "postgres", "-X", "stream", "-c", "fast", "-R", "-h"]).arg(&sockets);
        backup.arg("-D").arg(&data);
        // Where it is not installed there is nothing to test.
        let copied = tokio::task::spawn_blocking(move || backup.output()).await.unwrap();
        let copied = copied.inspect_err(|error| eprintln!("pg_basebackup: {error}")).ok()?;
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        let mut postgres = as_owner(bin.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-c", "listen_addresses="]);
        postgres.stderr(std::fs::File::create(folder.path().join("log")).unwrap());
        let process = postgres.spawn().unwrap();
        Some(Self { folder, process })
    }

    fn target(&self) -> Target {
        let url = format!("postgres://postgres@/postgres?host={}", self.folder.path().display());
        Target::parse(&url).unwrap()
    }

    async fn session(&self) -> Session {
        for _ in 0..200 {
            if let Ok(session) = connect(&self.target(), "lockkeeper test").await {
                return session;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        panic!("the standby does not come up: {log}");
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn number(session: &Session, sql: &str) -> i64 {
    session.query_one(sql, &[]).await.unwrap().get(0)
}

/// A backfill waits for a standby that falls behind, says so, and goes on when it has caught up; and the notes on
/// a plan tell of standby and slot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_falls_behind_is_waited_for() {
    let server = Shadow::start(&ShadowOptions::of(15), &Silent).await.unwrap();
    let Some(standby) = Standby::of(&server).await else {
        testkit::skip("pg_basebackup");
        return;
    };
    let there = standby.session().await;
    let made = server.create_database(None).await.unwrap();
    let wanted = server.create_database(None).await.unwrap();
    let session = connect(&made.target, "lockkeeper test").await.unwrap();
    session.batch_execute(&FUNDS.replace("2000", "6000")).await.unwrap();
    let other = connect(&wanted.target, "lockkeeper test").await.unwrap();
    other.batch_execute(FUNDS).await.unwrap();
    other.batch_execute(crate::plans::CASES[1].wanted).await.unwrap();
    session.batch_execute("SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')").await.unwrap();
    let streaming = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
    while number(&session, streaming).await == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let statistics = read::statistics(&session).await.unwrap();
    assert_eq!((statistics.replicas, statistics.logical_slots), (1, 1));
    let notes = plan::notes_on_replication(&statistics, &model::Totals::default());
    assert!(
        notes.len() == 2 && notes[0].contains("1 replicas") && notes[1].contains("1 logical slots"),
        "{notes:?}"
    );

    let plan = plan(15, of(&session).await, of(&other).await, (crate::plans::CASES[1].steps)());
    let plan = slow(&session, plan).await;
    let notes = Notes::default();
    let mut options = quick();
    let run = apply(&made.target, &plan, &Deparse, &mut options, &notes);
    let interfere = async {
        let filled = "SELECT coalesce(sum(rows_filled), 0)::bigint FROM lockkeeper.backfills";
        while session.query_one(filled, &[]).await.map_or(0, |row| row.get::<_, i64>(0)) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        apply::set(&made.target, "replica_lag_max_ms", "400").await.unwrap();
        there.batch_execute("SELECT pg_wal_replay_pause()").await.unwrap();
        waits(&made.target, "a replica is").await;
        let before = number(&session, filled).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        let after = number(&session, filled).await;
        there.batch_execute("SELECT pg_wal_replay_resume()").await.unwrap();
        hurry(&session).await;
        (before, after)
    };
    let (done, (before, after)) = tokio::join!(run, interfere);
    assert_eq!(done.unwrap().arrived, Some(true));
    assert_eq!(before, after, "it goes on while a standby is behind: {}", notes.all());
    assert!(notes.all().contains("replica is"), "{}", notes.all());
    drop(standby);
    server.stop().await.unwrap();
}
