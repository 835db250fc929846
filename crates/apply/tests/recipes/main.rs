//! Recipes from end to end: two schemas are read from real servers, compared, planned and applied, while an
//! application uses the tables.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod copy;
mod deadlock;
mod found;
mod keys;
mod kills;
mod labels;
mod nulls;
mod operations;
mod pairs;
mod partition;
mod privileges;
mod rename;
mod retype;
mod sweep;
mod together;
mod trial;
mod wide;
mod world;
mod yard;
