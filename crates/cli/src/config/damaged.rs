//! Settings that a person, a merge or a disk has damaged: reading them ends in settings or in one error with its place,
//! never in a panic, and never with a password in it.
//!
//! `LOCKKEEPER_FUZZ` is how many damaged files are made (3,000), `LOCKKEEPER_FUZZ_SEED` where to begin (0). A file that
//! once failed belongs into the folder `tests/fuzz/corpus`, which is replayed every time.

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::load;

#[path = "../../../read/tests/fuzz/damage.rs"]
#[expect(dead_code, reason = "one generator of random numbers for all")]
mod damage;

const WHOLE: &str = include_str!("../../tests/fuzz/whole.toml");

/// The end of what stands for a password in the files' URLs.
const SECRET: &str = "hidden-word@";

/// Whether the file could be read; or what is wrong with the way in which it could not.
fn judge(path: &Path) -> Result<bool, String> {
    match catch_unwind(AssertUnwindSafe(|| load(Some(path), Path::new("/")))) {
        Ok(Ok(_)) => Ok(true),
        Ok(Err(fault)) if fault.place.is_none() => Err(format!("an error without a place: {fault}")),
        Ok(Err(fault)) if fault.to_string().contains(SECRET) => Err(format!("a password is shown: {fault}")),
        Ok(Err(_)) => Ok(false),
        Err(_) => Err("a panic".to_owned()),
    }
}

#[test]
fn damaged_settings_end_in_one_error() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let (count, first) =
        (number("LOCKKEEPER_FUZZ").unwrap_or(3000), number("LOCKKEEPER_FUZZ_SEED").unwrap_or(0));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lockkeeper.toml");
    let (mut failures, mut read) = (Vec::new(), 0);
    for seed in first..first + count {
        fs::write(&path, damage::damaged(&mut damage::Random::new(seed), WHOLE.as_bytes())).unwrap();
        match judge(&path) {
            Ok(was_read) => read += u64::from(was_read),
            Err(why) => failures.push(format!("LOCKKEEPER_FUZZ_SEED={seed} LOCKKEEPER_FUZZ=1: {why}")),
        }
    }
    eprintln!("{read} of {count} damaged settings could be read");
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_once_failed_does_not_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    assert_eq!(judge(&folder.join("whole.toml")), Ok(true), "the settings that are damaged are whole");
    let mut replayed = 0;
    for entry in fs::read_dir(folder.join("corpus")).unwrap().flatten() {
        judge(&entry.path()).unwrap_or_else(|why| panic!("{}: {why}", entry.path().display()));
        replayed += 1;
    }
    assert!(replayed > 0, "the corpus has files");
}
