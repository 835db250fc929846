//! What only a memory in a file has: its file, and the spool beside it.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::Write;
use std::path::Path;

use remember::{Body, Kind, Memory, Options, Recorded, Selection};

fn open(folder: &Path) -> Memory {
    Memory::open(&Options::project(folder)).unwrap()
}

fn steps(memory: &Memory) -> Vec<Body> {
    let selection = Selection { kind: Some(Kind::Step), ..Selection::default() };
    memory.entries(&selection).unwrap().into_iter().map(|entry| entry.body).collect()
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
