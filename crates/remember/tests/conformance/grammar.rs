//! A question that cannot be read is answered with the character it fails at.

use crate::place::Place;

pub(crate) fn faults_point_at_the_character(place: &Place) {
    let memory = place.memory("a");
    for (question, column, what) in [
        ("tabel:funds", 1, "\"tabel\" is no field"),
        ("op:ADD_COLUMN rows:>abc", 21, "\"abc\" is no number: write 5000000 or 5M"),
        ("rows:5M..1M", 6, "this range ends before it begins"),
        ("rows:>", 7, "\"\" is no number: write 5000000 or 5M"),
        ("rows: >5", 6, "a value is missing after rows:"),
        ("outcome:fine", 9, "\"fine\" is no outcome"),
        ("table:a,,b", 9, "a value is missing in this list"),
        ("é \"open", 3, "this quote is never closed"),
        ("since:yesterday", 7, "\"yesterday\" is no moment"),
        ("rehearsal:maybe", 11, "\"maybe\" is neither true nor false"),
        ("table:a..b", 7, "\"a..b\" is not a name"),
        ("  ", 0, "the question is empty"),
    ] {
        let fault = memory.search(question, 5).unwrap_err();
        assert_eq!(fault.kind, "memory.query");
        assert!(fault.what.starts_with(what), "{question}: {}", fault.what);
        let Some(place) = fault.place else { continue };
        assert!(place.starts_with(&format!("character {column} of the question\n")), "{question}: {place}");
        let mark = place.lines().last().unwrap();
        assert_eq!(mark.chars().count(), 4 + column, "{question}: {place}");
    }
    for question in [
        "at 02:00 utc",
        "https://example.org/a",
        "note: this",
        "a-b --x",
        "-slow \"two words\" rows:1,2",
        "it's",
    ] {
        memory.search(question, 5).unwrap();
    }
}
