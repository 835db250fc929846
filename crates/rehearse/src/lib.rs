//! A plan on a throwaway database: forward, back from every phase, forward again, with schema and data
//! compared after each way back.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod build;
mod data;
mod fitting;
mod guard;
mod run;

pub use build::build;
pub use data::{DataFingerprint, fingerprint as data_fingerprint};
pub use fitting::fitting;
pub use guard::LiveSchema;
pub use run::{Rehearsal, RehearsedPhase, rehearse};
