//! Measures the facts on real servers.
//!
//! `cargo run -p measure` runs every statement in `cases/` on throwaway servers of every supported
//! major, as [`trace`] measures, and writes `facts/*.toml`. With `--check` it compares instead.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cases;
mod compare;
mod conversions;
mod file;
mod major;
mod matrix;
mod roles;

pub use cases::{Case, Cases};
pub use compare::{differences, measured_differences};
pub use file::{merge, merge_types, text, types_text};
pub use major::{Measured, measure};
pub use matrix::Compared;
