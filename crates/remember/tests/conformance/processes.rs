//! Several processes at once: they lose nothing, and one that dies loses at most what nobody was told is kept.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use model::{Fault, Silent};
use remember::{Embedder, Kind, Memory, Options, Recorded, Selection, StaticTable};

use crate::common::{self, Dice};
use crate::place::{Place, SCHEME};

/// Where the processes below find their memory: a folder or a URL.
const PLACE: &str = "LOCKKEEPER_TEST_PROCESS_PLACE";

/// What one of them calls its run.
const NAME: &str = "LOCKKEEPER_TEST_PROCESS_NAME";

/// The receipts of a process that comes to its end.
const RECEIPTS: u32 = 40;

fn options(place: &str, folder: &Path) -> Options {
    let options = match place.starts_with(SCHEME) {
        true => Options::team(folder, connect::Target::parse(place).unwrap()),
        false => Options::project(Path::new(place)),
    };
    options.tenant("a".parse().unwrap())
}

/// Not a test by itself: the processes of the tests below.
#[test]
fn writer() {
    let (Ok(place), Ok(name)) = (std::env::var(PLACE), std::env::var(NAME)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::open(&options(&place, folder.path())).unwrap();
    for ordinal in 0.. {
        assert!(matches!(memory.record_step(&common::step(&name, ordinal)), Recorded::Stored));
        println!("acknowledged {ordinal}");
        if name.starts_with("short") && ordinal == RECEIPTS - 1 {
            return;
        }
    }
}

/// Not a test by itself: a process that makes vectors.
#[test]
fn maker_of_vectors() {
    let (Ok(place), Err(_)) = (std::env::var(PLACE), std::env::var(NAME)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let options = options(&place, folder.path()).embedder(Some(Arc::new(Slow)));
    println!("acknowledged start");
    Memory::open(&options).unwrap().embed_pending(u64::MAX, &Silent).unwrap();
}

/// Another model, that takes its time.
struct Slow;

impl Embedder for Slow {
    fn model(&self) -> &str {
        "slow"
    }

    fn is_local(&self) -> bool {
        false
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Option<Vec<f32>>>, Fault> {
        std::thread::sleep(Duration::from_millis(20));
        StaticTable.embed(texts)
    }
}

fn start(place: &Place, test: &str, name: Option<&str>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(PLACE, place.handle()).stdout(Stdio::piped());
    match name {
        Some(name) => command.env(NAME, name),
        None => command.env_remove(NAME),
    };
    command.spawn().unwrap()
}

/// Kills a process once it has acknowledged so much, and answers how much it had when it was dead.
fn kill_after(mut process: Child, wanted: usize) -> usize {
    let mut acknowledged = 0;
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        acknowledged += usize::from(line.unwrap().starts_with("acknowledged"));
        if acknowledged == wanted {
            process.kill().unwrap();
        }
    }
    process.wait().unwrap();
    acknowledged
}

/// The receipts in the ledger; each can be found, and nothing else.
fn steps(place: &Place) -> usize {
    let memory = place.memory("a");
    let selection = Selection { kind: Some(Kind::Step), ..Selection::default() };
    let steps = memory.entries(&selection).unwrap().len();
    assert_eq!(memory.search("type:step", 10_000).unwrap().results.len(), steps);
    steps
}

pub(crate) fn that_write_at_once_lose_nothing(place: &Place) {
    let writers: Vec<_> =
        (0..4).map(|at| start(place, "processes::writer", Some(&format!("short-{at}")))).collect();
    for mut writer in writers {
        // The pipe must not fill up.
        BufReader::new(writer.stdout.take().unwrap()).lines().for_each(drop);
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(steps(place), 4 * usize::try_from(RECEIPTS).unwrap());
}

pub(crate) fn that_are_killed_lose_at_most_what_was_not_acknowledged(place: &Place) {
    let mut dice = Dice::new(5);
    let (mut acknowledged, mut before) = (0, 0);
    for at in 0..4 {
        let writer = start(place, "processes::writer", Some(&format!("endless-{at}")));
        acknowledged += kill_after(writer, 1 + dice.below(25));
        // A server may take a moment until it has ended what the dead one had sent.
        let kept = steps(place);
        let late = at + 1;
        assert!(
            acknowledged <= kept && kept <= acknowledged + late,
            "{acknowledged} acknowledged, {kept} kept"
        );
        assert!(kept > before);
        before = kept;
    }
}

pub(crate) fn that_make_vectors_go_on_where_a_dead_one_stopped(place: &Place) {
    let memory = place.memory("a");
    let record = |at: usize| format!("{{\"type\":\"note\",\"text\":\"number {at}: the disk was full\"}}\n");
    memory.add(&mut (0..300).map(record).collect::<String>().as_bytes()).unwrap();
    let slow = place.memory_with("a", Some(Arc::new(Slow)));
    assert_eq!(slow.embed_pending(0, &Silent).unwrap().left, 300);

    let mut maker = start(place, "processes::maker_of_vectors", None);
    let left = || slow.embed_pending(0, &Silent).unwrap().left;
    while left() == 300 {
        std::thread::sleep(Duration::from_millis(2));
    }
    maker.kill().unwrap();
    maker.wait().unwrap();
    let remaining = left();
    assert!(remaining > 0, "it was not killed in the middle");
    let found = slow.search("disk full", 3).unwrap();
    assert!(
        found.notes.iter().any(|note| note.contains("have no vector of slow yet")) || place.is_postgres()
    );
    assert_eq!(slow.embed_pending(u64::MAX, &Silent).unwrap().done, remaining);
    assert_eq!(slow.embed_pending(u64::MAX, &Silent).unwrap().done, 0);
}
