//! `memory forget`: removing for good, and retention.

use std::collections::BTreeSet;

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

/// What was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Entries that were removed.
    pub entries: u64,
}

impl Memory {
    /// Removes for good. It cannot be taken back; exports that were made before keep what they hold.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget(&self, what: &Forget) -> Result<Forgotten, Fault> {
        let tenant = self.tenant();
        let entries = self.with_store(|store| match what {
            Forget::Tenant => store.forget(tenant, &Selection::default()),
            Forget::Table(table) => {
                store.forget(tenant, &Selection { table: Some(table.clone()), ..Selection::default() })
            }
            Forget::Run(run) => self.forget_run(store, run),
            Forget::Before(until) => forget_before(store, tenant, *until),
        })?;
        Ok(Forgotten { entries })
    }

    /// Forgets receipts older than so many days.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn retain_days(&self, days: u32) -> Result<Forgotten, Fault> {
        let age = SignedDuration::from_hours(24 * i64::from(days));
        let until = Timestamp::now().checked_sub(age).unwrap_or(Timestamp::MIN);
        self.forget(&Forget::Before(until))
    }

    fn forget_run(&self, store: &mut dyn Store, run: &str) -> Result<u64, Fault> {
        let tenant = self.tenant();
        let mut removed =
            store.forget(tenant, &Selection { run: Some(run.to_owned()), ..Selection::default() })?;
        let rests = |lesson: &Lesson| lesson.for_runs.contains(run) || lesson.against_runs.contains(run);
        let resting: Vec<Lesson> = lessons(store, tenant)?.into_values().filter(rests).collect();
        let mut others = BTreeSet::new();
        for lesson in resting {
            let versions = Selection { lesson: Some(lesson.lesson.clone()), ..Selection::default() };
            removed += store.forget(tenant, &versions)?;
            others.extend(lesson.for_runs.into_iter().chain(lesson.against_runs));
        }
        // Its text may hold figures of the run, so the lesson is learned anew from the others.
        others.remove(run);
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        for other in store.runs(tenant, &others)? {
            learn(store, self.embedder(), tenant, &other)?;
        }
        Ok(removed)
    }
}

fn forget_before(store: &mut dyn Store, tenant: &Tenant, until: Timestamp) -> Result<u64, Fault> {
    let mut removed = 0;
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Lesson) {
        let selection = Selection { kind: Some(kind), until: Some(until), ..Selection::default() };
        removed += store.forget(tenant, &selection)?;
    }
    Ok(removed)
}
