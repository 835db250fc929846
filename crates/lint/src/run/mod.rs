//! Takes a run's statements one by one through the state, the facts and the rules.

mod failing;
mod file;
mod reporting;
mod transaction;
mod verdict;

pub(crate) use verdict::blocking_work;

use std::collections::BTreeSet;

use facts::report;
use model::Name;

use crate::options::{BaselineEntry, Options, PathSettings, Remaining};
use crate::rule::{Edit, Transaction};
use crate::rules::MISSING_LOCK_TIMEOUT;
use crate::runner::bookkeeping;
use crate::source::SourceFile;
use crate::state::Catalog;
use file::FileRun;
use reporting::{Found, Pending, came, place};

impl<'a> Run<'a> {
    pub(crate) fn new(options: &'a Options<'a>) -> Self {
        let mut catalog = options.schema.map_or_else(Catalog::empty, Catalog::of);
        catalog.major = options.pg_version;
        Self {
            options,
            paths: PathSettings::new(options.config),
            catalog,
            found: Vec::new(),
            pending: Vec::new(),
            statements: Vec::new(),
            small: options.config.small_tables.iter().cloned().chain(bookkeeping()).collect(),
            open: None,
        }
    }

    pub(crate) fn file(&mut self, at: usize, source: &SourceFile) {
        let script = parse::parse(&source.text);
        let rules = self.paths.for_path(&source.path);
        self.catalog.applying = source.applied;
        let mut file = FileRun::new(self, at, source, &script, rules);
        file.statements();
        file.finish();
    }

    /// Decides what was left open, and puts everything in order; `entries`: for a baseline too.
    pub(crate) fn finish(mut self, files: usize, entries: bool) -> Outcome {
        for pending in std::mem::take(&mut self.pending) {
            if !came(&pending.unless, &self.catalog) {
                if let Some(statement) = pending.statement.and_then(|at| self.statements.get_mut(at)) {
                    statement.category = statement.category.max(pending.finding.finding.category);
                }
                self.found.push(pending.finding);
            }
        }
        self.found.sort_by(|a, b| place(a).cmp(&place(b)));
        let mut remaining = Remaining::of(self.options.baseline);
        let mut outcome = Outcome { fixes: vec![Vec::new(); files], ..Outcome::default() };
        outcome.report.statements = self.statements;
        let mut told = BTreeSet::new();
        for found in self.found {
            let known = self.options.baseline.is_some() && remaining.takes(&found.entry());
            if known {
                continue;
            }
            if entries {
                outcome.entries.push(found.entry());
            }
            // One SET helps all statements of a file.
            if found.finding.rule == MISSING_LOCK_TIMEOUT.name && !told.insert(found.file) {
                continue;
            }
            if !found.fix.is_empty() {
                outcome.fixes[found.file].push(found.fix);
            }
            outcome.report.findings.push(found.finding);
        }
        outcome
    }
}

/// What a run answers, with the edits that would fix what can be fixed.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) report: report::Report,
    /// For each file by its place in the input: edits, each set that of one finding.
    pub(crate) fixes: Vec<Vec<Vec<Edit>>>,
    /// For a baseline: each finding with its statement's wording.
    pub(crate) entries: Vec<BaselineEntry>,
}

/// Everything that goes through a run.
pub(crate) struct Run<'a> {
    options: &'a Options<'a>,
    paths: PathSettings<'a>,
    catalog: Catalog,
    found: Vec<Found>,
    pending: Vec<Pending>,
    statements: Vec<report::Statement>,
    small: BTreeSet<Name>,
    /// The transaction that an earlier file began and this one goes on with.
    open: Option<Transaction>,
}
