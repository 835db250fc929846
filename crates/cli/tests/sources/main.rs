//! Schema sources as a user meets them on the command line.

mod ignored;
mod project;
mod renamed;
mod revision;
mod settled;
mod verified;
