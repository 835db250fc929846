//! Statement × server version → effect, as measured on real servers, kept as data.
//!
//! The files in `facts/` are written by the measuring program (`cargo run -p measure`), never by hand.
//! A form that was not measured has no fact, and whoever asks says "unknown"; nothing is taken for
//! safe because it is not known.
//!
//! Invariant of absence: nothing in here does I/O; the data is compiled in.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod conversion;
mod data;
mod fact;
mod form;
mod judge;
mod majors;
pub mod report;
mod role;
mod types;

pub use conversion::{Conversion, ConversionContext, Spelled, Storage, Using, conversion, spell};
pub use data::{FactFile, lookup, of_area, type_file};
pub use fact::{Builds, Fact, Refusal};
pub use form::{Area, Form, UnknownForm};
pub use judge::{Judgement, judge};
pub use majors::{MAJOR_MAX, MAJOR_MIN, Majors};
pub use role::{IndexCounts, Role, Roles, Shape};
pub use types::{BtreeClass, CastContext, CastFact, CastMethod, Simplifies, TypeFact, TypeFile, ValuesFact};
