//! Compares what was measured with the data that is compiled in.

use std::collections::BTreeSet;

use facts::{Area, Fact, Majors};

use crate::Measured;

/// Where the facts of a major differ from the data, a line each.
pub fn differences(measured: &Measured) -> Vec<String> {
    let major = measured.version_num / 10_000;
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    for fact in &measured.facts {
        seen.insert((fact.form, fact.on));
        let place = format!("{} on {}, PostgreSQL {major}", fact.form, fact.on);
        match facts::lookup(fact.form, fact.on, major) {
            None => lines.push(format!("{place}: no fact; measured {fact:?}")),
            Some(known) if !same(known, fact) => {
                lines.push(format!("{place}: the fact is {known:?}; measured {fact:?}"));
            }
            Some(_) => {}
        }
    }
    let known = Area::ALL.into_iter().flat_map(facts::of_area).filter(|fact| fact.majors.contains(major));
    let gone = known.filter(|fact| !seen.contains(&(fact.form, fact.on)));
    lines.extend(gone.map(|fact| format!("{} on {}, PostgreSQL {major}: not measured", fact.form, fact.on)));
    lines
}

/// Equal but for the majors; and for the words of an error, which minor versions improve.
fn same(known: &Fact, fact: &Fact) -> bool {
    let bare = |fact: &Fact| {
        let mut fact = Fact { majors: Majors::one(0), ..fact.clone() };
        if let Some(refusal) = &mut fact.refusal {
            refusal.message.clear();
        }
        fact
    };
    bare(known) == bare(fact)
}
