//! The executor on real servers.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod archive;
mod disk;
mod doom;
mod faults;
mod heeds;
mod kill;
mod network;
mod notes;
mod plans;
mod pooler;
mod proxy;
mod refusals;
mod replicas;
mod speed;
mod waiting;
mod whole;
mod wishes;
mod workers;

use apply::ApplyOptions;

/// Options for tests that measure nothing.
pub fn quick() -> ApplyOptions<'static> {
    ApplyOptions { stall: false, lock_patience_ms: 20_000, ..ApplyOptions::default() }
}
