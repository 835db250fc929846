//! One way to reach a PostgreSQL server: URL, TLS, pooler check, identity, secrets kept out of messages.
//!
//! Every session of Lockkeeper comes from [`connect`], so every session looks at the database in the
//! same way: nothing but `pg_catalog` on the search path, ISO dates, no timeouts it did not ask for,
//! and a server process of its own.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod describe;
mod environment;
mod pooler;
mod refusal;
mod server;
mod session;
mod target;
mod tls;

pub use describe::{describe, fault, outline, sqlstate};
pub use server::{SERVER_VERSION_MIN, ServerInfo};
pub use session::{Notice, Session, connect};
pub use target::Target;
