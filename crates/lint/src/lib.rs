//! Findings in SQL migrations, without a server: every verdict from measured facts and followed state.
//!
//! A run takes its files in order. Each statement is read ([`parse`]), judged by the facts with the state
//! that earlier statements left, and shown to the rules, one file a rule in [`rules()`].
//!
//! Invariant of absence: nothing in here does I/O.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod apply;
mod convert;
mod effect;
mod failure;
mod fix;
pub mod format;
mod options;
mod peers;
mod rule;
mod rules;
mod run;
mod runner;
mod source;
mod state;
mod suppress;
mod version;

use facts::report::Report;

pub use fix::{Fixed, fix};
pub use options::{Baseline, BaselineEntry, Level, LintConfig, Options, PG_VERSION, PathConfig};
pub use peers::peer_page;
pub use rule::{Danger, Example, Rule};
pub use rules::{documentation, index_page, rules};
pub use runner::{Runner, runner_page};
pub use source::{SourceFile, run_order, undoes};

/// Lints files in the order they will run.
pub fn lint(files: &[SourceFile], options: &Options<'_>) -> Report {
    outcome(files, options, false).report
}

/// The baseline that leaves out everything found now.
pub fn baseline(files: &[SourceFile], options: &Options<'_>) -> Baseline {
    let mut findings: Vec<BaselineEntry> = Vec::new();
    let mut entries = outcome(files, options, true).entries;
    entries.sort();
    for entry in entries {
        match findings.last_mut() {
            Some(last) if BaselineEntry { count: 1, ..last.clone() } == entry => last.count += 1,
            _ => findings.push(entry),
        }
    }
    Baseline { findings }
}

fn outcome(files: &[SourceFile], options: &Options<'_>, entries: bool) -> run::Outcome {
    let mut run = run::Run::new(options);
    for (at, file) in files.iter().enumerate() {
        run.file(at, file);
    }
    run.finish(files.len(), entries)
}
