//! The measured facts of all majors as the data files have them.

use std::fmt::Write as _;

use facts::{Area, CastFact, Fact, Majors, TypeFact, TypeFile, ValuesFact};
use serde::Serialize;

/// A fact that holds for a range of majors.
trait Spanning: Clone + PartialEq {
    fn majors(&mut self) -> &mut Majors;

    /// Whether this says of the next major what `last` says of those before.
    fn continues(&self, last: &Self) -> bool {
        let (mut one, mut other) = (self.clone(), last.clone());
        let follows = other.majors().last + 1 == one.majors().first;
        *one.majors() = *other.majors();
        follows && one == other
    }
}

impl Spanning for Fact {
    fn majors(&mut self) -> &mut Majors {
        &mut self.majors
    }
}

impl Spanning for TypeFact {
    fn majors(&mut self) -> &mut Majors {
        &mut self.majors
    }
}

impl Spanning for CastFact {
    fn majors(&mut self) -> &mut Majors {
        &mut self.majors
    }
}

impl Spanning for ValuesFact {
    fn majors(&mut self) -> &mut Majors {
        &mut self.majors
    }
}

/// Facts of single majors put together: what neighbouring majors do alike becomes one fact.
pub fn merge(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_by_key(|fact| (fact.form, fact.on, fact.majors));
    join(facts)
}

/// The same for the data of conversions.
pub fn merge_types(files: impl IntoIterator<Item = TypeFile>) -> TypeFile {
    let mut all = TypeFile::default();
    for file in files {
        all.types.extend(file.types);
        all.casts.extend(file.casts);
        all.values.extend(file.values);
    }
    all.types.sort_by(|a, b| (&a.name, a.majors).cmp(&(&b.name, b.majors)));
    all.casts.sort_by(|a, b| (&a.from, &a.to, a.majors).cmp(&(&b.from, &b.to, b.majors)));
    all.values.sort_by(|a, b| (&a.from, &a.to, a.majors).cmp(&(&b.from, &b.to, b.majors)));
    TypeFile { types: join(all.types), casts: join(all.casts), values: join(all.values) }
}

fn join<F: Spanning>(facts: Vec<F>) -> Vec<F> {
    let mut joined: Vec<F> = Vec::new();
    for mut fact in facts {
        match joined.last_mut() {
            Some(last) if fact.continues(last) => last.majors().last = fact.majors().last,
            _ => joined.push(fact),
        }
    }
    joined
}

/// The text of the file of conversions: a line for each fact.
pub fn types_text(file: &TypeFile, versions: &[u32]) -> String {
    let mut text = heading(versions);
    list(&mut text, "type", &file.types);
    list(&mut text, "cast", &file.casts);
    list(&mut text, "values", &file.values);
    text
}

fn list<F: Serialize>(text: &mut String, name: &str, facts: &[F]) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{name} = [");
    for fact in facts {
        let _ = writeln!(text, "    {},", toml::Value::try_from(fact).unwrap_or(toml::Value::Boolean(false)));
    }
    text.push_str("]\n");
}

fn heading(versions: &[u32]) -> String {
    let versions: Vec<_> =
        versions.iter().map(|version| format!("{}.{}", version / 10_000, version % 10_000)).collect();
    format!(
        "# Measured on PostgreSQL {} by `cargo run -p measure`; not edited by hand.\n",
        versions.join(", ")
    )
}

/// The text of an area's file.
pub fn text(area: Area, facts: &[Fact], versions: &[u32]) -> String {
    let mut text = heading(versions);
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
