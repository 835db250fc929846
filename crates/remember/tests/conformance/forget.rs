//! What is forgotten is gone, and nothing else is.

use jiff::{Span, Timestamp};
use model::{Name, RunOutcome, RunReceipt, StepReceipt};
use remember::{Forget, Kind, ListQuery, Memory};

use crate::common;
use crate::place::Place;

fn write(memory: &Memory, name: &str, table: &str) {
    memory.record_run(&RunReceipt { outcome: RunOutcome::Running, finished_at: None, ..common::run(name) });
    let table = Some(Name::new("public", table));
    memory.record_step(&StepReceipt { table: table.clone(), ..common::step(name, 0) });
    memory.record_prediction(&common::prediction(name, 0));
    memory.record_run(&common::run(name));
}

fn everything(memory: &Memory) -> String {
    let mut lines = Vec::new();
    memory.export(&mut lines).unwrap();
    let found = memory.search("-type:nothing", 1_000).unwrap();
    String::from_utf8(lines).unwrap() + &serde_json::to_string(&found).unwrap()
}

pub(crate) fn removes_for_good(place: &Place) {
    let (memory, other) = (place.memory("a"), place.memory("b"));
    write(&memory, "run-of-orders", "secretorders");
    write(&memory, "run-of-funds", "funds");
    write(&other, "run-of-others", "secretorders");
    memory
        .add(&mut &br#"{"type":"safety-pattern","table":"secretorders","text":"never at noon"}"#[..])
        .unwrap();

    let table = Forget::Table("public.secretorders".parse().unwrap());
    // What is said beforehand is what is removed, kind by kind.
    let would = memory.would_forget(&table).unwrap();
    assert!(everything(&memory).contains("secretorders"));
    assert_eq!(memory.forget(&table).unwrap(), would);
    assert_eq!(
        (would.entries, would.kinds.get(&Kind::Step), would.kinds.get(&Kind::Run)),
        (3, Some(&1), None)
    );
    assert!(!everything(&memory).contains("secretorders"));
    assert!(everything(&other).contains("secretorders"));
    assert_eq!(memory.forget(&table).unwrap().entries, 0);

    assert!(memory.forget(&Forget::Run("run-of-funds".to_owned())).unwrap().entries >= 4);
    assert!(!everything(&memory).contains("run-of-funds"));
    other.forget(&Forget::Tenant).unwrap();
    assert_eq!(other.list(&ListQuery::default()).unwrap().entries, []);
    assert!(everything(&memory).contains("run-of-orders"));

    for file in place.files() {
        let bytes = std::fs::read(&file).unwrap();
        for gone in ["secretorders", "run-of-funds", "run-of-others"] {
            let found = bytes.windows(gone.len()).any(|window| window == gone.as_bytes());
            assert!(!found, "{gone} is still in {}", file.display());
        }
    }
}

pub(crate) fn judges_lessons_anew(place: &Place) {
    let memory = place.memory("a");
    let run = |name: &str, rows: f64| {
        memory.record_step(&StepReceipt { rows: Some(rows), ..common::step(name, 0) });
        memory.record_run(&common::run(name));
    };
    for (name, rows) in [("r1", 1e3), ("r2", 9e6), ("r3", 2e3)] {
        run(name, rows);
    }
    let confidence = || memory.search("type:migration-strategy", 1).unwrap().results[0].clone();
    let text = confidence().text;
    assert!(text.contains("9.0 M rows"), "{text}");
    assert_eq!(confidence().confidence, remember::confidence(3, 0).round());
    let r2 = Forget::Run("r2".to_owned());
    let would = memory.would_forget(&r2).unwrap();
    assert_eq!(memory.forget(&r2).unwrap(), would);
    assert!(would.lessons_judged_anew >= 1);
    assert_eq!(confidence().confidence, remember::confidence(2, 0).round());
    assert!(!everything(&memory).contains("9.0 M rows"));

    // Retention leaves lessons alone.
    let old = Timestamp::now() - Span::new().hours(24 * 365 * 5);
    assert_eq!(memory.forget(&Forget::Before(old)).unwrap().entries, 0);
    let now = Timestamp::now() + Span::new().hours(24 * 365 * 5);
    assert!(memory.forget(&Forget::Before(now)).unwrap().entries > 0);
    assert_eq!(memory.search("-type:nothing", 9).unwrap().results.len(), 1);
}
