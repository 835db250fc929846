//! Lessons come from runs and from people, and what contradicts them surfaces.

use model::{Direction, RunOutcome, RunReceipt, StepOutcome, StepReceipt};
use remember::{Body, Kind, Lesson, ListQuery, Memory, Origin, Outcome, Selection, State};

use crate::common;
use crate::place::Place;

/// The record of the outside world.
const TOLD: &str = r#"{"type":"migration-strategy","operation":"ADD_COLUMN_WITH_DEFAULT","table":"funds",
    "rowCount":5000000,"risk":"MEDIUM","strategy":"constant default, then an index built concurrently",
    "phases":[{"name":"expand","duration":"12s"},{"name":"validate"}],"downtime":"0s","rollbackVerified":true,
    "success":true,"confidence":100}"#;

fn add(memory: &Memory, record: &str) -> Vec<String> {
    memory.add(&mut record.as_bytes()).unwrap().ids
}

fn lessons(memory: &Memory) -> Vec<Lesson> {
    let selection = Selection { kind: Some(Kind::Lesson), ..Selection::default() };
    let entries = memory.entries(&selection).unwrap().into_iter();
    entries
        .filter_map(|entry| if let Body::Lesson(lesson) = entry.body { Some(*lesson) } else { None })
        .collect()
}

fn latest<'a>(lessons: &'a [Lesson], rule: &str) -> Option<&'a Lesson> {
    lessons.iter().rev().find(|lesson| lesson.origin == Origin::Rule(rule.to_owned()))
}

fn run(memory: &Memory, name: &str, outcome: RunOutcome, step: impl Fn(StepReceipt) -> StepReceipt) {
    memory.record_run(&RunReceipt { outcome: RunOutcome::Running, finished_at: None, ..common::run(name) });
    memory.record_step(&step(common::step(name, 0)));
    assert!(memory.record_run(&RunReceipt { outcome, ..common::run(name) }).warning().is_none());
}

pub(crate) fn what_a_person_tells_is_believed_but_not_more_than_it_earns(place: &Place) {
    let memory = place.memory("a");
    let ids = add(&memory, TOLD);
    assert_eq!(add(&memory, TOLD), ids, "the same record twice is one");
    let found = memory.search("operation:ADD_COLUMN_WITH_DEFAULT table:funds rows:>1000000", 5).unwrap();
    let [result] = &found.results[..] else { panic!("{found:#?}") };
    assert_eq!((&result.id, result.kind.as_str()), (&ids[0], "migration-strategy"));
    assert_eq!((result.row_count, result.outcome, result.confidence), (Some(5e6), Some(Outcome::Done), 22.0));
    assert_eq!(result.table.as_ref().unwrap().to_string(), "funds");
    assert!(result.why.iter().any(|why| why.ends_with("as told by a person")), "{:?}", result.why);

    let Body::Lesson(lesson) = memory.show(&ids[0]).unwrap().body else { panic!() };
    assert_eq!((lesson.state, &lesson.origin), (State::Active, &Origin::Person));
    assert_eq!(lesson.claims["confidence"], 100);
    assert_eq!(lesson.claims["phases"][0]["duration"], "12s");
    assert!(memory.explain(&ids[0]).unwrap().claimed);

    // Another success of the same strategy, elsewhere.
    add(&memory, &TOLD.replace("funds", "events"));
    let found = memory.search("table:funds", 1).unwrap();
    assert_eq!(found.results[0].confidence, remember::confidence(2, 0).round());
}

pub(crate) fn what_cannot_be_read_is_refused_whole(place: &Place) {
    let memory = place.memory("a");
    for (records, what) in [
        ("", "there is no record in the input"),
        ("[1]", "a record is a JSON object"),
        ("{\"type\":", "the input is no JSON"),
        ("{\"table\":\"funds\"}", "a record has no \"type\""),
        ("{\"type\":\"run\"}", "\"run\" cannot be the type of a record"),
        ("{\"type\":\"a\",\"rowCount\":\"many\"}", "\"rowCount\" is to be a number from 0, and is \"many\""),
        ("{\"type\":\"a\",\"success\":\"yes\"}", "\"success\" is to be true or false, and is \"yes\""),
        ("{\"type\":\"a\",\"outcome\":\"fine\"}", "\"fine\" is no outcome"),
        ("{\"type\":\"a\",\"table\":\"a.b.c\"}", "\"a.b.c\" is not a name"),
        ("{\"type\":\"a\",\"text\":\"good\"}\n{\"type\":\"A\"}", "\"A\" cannot be the type of a record"),
    ] {
        let fault = memory.add(&mut records.as_bytes()).unwrap_err();
        assert!(fault.kind == "memory.add" && fault.what.starts_with(what), "{records}: {fault}");
    }
    assert_eq!(lessons(&memory), []);
    let ids = add(&memory, "{\"type\":\"a\",\"text\":\"one\"}\n{\"type\":\"a\",\"text\":\"two\"}\n");
    assert_eq!(ids.len(), 2);
}

pub(crate) fn secrets_that_people_paste_are_not_kept(place: &Place) {
    let memory = place.memory("a");
    add(
        &memory,
        r#"{"type":"safety-pattern","text":"psql postgres://app:hunter2@db/funds","steps":["password=hunter2"]}"#,
    );
    let mut lines = Vec::new();
    memory.export(&mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.contains("[redacted]") && !lines.contains("hunter2"));
}

