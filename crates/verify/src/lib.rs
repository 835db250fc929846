//! Does the live database hold what was wanted, and nothing less?
//!
//! Three questions are asked of a database, its migrations and the wanted schema: [`Question`].
//! [`sync()`] compares two schemas and tells three kinds of difference apart: what is missing, what is there
//! otherwise than wanted, and what nobody asked for. It does no I/O.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answers;
mod difference;
mod evidence;
mod sync;
mod text;

pub use answers::{Answer, Answers, Question};
pub use difference::{Difference, Verification};
pub use sync::sync;
