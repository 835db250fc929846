//! The whole pipeline on a throwaway server, under application traffic.
//!
//! [`run()`] makes a database with plausible rows, lets an application work on it, and has a
//! [`Pipeline`] take it through a change of schema: rehearsed, killed in the middle and resumed, rolled
//! back, applied again and verified, with every statement of the application measured and every write
//! accounted for. The [`Report`] says what came of it; its text and its JSON are of the same data.
//!
//! This crate does not know how the pipeline works: it drives it, and judges it by what the server and
//! the application say.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bare;
mod baseline;
mod code;
mod gated;
mod kill;
mod migration;
mod options;
mod outside;
mod pipeline;
mod report;
mod run;
mod scenario;
mod stage;
mod table;
mod text;

pub use gated::GateReport;
pub use kill::KillReport;
pub use options::DemoOptions;
pub use outside::Proof;
pub use pipeline::{Applied, Pipeline, Rehearsed, Remembered, Verified};
pub use report::*;
pub use run::run;
pub use scenario::Scenario;
