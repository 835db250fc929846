//! What tests need: databases of their own on servers of several majors.
//!
//! ```no_run
//! # async fn example() {
//! for major in testkit::majors() {
//!     let database = testkit::database(major).await;
//!     let session = database.connect().await;
//!     session.batch_execute("CREATE TABLE public.funds (id bigint)").await.expect("it is empty");
//! }
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cases;
mod faults;
mod killer;
mod packages;
mod pool;
mod servers;
mod skip;

pub use cases::{Case, cases};
pub use faults::{FaultProxy, Mischief};
pub use killer::kill_later;
pub use packages::packages;
pub use pool::Pool;
pub use servers::{TestDatabase, database, majors, server};
pub use skip::skip;
