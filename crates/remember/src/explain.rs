//! `memory explain`: what an entry rests on, what it was worth, what speaks against it.

use std::collections::BTreeSet;

use model::Fault;
use serde::Serialize;

use crate::list::summary_of;
use crate::{
    Body, Entry, Kind, Lesson, Memory, Origin, Outcome, PredictionRecord, Selection, State, Summary,
    confidence,
};

/// The receipts that an explanation shows of each run.
const RECEIPTS_MAX: u32 = 50;

/// What an entry rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The entry, in short.
    pub entry: Summary,
    /// How sure it is, 0 to 100; none where it says nothing that could go well or fail.
    pub confidence: Option<f64>,
    /// How often it went well.
    pub successes: u64,
    /// How often it failed.
    pub failures: u64,
    /// Whether a person told it, so that nothing of it was measured here.
    pub claimed: bool,
    /// For a lesson: how far it is believed.
    pub state: Option<State>,
    /// For a prediction: how it did; none until its step has run.
    pub score: Option<Score>,
    /// The receipts it rests on.
    pub rests_on: Vec<Summary>,
    /// The receipts that speak against it.
    pub against: Vec<Summary>,
    /// The lessons that say the opposite.
    pub contradicted_by: Vec<Summary>,
    /// The lesson that took its place.
    pub superseded_by: Option<Summary>,
}

/// How a prediction did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// What was told, in ms.
    pub told_ms: f64,
    /// What was measured, in ms.
    pub measured_ms: f64,
    /// How far off it was, in percent of what was measured.
    pub error_percent: f64,
    /// Whether it fell between the 10th and the 90th percentile.
    pub within_interval: bool,
    /// Whether the lock was held no longer than the 90th percentile.
    pub lock_hold_below_p90: bool,
}

impl Memory {
    /// What an entry rests on.
    ///
    /// # Errors
    /// When no entry, or more than one, has the id, or the store cannot be read.
    pub fn explain(&self, id: &str) -> Result<Explanation, Fault> {
        let entry = self.show(id)?;
        let (successes, failures) = self.counts_of(&entry)?;
        let mut explanation = Explanation {
            entry: summary_of(&entry),
            confidence: (successes + failures > 0).then(|| confidence(successes, failures).round()),
            successes,
            failures,
            claimed: false,
            state: None,
            score: None,
            rests_on: Vec::new(),
            against: Vec::new(),
            contradicted_by: Vec::new(),
            superseded_by: None,
        };
        match &entry.body {
            Body::Lesson(lesson) => self.explain_lesson(lesson, &mut explanation)?,
            Body::Prediction(prediction) => self.explain_prediction(prediction, &mut explanation)?,
            Body::Step(step) => explanation.rests_on = self.receipts(&BTreeSet::from([step.run.clone()]))?,
            Body::Run(run) => explanation.rests_on = self.receipts(&BTreeSet::from([run.run.clone()]))?,
            Body::Rehearsal(rehearsal) => {
                explanation.rests_on = self.receipts(&BTreeSet::from([rehearsal.run.clone()]))?;
            }
        }
        Ok(explanation)
    }

    fn counts_of(&self, entry: &Entry) -> Result<(u64, u64), Fault> {
        let own = |outcome: Option<Outcome>| match outcome.and_then(Outcome::verdict) {
            Some(true) => (1, 0),
            Some(false) => (0, 1),
            None => (0, 0),
        };
        let tally = |operation: &str, recipe: &str| {
            self.with_store(|store| store.tally(self.tenant(), operation, recipe))
        };
        match &entry.body {
            Body::Step(step) => tally(step.operation.name(), &step.recipe),
            Body::Lesson(lesson) => {
                match (lesson.counts(), &lesson.conditions.operation, &lesson.conditions.recipe) {
                    (Some(counts), ..) => Ok(counts),
                    (None, Some(operation), Some(recipe)) => tally(operation, recipe),
                    (None, ..) => Ok(own(lesson.outcome)),
                }
            }
            Body::Run(run) => Ok(own(Some(run.outcome.into()))),
            Body::Rehearsal(_) | Body::Prediction(_) => Ok((0, 0)),
        }
    }

    fn explain_lesson(&self, lesson: &Lesson, explanation: &mut Explanation) -> Result<(), Fault> {
        explanation.claimed = lesson.origin == Origin::Person;
        explanation.state = Some(lesson.state);
        explanation.rests_on = self.receipts(&lesson.for_runs)?;
        explanation.against = self.receipts(&lesson.against_runs)?;
        for other in &lesson.contradicts {
            explanation.contradicted_by.extend(self.latest_of(other)?);
        }
        if let Some(other) = &lesson.superseded_by {
            explanation.superseded_by = self.latest_of(other)?;
        }
        Ok(())
    }

    /// A lesson as it is now.
    fn latest_of(&self, lesson: &str) -> Result<Option<Summary>, Fault> {
        let lesson = Some(lesson.to_owned());
        let selection = Selection { lesson, newest_first: true, limit: Some(1), ..Selection::default() };
        Ok(self.entries(&selection)?.first().map(summary_of))
    }

    fn explain_prediction(
        &self,
        told: &PredictionRecord,
        explanation: &mut Explanation,
    ) -> Result<(), Fault> {
        let selection =
            Selection { kind: Some(Kind::Step), run: Some(told.run.clone()), ..Selection::default() };
        let entries = self.entries(&selection)?;
        let measured = entries.iter().rev().find(|entry| {
            matches!(&entry.body, Body::Step(step) if step.ordinal == told.ordinal && step.outcome == model::StepOutcome::Done)
        });
        if let Some(entry) = measured
            && let Body::Step(step) = &entry.body
        {
            explanation.rests_on = vec![summary_of(entry)];
            explanation.score = Some(score(&told.predicted, step));
        }
        Ok(())
    }

    fn receipts(&self, runs: &BTreeSet<String>) -> Result<Vec<Summary>, Fault> {
        let mut found = Vec::new();
        for run in runs {
            let selection = Selection {
                kind: Some(Kind::Step),
                run: Some(run.clone()),
                limit: Some(RECEIPTS_MAX),
                ..Selection::default()
            };
            found.extend(self.entries(&selection)?.iter().map(summary_of));
        }
        Ok(found)
    }
}

fn score(told: &model::Prediction, step: &model::StepReceipt) -> Score {
    Score {
        told_ms: told.ms.p50,
        measured_ms: step.execution_ms,
        error_percent: 100.0 * (told.ms.p50 - step.execution_ms).abs() / step.execution_ms,
        within_interval: told.ms.contains(step.execution_ms),
        lock_hold_below_p90: step.lock_hold_ms <= told.lock_hold_ms.p90,
    }
}
