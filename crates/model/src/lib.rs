//! Lockkeeper's nouns: plain data that every other crate shares.
//!
//! Invariant of absence: nothing in here does I/O, knows a clock, a socket, a file or a terminal.

mod assessment;
mod change;
mod ddl;
mod effect;
mod fault;
mod fingerprint;
mod ident;
mod lock;
mod operation;
mod phase;
mod plan;
mod progress;
mod receipt;
mod schema;
mod sql;
mod statistics;
mod totals;
mod units;

pub use assessment::*;
pub use change::*;
pub use effect::*;
pub use fault::*;
pub use fingerprint::*;
pub use ident::*;
pub use lock::*;
pub use operation::*;
pub use phase::*;
pub use plan::*;
pub use progress::*;
pub use receipt::*;
pub use schema::*;
pub use sql::*;
pub use statistics::*;
pub use totals::*;
pub use units::*;
