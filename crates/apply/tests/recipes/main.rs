//! Recipes from end to end: two schemas are read from real servers, compared, planned and applied, while an
//! application uses the tables.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod rename;
mod retype;
mod world;
