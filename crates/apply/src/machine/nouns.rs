//! What goes into the machine and what comes out of it.

use model::Direction;
use serde::{Deserialize, Serialize};

/// How a step stands in the journal. A step that was undone is `Pending` again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Never begun, or undone.
    Pending,
    /// Meant to be done outside a transaction; whether it was is not known.
    Doing,
    /// Done.
    Done,
    /// Meant to be undone outside a transaction; whether it was is not known.
    Undoing,
}

/// How an action is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Commits together with its journal row.
    Transaction,
    /// One statement outside a transaction.
    Concurrent,
    /// Many small transactions.
    Backfill,
    /// Nothing is sent.
    Nothing,
}

impl Kind {
    /// Whether a crash can leave its outcome unknown to the journal.
    pub(super) const fn needs_intent(self) -> bool {
        matches!(self, Self::Concurrent | Self::Backfill)
    }
}

/// What the machine needs to know of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How it is done.
    pub forward: Kind,
    /// How it is undone.
    pub back: Kind,
    /// Whether a failed attempt, in either direction, can leave something behind.
    pub leftover: bool,
}

/// Where a run goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Forward or back.
    pub direction: Direction,
    /// All steps of the plan in order.
    pub shapes: Vec<Shape>,
    /// How many steps, from the first, are done at the goal.
    pub goal: usize,
    /// Whether it takes the place of a run that went the other way and did not come to its end.
    pub turns_around: bool,
}

/// What the shell has to do next. It answers each command with one [`Event`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Open the sessions and take the database's run lock. `Ok` or `Unreachable`.
    Connect,
    /// End every backend an earlier connection of a run left, and wait until it is gone. `Ok`.
    EndOrphans,
    /// Read how each step stands. `Steps`.
    ReadSteps,
    /// Ask the step's probe. `Answer`, `Stopped`.
    Probe(usize),
    /// Remove what failed attempts of the step left. `Ok`, `Refused`, `Stopped`.
    ClearLeftovers(usize),
    /// Remove what the attempt that is given up left, as far as that can be done at once. `Ok`.
    TidyUp(usize),
    /// Journal that the step is about to be done (or undone). `Ok`.
    Intend(usize),
    /// Do (or undo) the step. `Ok`, `LockTimeout`, `Refused`, `Stopped`.
    Execute(usize),
    /// Wait before the next try; the number counts tries from 1. `Ok`.
    BackOff(u32),
    /// Journal that the step is done (or undone); `already` where the probe said so before. `Ok`.
    Settle {
        /// The step.
        ordinal: usize,
        /// Whether it was so before anything was sent.
        already: bool,
    },
    /// Journal that a step whose undo was interrupted is undone. `Ok`.
    Withdraw(usize),
    /// Ask the step's verification. `Answer`, `Stopped`.
    Verify(usize),
    /// Wait until going on is wanted again. `Ok`.
    Idle,
    /// Journal how the run ended. `Ok`.
    Record(End),
    /// The machine is at its end; nothing is answered.
    Finish(End),
}

/// How a command went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The run begins.
    Start,
    /// It was done.
    Ok,
    /// The steps as journaled, in order.
    Steps(Vec<StepState>),
    /// A probe's or verification's answer.
    Answer(bool),
    /// A lock was not to be had; nothing stays. `exhausted` when patience has run out.
    LockTimeout {
        /// Whether no more tries are wanted.
        exhausted: bool,
    },
    /// The server refused, or the shell did; the shell keeps the reason.
    Refused,
    /// It stopped at a safe point because a stop was wanted.
    Stopped,
    /// The connection was lost; whether the command had its effect is not known.
    Lost,
    /// No connection, or no run lock, is to be had; the shell keeps the reason.
    Unreachable,
}

/// What the user wants, asked at each safe point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Go on.
    GoOn,
    /// Wait in place (`lockkeeper pause`).
    Idle,
    /// Stop and leave the rest for later (Ctrl-C).
    Pause,
    /// Stop and give the run up (`lockkeeper abort`).
    Abort,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every step up to the goal is done, or undone.
    Reached,
    /// Stopped as wished; to be resumed.
    Paused,
    /// Given up as wished.
    Aborted,
    /// It cannot go on, for this reason.
    Failed(Why),
}

/// Why a run cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The server, or the shell, refused the step (or a question about it).
    Refused(usize),
    /// The lock was not to be had in the time allowed.
    LockTimeout(usize),
    /// The step was carried out, but its probe says it was not.
    ProbeDisagrees(usize),
    /// The step's verification says it did not do all it should.
    VerificationFailed(usize),
    /// The step's effect was there before the step, and not by this plan.
    AlreadyThere(usize),
    /// The journal says the step is done, its probe says it is not: somebody else changed the schema.
    Drifted(usize),
    /// The journal's rows contradict each other.
    JournalBroken,
    /// The connection was lost again and again without progress.
    LostTooOften,
    /// The server cannot be reached, so nothing could be journaled.
    Unreachable,
}

/// Connections lost in a row without a step finished, before the run gives up.
pub const LOST_MAX: u32 = 10;

/// How often a backfill is repeated while its probe still finds rows.
pub const BACKFILL_ROUNDS_MAX: u32 = 20;
