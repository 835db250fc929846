//! The measured facts of all majors as the data files have them.

use std::fmt::Write as _;

use facts::{Area, Fact, Majors};

/// Facts of single majors put together: what neighbouring majors do alike becomes one fact.
pub fn merge(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_by_key(|fact| (fact.form, fact.on, fact.majors));
    let mut merged: Vec<Fact> = Vec::new();
    for fact in facts {
        match merged.last_mut() {
            Some(last) if continues(last, &fact) => last.majors.last = fact.majors.last,
            _ => merged.push(fact),
        }
    }
    merged
}

fn continues(last: &Fact, next: &Fact) -> bool {
    let majors = Majors { first: last.majors.first, last: next.majors.last };
    last.majors.last + 1 == next.majors.first
        && Fact { majors, ..last.clone() } == Fact { majors, ..next.clone() }
}

/// The text of an area's file.
pub fn text(area: Area, facts: &[Fact], versions: &[u32]) -> String {
    let versions: Vec<_> =
        versions.iter().map(|version| format!("{}.{}", version / 10_000, version % 10_000)).collect();
    let mut text = format!(
        "# Measured on PostgreSQL {} by `cargo run -p measure`; not edited by hand.\n",
        versions.join(", ")
    );
    for fact in facts.iter().filter(|fact| fact.form.area() == area) {
        text.push('\n');
        write(&mut text, fact);
    }
    text
}

/// The properties of a fact in the order in which a reader wants them.
const PROPERTIES: [&str; 11] = [
    "form",
    "on",
    "majors",
    "sql",
    "transaction",
    "locks",
    "rewrites",
    "scans",
    "index_builds",
    "data_loss",
    "refusal",
];

/// Writes a fact, a line for each property that is other than the usual.
fn write(text: &mut String, fact: &Fact) {
    let table = toml::Table::try_from(fact).unwrap_or_default();
    debug_assert!(table.keys().all(|key| PROPERTIES.contains(&key.as_str())), "a property has no place");
    text.push_str("[[fact]]\n");
    for property in PROPERTIES {
        if let Some(value) = table.get(property) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{property} = {value}");
        }
    }
}
