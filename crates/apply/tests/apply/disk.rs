//! A disk that is full: nothing is lost, and the run goes on when there is room again.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use apply::{apply, rollback};
use model::{RunOutcome, Silent};
use shadow::{Shadow, ShadowOptions};
use tempfile::TempDir;

use crate::plans::{CASES, Case, Deparse, FUNDS, of, plan};
use crate::quick;

/// A file system of a few megabytes, in memory. It goes with the value.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// None where this process may not mount anything.
    fn mount(megabytes: u32, server: &Shadow) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "lockkeeper-test"]).arg(folder.path());
        if !mount.output().is_ok_and(|output| output.status.success()) {
            return None;
        }
        let disk = Self(folder);
        // The server's own user has to own it, and be able to come by.
        let owner = std::fs::metadata(server.socket_folder().unwrap()).unwrap();
        std::os::unix::fs::chown(disk.path(), Some(owner.uid()), Some(owner.gid())).unwrap();
        Some(disk)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves only so many bytes free.
    fn fill_up_to(&self, free: u64) {
        let stat = nix::sys::statvfs::statvfs(self.path()).unwrap();
        let there = stat.blocks_available() as u64 * stat.fragment_size() as u64;
        std::fs::write(self.path().join("junk"), vec![0_u8; there.saturating_sub(free) as usize]).unwrap();
    }

    fn make_room(&self) {
        std::fs::remove_file(self.path().join("junk")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What cannot be unmounted now goes with the last that uses it.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

const ROWS: &str = "SELECT count(*) || ' rows, ' || sum(hashtextextended(format('%s|%s|%s', id, name, created_at), 0)::numeric)
    FROM public.funds";

async fn text(session: &connect::Session, sql: &str) -> String {
    session.query_one(&format!("SELECT ({sql})::text"), &[]).await.unwrap().get(0)
}

/// The plan's new things, and its journal, are on a disk with so many bytes left.
async fn full_in_the_middle(case: &Case, free: u64) {
    let server = Shadow::start(&ShadowOptions::of(15), &Silent).await.unwrap();
    let Some(disk) = SmallDisk::mount(64, &server) else {
        testkit::skip("the permission to mount a small disk");
        return;
    };
    let made = server.create_database(None).await.unwrap();
    let session = connect::connect(&made.target, "lockkeeper test").await.unwrap();
    let tablespace = format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display());
    session.batch_execute(&tablespace).await.unwrap();
    let default = format!("ALTER DATABASE {} SET default_tablespace = small", made.name);
    session.batch_execute(&default).await.unwrap();
    session.close().await;
    let session = connect::connect(&made.target, "lockkeeper test").await.unwrap();
    session.batch_execute(&FUNDS.replace("2000", "60000")).await.unwrap();
    let (from, rows) = (of(&session).await, text(&session, ROWS).await);
    let wanted = server.create_database(None).await.unwrap();
    let other = connect::connect(&wanted.target, "lockkeeper test").await.unwrap();
    other.batch_execute(FUNDS).await.unwrap();
    other.batch_execute(case.wanted).await.unwrap();
    let plan = plan(15, from, of(&other).await, (case.steps)());
    other.close().await;

    disk.fill_up_to(free);
    let failed = apply(&made.target, &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err();
    let told = failed.fault.to_string();
    assert!(told.contains("53100") && told.contains("room"), "{}: {told}", case.name);
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(text(&session, invalid).await, "0", "{}: an invalid index stays", case.name);
    assert_eq!(text(&session, ROWS).await, rows, "{}", case.name);

    disk.make_room();
    let done = apply(&made.target, &plan, &Deparse, &mut quick(), &Silent).await;
    let done = done.unwrap_or_else(|fault| panic!("{}: {fault}", case.name));
    assert_eq!((done.receipt.outcome, done.arrived), (RunOutcome::Done, Some(true)), "{}", case.name);
    assert_eq!(text(&session, ROWS).await, rows, "{}", case.name);
    let back = rollback(&made.target, &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(back.arrived, Some(true), "{}", case.name);
    assert_eq!(text(&session, ROWS).await, rows, "{}", case.name);
    session.close().await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn full_while_an_index_is_built() {
    full_in_the_middle(&CASES[0], 200 << 10).await;
}

#[tokio::test]
async fn full_while_rows_are_filled() {
    full_in_the_middle(&CASES[1], 300 << 10).await;
}
