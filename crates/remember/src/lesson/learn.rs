//! Lessons from finished runs, and what contradicts what.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Fault, RunOutcome, RunReceipt, StepReceipt};

use super::rules::{Finished, Saying, sayings};
use super::told::Told;
use super::{Conditions, Lesson, Origin, State};
use crate::filing::append;
use crate::store::{Selection, Store};
use crate::{Body, Embedder, Entry, Kind, Tenant};

/// Whether nothing more is to be expected of a run.
pub(crate) fn is_finished(run: &RunReceipt) -> bool {
    matches!(run.outcome, RunOutcome::Done | RunOutcome::Failed | RunOutcome::Aborted)
}

/// Learns from a finished run, and writes what changed.
pub(crate) fn learn(
    store: &mut dyn Store,
    embedder: Option<&dyn Embedder>,
    tenant: &Tenant,
    run: &RunReceipt,
) -> Result<(), Fault> {
    let selection = Selection { kind: Some(Kind::Step), run: Some(run.run.clone()), ..Selection::default() };
    let entries = store.entries(tenant, &selection)?;
    let steps: Vec<StepReceipt> = entries
        .into_iter()
        .filter_map(|entry| match entry.body {
            Body::Step(step) => Some(*step),
            _ => None,
        })
        .collect();
    let at = run.finished_at.unwrap_or(run.started_at);
    let sayings = sayings(&Finished { run, steps: &steps });
    let mut known = lessons_near(store, tenant, sayings.iter().map(|saying| &saying.conditions))?;
    let mut changed = BTreeSet::new();
    for saying in sayings {
        changed.extend(take(&mut known, saying, &run.run, at));
    }
    write(store, embedder, tenant, known, changed)
}

/// Takes lessons that a person tells, and answers the ids of their entries.
pub(crate) fn take_told(
    store: &mut dyn Store,
    embedder: Option<&dyn Embedder>,
    tenant: &Tenant,
    told: Vec<Told>,
) -> Result<Vec<String>, Fault> {
    let mut named =
        |told: &Told| told.supersedes.as_deref().map(|id| lesson_named(store, tenant, id)).transpose();
    let replaced: Vec<Option<Lesson>> = told.iter().map(&mut named).collect::<Result<_, Fault>>()?;
    let about = told.iter().map(|told| &told.lesson).chain(replaced.iter().flatten());
    let mut known = lessons_near(store, tenant, about.map(|lesson| &lesson.conditions))?;
    let ids: Vec<String> = told.iter().map(|told| told.lesson.lesson.clone()).collect();
    let mut changed: BTreeSet<String> = ids.iter().cloned().collect();
    for (told, old) in told.into_iter().zip(replaced) {
        let lesson = known.entry(told.lesson.lesson.clone()).or_insert(told.lesson).clone();
        if let Some(old) = old {
            let old = superseded(old, &lesson)?;
            changed.insert(old.lesson.clone());
            known.insert(old.lesson.clone(), old);
        }
    }
    write(store, embedder, tenant, known, changed)?;
    let mut entry_of = |lesson: String| {
        let selection =
            Selection { lesson: Some(lesson), newest_first: true, limit: Some(1), ..Selection::default() };
        Ok(store.entries(tenant, &selection)?.pop().map(|entry| entry.id).unwrap_or_default())
    };
    ids.into_iter().map(&mut entry_of).collect()
}

/// The latest of a lesson, by its id, or by that of an entry of it or the beginning of one.
fn lesson_named(store: &mut dyn Store, tenant: &Tenant, id: &str) -> Result<Lesson, Fault> {
    let lesson_of = |entry: Entry| match entry.body {
        Body::Lesson(lesson) => Some(*lesson),
        _ => None,
    };
    let kind = Some(Kind::Lesson);
    let by_entry = Selection { kind, id_prefix: Some(id.to_owned()), ..Selection::default() };
    let entries = store.entries(tenant, &by_entry)?.into_iter().filter_map(lesson_of);
    let named: BTreeSet<String> = entries.map(|lesson| lesson.lesson).collect();
    if named.len() > 1 {
        return Err(Fault::new("memory.add", format!("several lessons begin with {id:?}"))
            .help("write more of the id"));
    }
    let lesson = named.into_iter().next().or_else(|| Some(id.to_owned()));
    let latest = Selection { kind, lesson, newest_first: true, limit: Some(1), ..Selection::default() };
    store.entries(tenant, &latest)?.pop().and_then(lesson_of).ok_or_else(|| {
        Fault::new("memory.add", format!("there is no lesson {id:?} to supersede"))
            .help("`lockkeeper memory list` shows the ids there are")
    })
}

/// A lesson whose place another one takes.
fn superseded(old: Lesson, by: &Lesson) -> Result<Lesson, Fault> {
    if old.lesson == by.lesson {
        return Err(Fault::new("memory.add", "a lesson cannot supersede itself"));
    }
    Ok(Lesson {
        superseded_by: Some(by.lesson.clone()),
        state: State::Retired,
        valid_until: Some(by.valid_from),
        learned_at: by.learned_at.max(old.learned_at),
        ..old
    })
}

