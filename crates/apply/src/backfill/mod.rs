//! Fills rows in small transactions over physical ranges, as fast as the application allows.
//!
//! A pass goes through the pages of each part of the table once and takes in what was added at the end
//! meanwhile. Rows that were locked, or moved behind the pass by an application's update, are left for
//! the next pass; the step's probe says whether one is needed.

mod filling;
mod pass;
mod ranges;
mod servo;
mod throttle;
mod watch;
mod worker;

pub(crate) use filling::{Filling, script};
pub(crate) use pass::fill;
