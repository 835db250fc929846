//! How something ended, in one vocabulary for runs, steps and what people tell.

use std::fmt;

use model::{RunOutcome, StepOutcome};
use serde::{Deserialize, Serialize};

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it should.
    Done,
    /// An earlier attempt had done it.
    AlreadyDone,
    /// It failed.
    Failed,
    /// Its lock was not to be had in time.
    LockTimeout,
    /// It goes on, or its process died.
    Running,
    /// It waits for a gate, or was asked to pause.
    Paused,
    /// It was abandoned by an explicit command.
    Aborted,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::AlreadyDone,
        Self::Failed,
        Self::LockTimeout,
        Self::Running,
        Self::Paused,
        Self::Aborted,
    ];

    /// The word in output and in stores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::AlreadyDone => "already_done",
            Self::Failed => "failed",
            Self::LockTimeout => "lock_timeout",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Aborted => "aborted",
        }
    }

    /// The outcome with this name; `success` and `failure`, as people write, are `done` and `failed`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "success" => Some(Self::Done),
            "failure" => Some(Self::Failed),
            _ => Self::ALL.into_iter().find(|outcome| outcome.name() == name),
        }
    }

    /// Whether it speaks for its strategy (true), against it (false), or says nothing about it.
    pub const fn verdict(self) -> Option<bool> {
        match self {
            Self::Done => Some(true),
            Self::Failed => Some(false),
            Self::AlreadyDone | Self::LockTimeout | Self::Running | Self::Paused | Self::Aborted => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<StepOutcome> for Outcome {
    fn from(outcome: StepOutcome) -> Self {
        match outcome {
            StepOutcome::Done => Self::Done,
            StepOutcome::AlreadyDone => Self::AlreadyDone,
            StepOutcome::Failed => Self::Failed,
            StepOutcome::LockTimeout => Self::LockTimeout,
        }
    }
}

impl From<RunOutcome> for Outcome {
    fn from(outcome: RunOutcome) -> Self {
        match outcome {
            RunOutcome::Running => Self::Running,
            RunOutcome::Paused => Self::Paused,
            RunOutcome::Done => Self::Done,
            RunOutcome::Failed => Self::Failed,
            RunOutcome::Aborted => Self::Aborted,
        }
    }
}