pub(crate) fn three_runs_make_a_lesson_and_failures_unmake_it(place: &Place) {
    let memory = place.memory("a");
    for at in 0..3 {
        run(&memory, &format!("good{at}"), RunOutcome::Done, |step| step);
        let state = latest(&lessons(&memory), "strategy-works").unwrap().state;
        assert_eq!(state, if at < 2 { State::Candidate } else { State::Active });
    }
    let found = memory.search("type:migration-strategy table:public.funds", 5).unwrap();
    assert_eq!((found.results.len(), found.results[0].confidence), (1, remember::confidence(3, 0).round()));

    let break_it = |step: StepReceipt| StepReceipt {
        outcome: StepOutcome::Failed,
        sqlstate: Some("23514".to_owned()),
        verified: None,
        ..step
    };
    for at in 0..3 {
        run(&memory, &format!("bad{at}"), RunOutcome::Failed, break_it);
    }
    let all = lessons(&memory);
    let (works, breaks) =
        (latest(&all, "strategy-works").unwrap(), latest(&all, "data-breaks-constraint").unwrap());
    assert_eq!((works.for_runs.len(), works.against_runs.len(), works.state), (3, 3, State::Retired));
    assert_eq!((breaks.for_runs.len(), breaks.state), (3, State::Active));
    assert!(breaks.remedy.is_some() && breaks.text.contains("check violation"));
    assert_eq!(memory.search("type:migration-strategy", 5).unwrap().results, []);
    let why = memory.explain(&memory.list(&lesson_query()).unwrap().entries[0].id).unwrap();
    assert!(why.rests_on.len() + why.against.len() >= 3, "{why:?}");
}

fn lesson_query() -> ListQuery {
    ListQuery { kind: Some(Kind::Lesson), ..ListQuery::default() }
}

pub(crate) fn contradictions_surface(place: &Place) {
    let memory = place.memory("a");
    add(&memory, TOLD);
    let bad = TOLD.replace("\"success\":true", "\"success\":false").replace("funds", "public.funds");
    let ids = add(&memory, &bad);
    let explained = memory.explain(&ids[0]).unwrap();
    assert_eq!(explained.contradicted_by.len(), 1, "{explained:?}");
    assert_eq!(explained.contradicted_by[0].outcome, Some(Outcome::Done));
    let found = memory.search("table:funds", 5).unwrap();
    assert_eq!(found.results.len(), 2);
    for result in &found.results {
        assert!(result.why.iter().any(|why| why.starts_with("contradicted by ")), "{result:?}");
        assert_eq!(result.confidence, remember::confidence(1, 1).round());
    }
}

pub(crate) fn a_lesson_takes_the_place_of_another(place: &Place) {
    let memory = place.memory("a");
    let bad = TOLD.replace("\"success\":true", "\"success\":false");
    let old = add(&memory, &bad);
    let new = add(&memory, &TOLD.replacen('{', &format!("{{\"supersedes\":\"{}\",", old[0]), 1));
    let found = memory.search("table:funds", 5).unwrap();
    assert_eq!(found.results.iter().map(|result| &result.id).collect::<Vec<_>>(), [&new[0]]);
    assert!(found.results[0].why.iter().all(|why| !why.starts_with("contradicted by ")), "{found:?}");
    let all = lessons(&memory);
    let retired = all.iter().rev().find(|lesson| lesson.outcome == Some(Outcome::Failed)).unwrap();
    assert_eq!((retired.state, retired.valid_until.is_some()), (State::Retired, true));
    let latest = memory.list(&lesson_query()).unwrap().entries;
    let latest = latest.iter().find(|entry| entry.outcome == Some(Outcome::Failed)).unwrap();
    assert_eq!(memory.explain(&latest.id).unwrap().superseded_by.map(|by| by.id).as_ref(), Some(&new[0]));
    let nothing = TOLD.replacen('{', "{\"supersedes\":\"lesson-none\",", 1).replace("funds", "calls");
    assert_eq!(memory.add(&mut nothing.as_bytes()).unwrap_err().kind, "memory.add");
    assert_eq!(memory.search("table:calls", 5).unwrap().relaxed, ["table"]);
}

/// A strategy that goes well on small tables and fails on large ones is no contradiction.
pub(crate) fn other_sizes_do_not_contradict(place: &Place) {
    let memory = place.memory("a");
    let of = |rows: &str, success: &str| {
        TOLD.replacen('{', &format!("{{{rows},"), 1).replace("\"success\":true", success)
    };
    add(&memory, &of("\"rowsTo\":100000", "\"success\":true"));
    let ids = add(&memory, &of("\"rowsFrom\":1000000", "\"success\":false"));
    assert_eq!(memory.explain(&ids[0]).unwrap().contradicted_by, []);
    let ids = add(&memory, &of("\"rowsFrom\":50000", "\"success\":false"));
    assert_eq!(memory.explain(&ids[0]).unwrap().contradicted_by.len(), 1);
}

pub(crate) fn a_proved_way_back_is_a_lesson_and_a_hard_lock_another(place: &Place) {
    let memory = place.memory("a");
    let direction = Direction::Back;
    memory.record_step(&StepReceipt { direction, ..common::step("back", 0) });
    memory.record_run(&RunReceipt { direction, ..common::run("back") });
    run(&memory, "late", RunOutcome::Failed, |step| StepReceipt {
        outcome: StepOutcome::LockTimeout,
        ..step
    });
    let all = lessons(&memory);
    assert_eq!(latest(&all, "rollback-works").unwrap().kind, "rollback-procedure");
    let hard = latest(&all, "lock-is-hard-to-get").unwrap();
    assert_eq!((hard.kind.as_str(), hard.conditions.hour_utc), ("safety-pattern", Some(1)));
    assert!(hard.text.contains("between 01:00 and 02:00 UTC"), "{}", hard.text);
    let before = all.len();
    memory.learn_again().unwrap();
    assert_eq!(lessons(&memory).len(), before);
}
