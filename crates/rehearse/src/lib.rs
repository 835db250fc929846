//! A plan on a throwaway database: forward, back from every phase, forward again, with schema and data
//! compared after each way back, while an application works on it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod application;
mod build;
mod common;
mod data;
mod extrapolate;
mod fitting;
mod guard;
mod place;
mod report;
mod run;
mod way;

pub use build::build;
pub use data::{DataFingerprint, TableData, fingerprint as data_fingerprint};
pub use fitting::{conversions, demanding, fitting};
pub use guard::LiveSchema;
pub use place::Place;
pub use report::{Expected, Rehearsal, RehearsedPhase, RehearsedTraffic, Worst};
pub use run::{Options, Piece, rehearse};
