//! Runs SQL on a throwaway server and measures what each statement does.
//!
//! Nothing here knows what a kind of statement ought to do: locks are read from `pg_locks` while they
//! are held, rewrites and index builds from storage that is another one afterwards, scans from the
//! session's own counters, data loss from the data.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod block;
mod catalog;
mod category;
mod delta;
mod gate;
mod loss;
mod proved;
mod run;
mod text;
mod tracer;
mod watch;

pub use run::{On, run};
pub use tracer::{Observation, ServerError, Tracer, shadow_settings};
