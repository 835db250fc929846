//! How dangerous changes are: category, risk with reasons, red flags and the safety checklist.
//!
//! Invariant of absence: no I/O. What statements do comes from facts, what the database is like from its
//! statistics, what the code uses from a search of it; all of them as data. What is not known is said to
//! be unknown, never taken for safe.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod category;
mod checklist;
mod compatible;
pub mod effect;
mod experience;
mod exposure;
mod flags;
mod live;
mod precondition;
mod risk;
mod uses;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AssessedChange, Assessment, Category, Change, Effect, Finding, Fingerprint, Name, Risk, Schema,
    SourceMark, Statistics, Table, TableStatistics,
};

pub use checklist::{Evidence, Said};
pub use experience::{Experience, Hold, Trouble};
pub use live::{Archive, IndexReaders, Live, SequenceUse};
pub use precondition::{Outcome, Precondition, Rows};
pub use uses::CodeUse;

/// What an assessment rests on.
pub struct Input<'a> {
    /// The schema as it is.
    pub from: &'a Schema,
    /// The fingerprint of the wanted schema.
    pub to: Fingerprint,
    /// `server_version_num`; none where no server was asked.
    pub server_version: Option<u32>,
    /// The changes with what their statements do.
    pub changes: Vec<Judged>,
    /// Sizes and traffic; none where no database was asked.
    pub statistics: Option<&'a Statistics>,
    /// Tables the application cannot do without.
    pub critical_tables: &'a BTreeSet<Name>,
    /// Where code uses what goes; none where no code was searched.
    pub code_uses: Option<&'a BTreeMap<String, Vec<CodeUse>>>,
    /// What the live data says of each change; empty where it was not asked.
    pub preconditions: &'a [Precondition],
    /// What the live database says of itself beside its statistics; none where it was not asked.
    pub live: Option<&'a Live>,
    /// What earlier runs of such changes took, by the change's place.
    pub experience: &'a BTreeMap<usize, Experience>,
    /// The budget for an application's stall, in ms.
    pub stall_budget_ms: f64,
    /// What the checklist goes by.
    pub evidence: Evidence,
}

/// One change and what its statements do.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The change.
    pub change: Change,
    /// What its statements do, together.
    pub effect: Effect,
    /// What of the effect could not be known, each a sentence.
    pub unknown: Vec<String>,
    /// What rules found in its statements.
    pub findings: Vec<Finding>,
}

impl Judged {
    /// What a plain push's statements of a change do on a schema.
    ///
    /// A change after a rename names what it is about by the new name; see [`renamed`].
    pub fn of(change: &Change, schema: &Schema, server_major: u32) -> Self {
        let known = effect::judge(&effect::acts(change, schema), schema, server_major);
        let mut unknown = known.unknown;
        unknown.extend(known.refusal.map(|refusal| format!("it fails on {server_major}: {refusal}")));
        Self { change: change.clone(), effect: known.effect, unknown, findings: Vec::new() }
    }
}

/// A schema as it is, with tables and columns that changes rename under their new names as well: the
/// changes that follow a rename know nothing of the old ones.
pub fn renamed(schema: &Schema, changes: &[Change]) -> Schema {
    let mut known = schema.clone();
    for change in changes {
        match change {
            Change::RenameTable { from, to } => {
                if let Some(table) = known.tables.get(from).cloned() {
                    known.tables.insert(to.clone(), table);
                }
            }
            Change::RenameColumn { table, from, to } => {
                let columns = known.tables.get_mut(table).map(|table| &mut table.columns);
                let column =
                    columns.and_then(|columns| columns.iter_mut().find(|column| column.name == *from));
                if let Some(column) = column {
                    column.name = to.clone();
                }
            }
            _ => {}
        }
    }
    known
}

/// Assesses changes as a plain push would make them.
pub fn assess(input: Input<'_>) -> Assessment {
    let red_flags = flags::red_flags(&input);
    let each = input.changes.iter().enumerate();
    let changes: Vec<AssessedChange> = each.map(|(at, judged)| one(&input, at, judged)).collect();
    let category = changes.iter().map(|change| change.category).max().unwrap_or(Category::Safe);
    let riskiest = changes.iter().map(|change| &change.risk).max_by(|a, b| a.score.total_cmp(&b.score));
    let risk = riskiest.cloned().unwrap_or_else(Risk::none);
    let checklist = checklist::checklist(&input, category, &red_flags);
    Assessment {
        from: SourceMark { fingerprint: input.from.fingerprint() },
        to: SourceMark { fingerprint: input.to },
        server_version: input.server_version,
        category,
        risk,
        changes,
        red_flags,
        checklist,
    }
}

