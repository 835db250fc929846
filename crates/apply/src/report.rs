//! What a run tells when it ends.

use std::time::Instant;

use model::{Fault, PhaseName, RunReceipt, Sql, StepReceipt};
use serde::Serialize;

use crate::session::ms_since;
use crate::stall::Stalls;

/// A run that came to an end: its goal, or a safe point.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// The run.
    pub receipt: RunReceipt,
    /// The receipts of the attempts this process made, in order. Those of earlier processes are in the journal.
    pub steps: Vec<StepReceipt>,
    /// The phases this process worked on, in the order it did.
    pub phases: Vec<PhaseTime>,
    /// From the first question to the last answer, in ms.
    pub total_ms: f64,
    /// The longest hold of locks that readers or writers wait behind, in ms.
    pub lock_hold_ms_max: f64,
    /// The longest queueing for such locks, all tries of a step together, in ms.
    pub lock_wait_ms_max: f64,
    /// The worst a canary had to wait during a step, above the baseline; none where it was not measured.
    pub stall: Stalls,
    /// The worst a canary had to wait before the first step.
    pub baseline: Stalls,
    /// Whether it went on with what an earlier process had begun.
    pub resumed: bool,
    /// Whether the live schema is the one the run was to arrive at; none where it stopped before.
    pub arrived: Option<bool>,
    /// How it stands and how to go on, in a sentence.
    pub message: String,
    /// What would have been sent, on a dry run.
    pub script: Vec<ScriptStep>,
}

impl RunReport {
    /// A report without a step, of a run that began at `started`.
    pub(crate) fn empty(receipt: RunReceipt, message: String, started: Instant) -> Self {
        Self {
            receipt,
            steps: Vec::new(),
            phases: Vec::new(),
            total_ms: ms_since(started),
            lock_hold_ms_max: 0.0,
            lock_wait_ms_max: 0.0,
            stall: Stalls::default(),
            baseline: Stalls::default(),
            resumed: false,
            arrived: None,
            message,
            script: Vec::new(),
        }
    }
}

/// A run that cannot go on: why, and how far it came.
#[derive(Debug)]
pub struct RunFault {
    /// What went wrong.
    pub fault: Fault,
    /// What was done and measured until then; none where the run did not begin.
    pub report: Option<Box<RunReport>>,
}

impl From<Fault> for RunFault {
    fn from(fault: Fault) -> Self {
        Self { fault, report: None }
    }
}

impl From<RunFault> for Fault {
    fn from(failed: RunFault) -> Self {
        failed.fault
    }
}

impl std::fmt::Display for RunFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.fault.fmt(f)
    }
}

/// The time one phase took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseTime {
    /// The phase.
    pub name: PhaseName,
    /// Wall time of its steps, with what was asked before and after them, in ms.
    pub ms: f64,
    /// The longest lock hold of its steps, in ms.
    pub lock_hold_ms: f64,
    /// The longest lock wait of its steps, in ms.
    pub lock_wait_ms: f64,
}

/// One step of a dry run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScriptStep {
    /// The step's id.
    pub step: String,
    /// What it does, in a few words.
    pub title: String,
    /// The messages that would be sent, in order. The statements of one message are one transaction.
    /// Journal rows are left out.
    pub sends: Vec<Sql>,
}

/// What is summed up over a run's steps.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) phases: Vec<PhaseTime>,
    pub(crate) lock_hold_ms_max: f64,
    pub(crate) lock_wait_ms_max: f64,
    pub(crate) stall: Stalls,
}

impl Tally {
    /// Adds a finished attempt that took `ms` of wall time. `blocks` says whether readers or writers wait
    /// behind the step's locks.
    pub(crate) fn add(&mut self, receipt: &StepReceipt, ms: f64, blocks: bool) {
        if self.phases.last().is_none_or(|phase| phase.name != receipt.phase) {
            let name = receipt.phase;
            self.phases.push(PhaseTime { name, ms: 0.0, lock_hold_ms: 0.0, lock_wait_ms: 0.0 });
        }
        if let Some(phase) = self.phases.last_mut() {
            phase.ms += ms;
            phase.lock_hold_ms = phase.lock_hold_ms.max(receipt.lock_hold_ms);
            phase.lock_wait_ms = phase.lock_wait_ms.max(receipt.lock_wait_ms);
        }
        if blocks {
            self.lock_hold_ms_max = self.lock_hold_ms_max.max(receipt.lock_hold_ms);
            self.lock_wait_ms_max = self.lock_wait_ms_max.max(receipt.lock_wait_ms);
        }
        self.stall.read_ms = worse(self.stall.read_ms, receipt.stall_read_ms);
        self.stall.write_ms = worse(self.stall.write_ms, receipt.stall_write_ms);
    }
}

fn worse(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}
