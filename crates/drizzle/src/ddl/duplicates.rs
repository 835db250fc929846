//! Two objects with one name are an error, as they are to the server.

use std::collections::BTreeMap;

use model::{Fault, Name};

use super::views::view_name;
use super::{qualified, sequence_name};
use crate::described::{Described, Origins};
use crate::origin::Origin;

/// Refuses a description in which two different objects have the same name.
pub(super) fn refuse(described: &Described, origin: &Origin<'_>) -> Result<(), Fault> {
    let mut relations = Seen::new(origin);
    for table in &described.tables {
        relations.take("table", qualified(table.schema.as_deref(), &table.name), &table.origins)?;
    }
    for view in described.views.iter().filter(|view| !view.existing) {
        relations.take("view", view_name(view), &view.origins)?;
    }
    for sequence in &described.sequences {
        relations.take("sequence", sequence_name(sequence), &sequence.origins)?;
    }
    for table in &described.tables {
        for index in &table.indexes {
            relations.take("index", qualified(table.schema.as_deref(), &index.name), &table.origins)?;
        }
    }
    refuse_enums(described, origin)
}

/// An enum may be made twice (a factory, two copies of a file), if both are the same.
fn refuse_enums(described: &Described, origin: &Origin<'_>) -> Result<(), Fault> {
    let all = described.enums.iter().chain(&described.hidden_enums);
    let mut seen: BTreeMap<Name, (&Vec<String>, &Origins)> = BTreeMap::new();
    for made in all {
        let name = qualified(made.schema.as_deref(), &made.name);
        match seen.get(&name) {
            Some((values, first)) if **values != made.values => {
                return Err(twice("enum", &name, "enum", origin, first, &made.origins));
            }
            _ => {
                seen.insert(name, (&made.values, &made.origins));
            }
        }
    }
    Ok(())
}

struct Seen<'a> {
    origin: &'a Origin<'a>,
    names: BTreeMap<Name, (&'static str, &'a Origins)>,
}

impl<'a> Seen<'a> {
    fn new(origin: &'a Origin<'a>) -> Self {
        Self { origin, names: BTreeMap::new() }
    }

    fn take(&mut self, kind: &'static str, name: Name, origins: &'a Origins) -> Result<(), Fault> {
        match self.names.get(&name) {
            Some((other, first)) => Err(twice(kind, &name, other, self.origin, first, origins)),
            None => {
                self.names.insert(name, (kind, origins));
                Ok(())
            }
        }
    }
}

fn twice(
    kind: &str,
    name: &Name,
    other: &str,
    origin: &Origin<'_>,
    first: &Origins,
    second: &Origins,
) -> Fault {
    let what = if kind == other {
        format!("the {kind} {name} is defined twice")
    } else {
        format!("{name} is defined as {} {other} and as {} {kind}", article(other), article(kind))
    };
    let places = [first, second].map(|origins| origin.place(origins).map(|place| place.to_string()));
    let fault = Fault::new("drizzle.twice", what);
    let fault = match places {
        [Some(first), Some(second)] if first != second => fault.at(format!("{second} and {first}")),
        [_, Some(place)] | [Some(place), None] => fault.at(place),
        [None, None] => fault,
    };
    fault.help(
        "keep one of them, or give one another name; drizzle-kit would silently let one win or fail halfway",
    )
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}
