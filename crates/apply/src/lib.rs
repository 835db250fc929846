//! Carries a plan out on a live database: journal, locks, backfill, resume, rollback.
//!
//! [`apply`] and [`rollback`] drive a state machine without I/O ([`machine`]) through a thin shell. The
//! journal lives in schema `lockkeeper` of the target database, so that a step and the record of it
//! commit together. Whatever happens in between — a killed client, a restarted server, an answer that got
//! lost — the same call goes on: it ends what may still be running, reads the journal and asks the probe.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attempt;
mod backfill;
mod blockers;
mod busy;
mod concurrent;
mod control;
mod ending;
mod environment;
mod failure;
#[cfg(test)]
mod fixture;
mod goal;
mod journal;
mod locks;
pub mod machine;
mod options;
mod orphan;
mod privilege;
mod pulse;
mod receipt;
mod report;
mod run;
mod script;
mod session;
mod shell;
mod stall;
mod start;
mod status;
mod steps;
mod transaction;
mod waiting;
mod work;

pub use control::{SETTINGS, abort, pause, resume_request, set};
pub use environment::{KnownEnvironment, environment_of, identity, remember_environment};
pub use options::{ApplyOptions, Guard, GuardFuture, Moment, StopFlag};
pub use report::{PhaseTime, RunFault, RunReport, ScriptStep};
pub use run::{apply, rollback};
pub use stall::Stalls;
pub use status::{BackfillStatus, RunStatus, Runner, Status, StepStatus, Waits, status, step_under_way};
