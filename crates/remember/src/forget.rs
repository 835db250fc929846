//! `memory forget`: removing for good, and retention.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::Fault;
use serde::Serialize;

use crate::lesson::{learn, lessons};
use crate::store::Store;
use crate::{Kind, Lesson, Memory, Selection, TableName, Tenant};

/// What is to be forgotten of this tenant.
#[derive(Debug, Clone, PartialEq)]
pub enum Forget {
    /// Everything.
    Tenant,
    /// Everything about a table.
    Table(TableName),
    /// Everything of a run. Lessons that rested on it are judged anew without it.
    Run(String),
    /// Receipts, predictions and rehearsals of what happened before this time; lessons stay.
    Before(Timestamp),
}

/// What was forgotten, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Forgotten {
    /// Entries that were removed, with everything made from them: documents, words, vectors.
    pub entries: u64,
    /// The same by kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// Of the lessons, those that were judged anew without what was forgotten.
    pub lessons_judged_anew: u64,
}

impl Forgotten {
    fn add(&mut self, counts: BTreeMap<Kind, u64>) {
        for (kind, count) in counts {
            self.entries += count;
            *self.kinds.entry(kind).or_default() += count;
        }
    }
}

impl Memory {
    /// Removes for good. It cannot be taken back; exports that were made before keep what they hold.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget(&self, what: &Forget) -> Result<Forgotten, Fault> {
        self.with_store(|store| {
            let mut forgotten = Forgotten::default();
            let tenant = self.tenant();
            // Looked up before: what rests on a run is not known any more once it is gone.
            let resting = resting_on(store, tenant, what)?;
            for selection in selections(what, &resting) {
                forgotten.add(store.counts(tenant, &selection)?);
                store.forget(tenant, &selection)?;
            }
            if let Forget::Run(run) = what {
                forgotten.lessons_judged_anew = resting.len() as u64;
                self.judge_anew(store, run, resting)?;
            }
            Ok(forgotten)
        })
    }

    /// What [`forget`](Self::forget) would remove; nothing is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn would_forget(&self, what: &Forget) -> Result<Forgotten, Fault> {
        self.with_store(|store| {
            let resting = resting_on(store, self.tenant(), what)?;
            let mut forgotten =
                Forgotten { lessons_judged_anew: resting.len() as u64, ..Forgotten::default() };
            for selection in selections(what, &resting) {
                forgotten.add(store.counts(self.tenant(), &selection)?);
            }
            Ok(forgotten)
        })
    }

    /// Forgets receipts, predictions and rehearsals older than so many days.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn retain_days(&self, days: u32) -> Result<Forgotten, Fault> {
        self.forget(&Forget::older_than(days))
    }

    /// The text of a lesson may hold figures of the run, so it is learned anew from the others.
    fn judge_anew(&self, store: &mut dyn Store, run: &str, resting: Vec<Lesson>) -> Result<(), Fault> {
        let others: BTreeSet<String> = resting
            .into_iter()
            .flat_map(|lesson| lesson.for_runs.into_iter().chain(lesson.against_runs))
            .collect();
        let others: Vec<&str> = others.iter().map(String::as_str).filter(|other| *other != run).collect();
        for other in store.runs(self.tenant(), &others)? {
            learn(store, self.embedder(), self.tenant(), &other)?;
        }
        Ok(())
    }
}

impl Forget {
    /// Receipts of what happened more than so many days ago.
    pub fn older_than(days: u32) -> Self {
        let age = SignedDuration::from_hours(24 * i64::from(days));
        Self::Before(Timestamp::now().checked_sub(age).unwrap_or(Timestamp::MIN))
    }
}

/// The lessons that rest on a run which is to be forgotten.
fn resting_on(store: &mut dyn Store, tenant: &Tenant, what: &Forget) -> Result<Vec<Lesson>, Fault> {
    let Forget::Run(run) = what else { return Ok(Vec::new()) };
    let rests = |lesson: &Lesson| lesson.for_runs.contains(run) || lesson.against_runs.contains(run);
    Ok(lessons(store, tenant)?.into_values().filter(rests).collect())
}

/// The entries that are to go; no entry is in two of them.
fn selections(what: &Forget, resting: &[Lesson]) -> Vec<Selection> {
    let all = Selection::default;
    match what {
        Forget::Tenant => vec![all()],
        Forget::Table(table) => vec![Selection { table: Some(table.clone()), ..all() }],
        Forget::Run(run) => {
            let of_run = Selection { run: Some(run.clone()), ..all() };
            let versions = |lesson: &Lesson| Selection { lesson: Some(lesson.lesson.clone()), ..all() };
            std::iter::once(of_run).chain(resting.iter().map(versions)).collect()
        }
        Forget::Before(until) => {
            let receipts = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Lesson);
            receipts.map(|kind| Selection { kind: Some(kind), until: Some(*until), ..all() }).collect()
        }
    }
}
