//! Compares what was measured with the data that is compiled in.

use std::collections::BTreeSet;
use std::fmt::Debug;

use facts::{Area, Fact, Majors, TypeFile};

use crate::Measured;

/// Where the facts of a major differ from the data, a line each; `statements` tells whether those were
/// measured.
pub fn differences(measured: &Measured, statements: bool) -> Vec<String> {
    let major = measured.version_num / 10_000;
    let mut lines = if statements { statement_differences(measured, major) } else { Vec::new() };
    lines.extend(type_differences(&measured.types, major));
    lines.extend(measured.conversions.differences.iter().map(|line| format!("{line}, PostgreSQL {major}")));
    lines
}

fn statement_differences(measured: &Measured, major: u32) -> Vec<String> {
    let mut lines = measured_differences(measured, major);
    let seen: BTreeSet<_> = measured.facts.iter().map(|fact| (fact.form, fact.on)).collect();
    let known = Area::ALL.into_iter().flat_map(facts::of_area).filter(|fact| fact.majors.contains(major));
    let gone = known.filter(|fact| !seen.contains(&(fact.form, fact.on)));
    lines.extend(gone.map(|fact| format!("{} on {}, PostgreSQL {major}: not measured", fact.form, fact.on)));
    lines
}

/// Where what was measured differs from the data, a line each; facts that were not measured aside.
pub fn measured_differences(measured: &Measured, major: u32) -> Vec<String> {
    let difference = |fact: &Fact| {
        let place = format!("{} on {}, PostgreSQL {major}", fact.form, fact.on);
        match facts::lookup(fact.form, fact.on, major) {
            None => Some(format!("{place}: no fact; measured {fact:?}")),
            Some(known) if !same(known, fact) => {
                Some(format!("{place}: the fact is {known:?}; measured {fact:?}"))
            }
            Some(_) => None,
        }
    };
    measured.facts.iter().filter_map(difference).collect()
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

/// Where the types and casts of a major differ from the data, a line each.
fn type_differences(measured: &TypeFile, major: u32) -> Vec<String> {
    let known = facts::type_file().unwrap_or_default();
    let place = format!("PostgreSQL {major}");
    let mut lines = lists_differ(&known.types, &measured.types, |fact| &mut fact.majors, major, &place);
    lines.extend(lists_differ(&known.casts, &measured.casts, |fact| &mut fact.majors, major, &place));
    lines.extend(lists_differ(&known.values, &measured.values, |fact| &mut fact.majors, major, &place));
    lines
}

fn lists_differ<F: Clone + Ord + Debug>(
    known: &[F],
    measured: &[F],
    majors: impl Fn(&mut F) -> &mut Majors,
    major: u32,
    place: &str,
) -> Vec<String> {
    let of_major = |fact: &F| {
        let mut fact = fact.clone();
        let span = majors(&mut fact);
        let here = span.contains(major);
        *span = Majors::one(major);
        here.then_some(fact)
    };
    let known: BTreeSet<F> = known.iter().filter_map(of_major).collect();
    let measured: BTreeSet<F> = measured.iter().cloned().collect();
    let gone = known.difference(&measured).map(|fact| format!("{place}: not measured: {fact:?}"));
    let new = measured.difference(&known).map(|fact| format!("{place}: not in the data: {fact:?}"));
    gone.chain(new).collect()
}
