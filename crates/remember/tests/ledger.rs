//! The ledger keeps what it was given, whoever writes at the same time and whatever dies.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use remember::{Body, Kind, ListQuery, Memory, Options, Recorded, Selection};

fn open(folder: &Path) -> Memory {
    Memory::open(&Options::project(folder)).unwrap()
}

fn steps(memory: &Memory) -> Vec<Body> {
    let selection = Selection { kind: Some(Kind::Step), ..Selection::default() };
    memory.entries(&selection).unwrap().into_iter().map(|entry| entry.body).collect()
}

#[test]
fn gives_back_what_it_was_given_and_keeps_one_of_each() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let receipts: Vec<_> = (0..20).map(|ordinal| common::step("r1", ordinal)).collect();
    assert!(matches!(memory.record_run(&common::run("r1")), Recorded::Stored));
    for receipt in receipts.iter().chain(&receipts) {
        assert!(matches!(memory.record_step(receipt), Recorded::Stored));
    }
    let wanted: Vec<_> = receipts.into_iter().map(|receipt| Body::Step(Box::new(receipt))).collect();
    assert_eq!(steps(&open(folder.path())), wanted);
}

#[test]
fn lists_the_newest_first_and_shows_one() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    memory.record_run(&common::run("r1"));
    memory.record_prediction(&common::prediction("r1", 0));
    for ordinal in 0..3 {
        memory.record_step(&common::step("r1", ordinal));
    }
    let query = ListQuery { kind: Some(Kind::Step), limit: Some(2), ..ListQuery::default() };
    let listing = memory.list(&query).unwrap();
    assert!(listing.more);
    assert!(listing.entries[0].happened_at > listing.entries[1].happened_at);
    assert_eq!(listing.entries[0].table.as_ref().unwrap().to_string(), "public.funds");
    let id = &listing.entries[1].id;
    assert_eq!(&memory.show(id).unwrap().id, id);
    assert_eq!(memory.show("step-").unwrap_err().kind, "memory.ambiguous");
    assert_eq!(memory.show("run-zz").unwrap_err().kind, "memory.unknown");
    assert_eq!(memory.list(&ListQuery::default()).unwrap().entries.len(), 5);
}

#[test]
fn an_entry_cannot_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).record_step(&common::step("r1", 0));
    let file = rusqlite::Connection::open(folder.path().join(".lockkeeper/memory.db")).unwrap();
    let error = file.execute("UPDATE entry SET body = '{}'", []).unwrap_err();
    assert!(error.to_string().contains("append-only"), "{error}");
}

#[test]
fn what_cannot_be_stored_waits_and_is_replayed_once() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(".lockkeeper");
    std::fs::create_dir_all(own.join("memory.db")).unwrap();
    let memory = Memory::open_lazily(&Options::project(folder.path()));
    for ordinal in 0..5 {
        let recorded = memory.record_step(&common::step("r1", ordinal));
        assert!(matches!(recorded, Recorded::Spooled(_)), "{recorded:?}");
    }
    // A death in the middle of a line loses only what nobody was told is kept.
    let mut spool = std::fs::OpenOptions::new().append(true).open(own.join("memory.spool.jsonl")).unwrap();
    spool.write_all(b"{\"id\":\"step-cut").unwrap();
    memory.record_step(&common::step("r1", 5));
    let waiting = std::fs::read(own.join("memory.spool.jsonl")).unwrap();
    std::fs::remove_dir(own.join("memory.db")).unwrap();

    assert_eq!(steps(&open(folder.path())).len(), 6);
    assert_eq!(std::fs::metadata(own.join("memory.spool.jsonl")).unwrap().len(), 0);
    // A replay that died before it emptied the file is done again, to no effect.
    std::fs::write(own.join("memory.spool.jsonl"), waiting).unwrap();
    assert_eq!(steps(&open(folder.path())).len(), 6);
}

#[test]
fn foreign_newer_and_broken_files_are_refused() {
    for (sql, kind) in [
        ("CREATE TABLE other (a)", "memory.foreign"),
        ("PRAGMA application_id = 0x4c4b6d4d; PRAGMA user_version = 99; CREATE TABLE x (a)", "memory.newer"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".lockkeeper/memory.db");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        assert_eq!(Memory::open(&Options::project(folder.path())).err().unwrap().kind, kind);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join(".lockkeeper")).unwrap();
    std::fs::write(folder.path().join(".lockkeeper/memory.db"), "not a database, but long enough").unwrap();
    assert_eq!(Memory::open(&Options::project(folder.path())).err().unwrap().kind, "memory.corrupt");
}

/// Not a test by itself: the processes below run it in a folder of their parent's.
#[test]
fn writer() {
    let Ok(folder) = std::env::var("LOCKKEEPER_TEST_WRITER") else { return };
    let name = std::env::var("LOCKKEEPER_TEST_NAME").unwrap();
    let memory = open(Path::new(&folder));
    for ordinal in 0.. {
        assert!(matches!(memory.record_step(&common::step(&name, ordinal)), Recorded::Stored));
        println!("acknowledged {ordinal}");
        if name.starts_with("short") && ordinal == 49 {
            return;
        }
    }
}

fn start_writer(folder: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--nocapture"])
        .env("LOCKKEEPER_TEST_WRITER", folder)
        .env("LOCKKEEPER_TEST_NAME", name)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn processes_that_write_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let writers: Vec<_> = (0..4).map(|at| start_writer(folder.path(), &format!("short-{at}"))).collect();
    for mut writer in writers {
        // The pipe must not fill up.
        BufReader::new(writer.stdout.take().unwrap()).lines().for_each(drop);
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(steps(&open(folder.path())).len(), 4 * 50);
}

#[test]
fn a_killed_writer_loses_at_most_what_was_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = start_writer(folder.path(), "endless");
    let mut acknowledged = 0;
    for line in BufReader::new(writer.stdout.take().unwrap()).lines() {
        acknowledged += usize::from(line.unwrap().starts_with("acknowledged"));
        if acknowledged == 40 {
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    let kept = steps(&open(folder.path())).len();
    assert!(acknowledged <= kept && kept <= acknowledged + 1, "{acknowledged} acknowledged, {kept} kept");
}
