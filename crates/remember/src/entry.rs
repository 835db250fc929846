//! One entry of the ledger: typed, never changed once written.

use std::fmt;

use jiff::Timestamp;
use model::{Fingerprint, RunReceipt, StepReceipt};
use serde::{Deserialize, Serialize};

use crate::records::{PredictionRecord, RehearsalRecord};
use crate::{Lesson, TableName, Tenant};

/// The digits of a fingerprint that make an id: at 100,000 entries two alike are one in 10^14.
const ID_DIGITS: usize = 20;

/// What an entry holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum Body {
    /// How a run stands; the latest entry of a run counts.
    Run(RunReceipt),
    /// One attempt of one step.
    Step(Box<StepReceipt>),
    /// What was predicted before a step.
    Prediction(PredictionRecord),
    /// What a rehearsal showed.
    Rehearsal(RehearsalRecord),
    /// What was learned or told; the latest entry of a lesson counts.
    Lesson(Box<Lesson>),
}

/// The kinds of entries, by the word in `memory list` and in exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`Body::Run`].
    Run,
    /// [`Body::Step`].
    Step,
    /// [`Body::Prediction`].
    Prediction,
    /// [`Body::Rehearsal`].
    Rehearsal,
    /// [`Body::Lesson`].
    Lesson,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Run, Self::Step, Self::Prediction, Self::Rehearsal, Self::Lesson];

    /// The word in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Step => "step",
            Self::Prediction => "prediction",
            Self::Rehearsal => "rehearsal",
            Self::Lesson => "lesson",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Body {
    /// What kind of entry it makes.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Run(_) => Kind::Run,
            Self::Step(_) => Kind::Step,
            Self::Prediction(_) => Kind::Prediction,
            Self::Rehearsal(_) => Kind::Rehearsal,
            Self::Lesson(_) => Kind::Lesson,
        }
    }

    /// The run it belongs to.
    pub fn run(&self) -> Option<&str> {
        match self {
            Self::Run(run) => Some(&run.run),
            Self::Step(step) => Some(&step.run),
            Self::Prediction(prediction) => Some(&prediction.run),
            Self::Rehearsal(rehearsal) => Some(&rehearsal.run),
            Self::Lesson(_) => None,
        }
    }

    /// The lesson it is a version of.
    pub fn lesson(&self) -> Option<&str> {
        match self {
            Self::Lesson(lesson) => Some(&lesson.lesson),
            _ => None,
        }
    }

    /// The operation it is about.
    pub fn operation(&self) -> Option<&str> {
        match self {
            Self::Run(_) | Self::Rehearsal(_) => None,
            Self::Step(step) => Some(step.operation.name()),
            Self::Prediction(prediction) => Some(prediction.operation.name()),
            Self::Lesson(lesson) => lesson.conditions.operation.as_deref(),
        }
    }

    /// The table it is about.
    pub fn table(&self) -> Option<TableName> {
        match self {
            Self::Run(_) | Self::Rehearsal(_) => None,
            Self::Step(step) => step.table.as_ref().map(TableName::from),
            Self::Prediction(prediction) => prediction.table.clone(),
            Self::Lesson(lesson) => lesson.conditions.table.clone(),
        }
    }

    /// When what it tells of happened.
    pub fn happened_at(&self) -> Timestamp {
        match self {
            Self::Run(run) => run.finished_at.unwrap_or(run.started_at),
            Self::Step(step) => step.started_at,
            Self::Prediction(prediction) => prediction.predicted_at,
            Self::Rehearsal(rehearsal) => rehearsal.rehearsed_at,
            Self::Lesson(lesson) => lesson.learned_at,
        }
    }
}

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id, made from tenant and content: the same entry twice is one entry.
    pub id: String,
    /// Whose it is.
    pub tenant: Tenant,
    /// When what it tells of happened.
    pub happened_at: Timestamp,
    /// What it holds.
    #[serde(flatten)]
    pub body: Body,
}

impl Entry {
    /// Makes an entry.
    pub fn new(tenant: &Tenant, body: Body) -> Self {
        let digest = Fingerprint::of(&(tenant, &body));
        let id = format!("{}-{}", body.kind(), &digest.as_str()[..ID_DIGITS]);
        Self { id, tenant: tenant.clone(), happened_at: body.happened_at(), body }
    }
}