/// The latest of each lesson.
pub(crate) fn lessons(store: &mut dyn Store, tenant: &Tenant) -> Result<BTreeMap<String, Lesson>, Fault> {
    lessons_of(store, tenant, Selection::default())
}

/// The latest of each lesson that may be the same as, or contradict, one with these conditions: both take the
/// same operation and table. So what learning costs does not grow with everything that was ever learned.
fn lessons_near<'a>(
    store: &mut dyn Store,
    tenant: &Tenant,
    conditions: impl Iterator<Item = &'a Conditions>,
) -> Result<BTreeMap<String, Lesson>, Fault> {
    let subjects: BTreeSet<_> = conditions.map(|about| (&about.operation, &about.table)).collect();
    let mut known = BTreeMap::new();
    for (operation, table) in subjects {
        let (operation, table) = (operation.clone(), table.clone());
        known.extend(lessons_of(store, tenant, Selection { operation, table, ..Selection::default() })?);
    }
    Ok(known)
}

fn lessons_of(
    store: &mut dyn Store,
    tenant: &Tenant,
    selection: Selection,
) -> Result<BTreeMap<String, Lesson>, Fault> {
    let selection = Selection { kind: Some(Kind::Lesson), ..selection };
    let entries = store.entries(tenant, &selection)?.into_iter();
    let lessons = entries.filter_map(|entry| match entry.body {
        Body::Lesson(lesson) => Some((lesson.lesson.clone(), *lesson)),
        _ => None,
    });
    Ok(lessons.collect())
}

/// Adds a saying to its lesson; answers the lesson's id where that changed it.
fn take(known: &mut BTreeMap<String, Lesson>, saying: Saying, run: &str, at: Timestamp) -> Option<String> {
    let id = Lesson::id_of(&(saying.rule, &saying.conditions));
    if !known.contains_key(&id) && !saying.speaks_for {
        // Nobody believes it yet, so nobody needs to be told otherwise.
        return None;
    }
    let lesson = known.entry(id.clone()).or_insert_with(|| fresh(&id, &saying, at));
    let runs = if saying.speaks_for { &mut lesson.for_runs } else { &mut lesson.against_runs };
    if !runs.insert(run.to_owned()) {
        return None;
    }
    if saying.speaks_for && saying.rows >= lesson.rows {
        // The largest table says most.
        (lesson.text, lesson.rows) = (saying.text, saying.rows);
    }
    lesson.learned_at = at;
    lesson.state = lesson.judged();
    lesson.valid_until = match lesson.state {
        State::Retired => lesson.valid_until.or(Some(at)),
        State::Candidate | State::Active => None,
    };
    Some(id)
}

fn fresh(id: &str, saying: &Saying, at: Timestamp) -> Lesson {
    Lesson {
        lesson: id.to_owned(),
        kind: saying.kind.to_owned(),
        text: saying.text.clone(),
        conditions: saying.conditions.clone(),
        remedy: saying.remedy.clone(),
        outcome: saying.outcome,
        rows: saying.rows,
        environment: None,
        origin: Origin::Rule(saying.rule.to_owned()),
        for_runs: BTreeSet::new(),
        against_runs: BTreeSet::new(),
        contradicts: BTreeSet::new(),
        valid_from: at,
        valid_until: None,
        superseded_by: None,
        state: State::Candidate,
        claims: serde_json::Map::new(),
        learned_at: at,
    }
}

/// Writes changed lessons, and those whose contradictions changed with them.
fn write(
    store: &mut dyn Store,
    embedder: Option<&dyn Embedder>,
    tenant: &Tenant,
    mut known: BTreeMap<String, Lesson>,
    mut changed: BTreeSet<String>,
) -> Result<(), Fault> {
    for (id, contradicts) in contradictions(&known, &changed) {
        if let Some(lesson) = known.get_mut(&id).filter(|lesson| lesson.contradicts != contradicts) {
            lesson.contradicts = contradicts;
            changed.insert(id);
        }
    }
    let changed = changed.iter().filter_map(|id| known.remove(id));
    let entries: Vec<Entry> =
        changed.map(|lesson| Entry::new(tenant, Body::Lesson(Box::new(lesson)))).collect();
    append(store, embedder, &entries)?;
    Ok(())
}

/// What changed lessons and their opposites now contradict.
fn contradictions(
    known: &BTreeMap<String, Lesson>,
    changed: &BTreeSet<String>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for id in changed {
        let Some(lesson) = known.get(id) else { continue };
        let contrary = known.values().filter(|other| lesson.is_contrary(other));
        let contrary: BTreeSet<String> = contrary.map(|other| other.lesson.clone()).collect();
        for other in
            known.values().filter(|other| contrary.contains(&other.lesson) || other.contradicts.contains(id))
        {
            let theirs = found.entry(other.lesson.clone()).or_insert_with(|| other.contradicts.clone());
            if contrary.contains(&other.lesson) {
                theirs.insert(id.clone())
            } else {
                theirs.remove(id)
            };
        }
        found.insert(id.clone(), contrary);
    }
    found
}
