//! What was given is there, whole, and once.

use remember::{Body, Kind, ListQuery, Memory, Recorded, Selection};

use crate::common;
use crate::place::{Place, sqlite};

fn steps(memory: &Memory) -> Vec<Body> {
    let selection = Selection { kind: Some(Kind::Step), ..Selection::default() };
    memory.entries(&selection).unwrap().into_iter().map(|entry| entry.body).collect()
}

pub(crate) fn gives_back_what_it_was_given(place: &Place) {
    let memory = place.memory("a");
    let receipts: Vec<_> = (0..20).map(|ordinal| common::step("r1", ordinal)).collect();
    assert!(matches!(memory.record_run(&common::run("r1")), Recorded::Stored));
    for receipt in receipts.iter().chain(&receipts) {
        assert!(matches!(memory.record_step(receipt), Recorded::Stored));
    }
    let wanted: Vec<_> = receipts.into_iter().map(|receipt| Body::Step(Box::new(receipt))).collect();
    assert_eq!(steps(&place.memory("a")), wanted);
}

pub(crate) fn lists_and_shows(place: &Place) {
    let memory = place.memory("a");
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
    for (table, count) in [("funds", 4), ("public.funds", 4), ("archive.funds", 0), ("fund", 0)] {
        let query = ListQuery { table: Some(table.parse().unwrap()), ..ListQuery::default() };
        assert_eq!(memory.list(&query).unwrap().entries.len(), count, "{table}");
    }
}

/// From this store into another and back: byte for byte the same.
pub(crate) fn export_and_import_lose_nothing(place: &Place) {
    let memory = place.memory("a");
    memory.record_run(&common::run("r1"));
    memory.record_prediction(&common::prediction("r1", 0));
    (0..12).for_each(|ordinal| drop(memory.record_step(&common::step("r1", ordinal))));
    let (other, back) = (sqlite(), sqlite());
    let first = exported(&memory);
    let told = other.memory("a").import(&mut first.as_slice(), false).unwrap();
    assert_eq!((told.new, told.known), (first.split(|byte| *byte == b'\n').count() - 2, 0));
    let second = exported(&other.memory("a"));
    assert_eq!(back.memory("a").import(&mut second.as_slice(), false).unwrap().new, told.new);
    assert_eq!(first, second);
    assert_eq!(first, exported(&back.memory("a")));
    assert_eq!(memory.import(&mut second.as_slice(), false).unwrap().known, told.new);
    assert_eq!(place.memory("b").import(&mut first.as_slice(), false).unwrap_err().kind, "memory.import");
    assert_eq!(place.memory("b").import(&mut first.as_slice(), true).unwrap().new, told.new);
}

fn exported(memory: &Memory) -> Vec<u8> {
    let mut lines = Vec::new();
    memory.export(&mut lines).unwrap();
    lines
}