fn one(input: &Input<'_>, at: usize, judged: &Judged) -> AssessedChange {
    let change = &judged.change;
    let asked: Vec<&Precondition> = input.asked(at).collect();
    let mut findings = judged.findings.clone();
    findings.extend(asked.iter().filter_map(|asked| asked.finding()));
    findings.extend(input.use_findings(change));
    let proved_empty = asked.iter().any(|asked| asked.outcome == Outcome::Loses)
        && asked.iter().all(|asked| asked.outcome != Outcome::Loses || asked.is_violated() == Some(false));
    AssessedChange {
        operation: change.operation(),
        object: change.object().to_string(),
        category: category::category(input, at, judged),
        sql: change.sql(),
        effect: Effect { data_loss: category::loses_data(judged) && !proved_empty, ..judged.effect.clone() },
        backward_compatible: compatible::backward_compatible(change),
        risk: risk::risk(input, at, judged),
        findings,
        change: Some(change.clone()),
    }
}

impl Input<'_> {
    /// A table by the name it has among the changes: after a rename, that is the new one.
    fn table(&self, name: &Name) -> Option<&Table> {
        self.from.table(self.now(name))
    }

    /// What the statistics say of a table, by the name it has among the changes.
    fn table_statistics(&self, name: &Name) -> Option<&TableStatistics> {
        self.statistics?.table(self.now(name))
    }

    /// The name a table has now.
    fn now<'n>(&'n self, name: &'n Name) -> &'n Name {
        let renamed = self.changes.iter().find_map(|judged| match &judged.change {
            Change::RenameTable { from, to } if to == name => Some(from),
            _ => None,
        });
        renamed.unwrap_or(name)
    }

    /// The tables whose readers, writers or rows a change meets: its own first. Partitions count with the
    /// table they are parts of.
    fn touched(&self, judged: &Judged) -> Vec<Name> {
        let effect = &judged.effect;
        let locked = effect.locks.iter().filter(|lock| lock.mode.blocks_writes()).map(|lock| &lock.relation);
        let mut found: Vec<Name> = judged.change.table().into_iter().collect();
        found.retain(|table| self.table(table).is_some());
        let parts: Vec<Name> = found.iter().flat_map(|table| self.parts(table)).collect();
        for name in effect.rewrites.iter().chain(&effect.scans).chain(locked) {
            if self.table(name).is_some() && !found.contains(name) && !parts.contains(name) {
                found.push(name.clone());
            }
        }
        found
    }

    /// A table with its partitions and the tables that inherit from it.
    fn parts(&self, table: &Name) -> Vec<Name> {
        let mut parts = effect::children(self.from, self.now(table));
        parts.push(table.clone());
        parts
    }

    /// Whether any table that a change is about, or reads or writes all rows of, has a row; none where that is
    /// not known, and for a change that is about no table.
    fn meets_rows(&self, judged: &Judged) -> Option<bool> {
        let own = judged.change.table();
        let worked = judged.effect.rewrites.iter().chain(&judged.effect.scans);
        let each = own.iter().chain(worked).map(|table| has_rows(self, table));
        each.reduce(|all, one| match (all, one) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        })?
    }

    /// What the live data was asked about a change.
    fn asked(&self, at: usize) -> impl Iterator<Item = &Precondition> {
        self.preconditions.iter().filter(move |asked| asked.change == at)
    }

    /// The first answer by which a change has rows in its way, or would change or lose values.
    fn violated(&self, at: usize) -> Option<&Precondition> {
        self.asked(at).find(|asked| asked.is_violated() == Some(true))
    }

    /// Whether the live data was asked about a change, and nothing stands in its way.
    fn is_clear(&self, at: usize) -> bool {
        self.asked(at).next().is_some() && self.asked(at).all(|asked| asked.is_violated() == Some(false))
    }
}

/// Whether a table has at least one row, as far as that is known.
fn has_rows(input: &Input<'_>, table: &Name) -> Option<bool> {
    if input.table(table).is_none() && !input.from.views.contains_key(table) {
        return Some(false);
    }
    let statistics = input.table_statistics(table)?;
    statistics.has_rows.or_else(|| (statistics.rows? > 0.0).then_some(true))
}
