//! Reports as text, JSON, SARIF, GitHub annotations and Markdown: pure functions from a report to a text.

mod annotations;
mod markdown;
mod sarif;
mod text;

use facts::report::Report;

pub use annotations::github;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::{Style, text};

/// The report as one JSON object, in the shape that `lint` and `trace` share.
pub fn json(report: &Report) -> String {
    // Plain data with string keys always serialises.
    serde_json::to_string_pretty(report).unwrap_or_default()
}

/// `3 findings`, `1 finding`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
