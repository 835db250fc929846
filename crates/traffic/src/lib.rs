//! Application traffic against a database, and what each statement of it felt.
//!
//! Statements arrive at their intended times whether or not earlier ones have been answered, and a
//! latency is counted from the intended time. So a stall of two seconds shows on every statement that
//! would have met it, and not only on the few that happened to be under way.
//!
//! Every write that the server acknowledged is kept in [`Books`], so that afterwards it can be said
//! exactly which rows and values are lost: see [`Books::audit`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod audit;
mod books;
mod crew;
mod derive;
mod draw;
pub mod funds;
mod keys;
mod ledger;
mod line;
mod queue;
mod rate;
mod recorder;
mod report;
mod schedule;
mod shared;
mod traffic;
mod workload;

pub use audit::{Audit, TableAudit};
pub use books::{Books, Written};
pub use derive::{Application, Derived, LeftOut, NotDone};
pub use rate::Rate;
pub use report::{Acknowledged, Failure, Latency, Moment, TrafficReport, WindowReport};
pub use traffic::Traffic;
pub use workload::{Does, Kind, Parameter, Statement, Watched, Workload};
