//! Findings on their way into the report.

use model::Finding;
use parse::{Statement, Verb};

use super::file::FileRun;
use crate::options::{BaselineEntry, wording};
use crate::rule::{Edit, Hit, Rule, Unless};
use crate::state::Catalog;

impl FileRun<'_, '_, '_> {
    /// What this statement creates makes findings void that waited for it.
    pub(super) fn void_waiting(&mut self, statement: &Statement<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        for action in &statement.actions {
            let Some((kind, name)) = created(&action.verb) else { continue };
            self.waiting.retain(|it| it.unless != Unless::Created(kind, name.clone()));
        }
    }

    pub(super) fn report_all(
        &mut self,
        rule: &'static Rule,
        hits: Vec<Hit>,
        statement: Option<&Statement<'_>>,
    ) {
        if self.source.applied || self.rules.skip || !self.rules.applies(rule) {
            return;
        }
        for hit in hits {
            let position = self.script.position(hit.span.start);
            if self.suppressions.covers(rule.name, position.line, statement) {
                continue;
            }
            let words = statement.map_or_else(|| hit.span.of(self.script.text), |statement| statement.sql);
            let finding = Found {
                file: self.at,
                finding: Finding {
                    file: self.source.path.clone(),
                    line: position.line,
                    column: position.column,
                    rule: rule.name.to_owned(),
                    category: rule.category,
                    message: hit.message,
                    help: hit.help,
                },
                fix: hit.fix,
                words: words.to_owned(),
            };
            match hit.unless {
                Some(unless) => {
                    let statement = statement.and_then(|_| self.run.statements.len().checked_sub(1));
                    self.waiting.push(Pending { finding, unless, statement });
                }
                None => self.run.found.push(finding),
            }
        }
    }
}

/// A finding that what comes later may make void.
pub(super) struct Pending {
    pub(super) finding: Found,
    pub(super) unless: Unless,
    /// The statement's place in the report, for its category.
    pub(super) statement: Option<usize>,
}

/// A finding with what sorting and fixing it need.
pub(super) struct Found {
    pub(super) file: usize,
    pub(super) finding: Finding,
    pub(super) fix: Vec<Edit>,
    /// The statement's wording.
    pub(super) words: String,
}

impl Found {
    /// As a baseline knows it.
    pub(super) fn entry(&self) -> BaselineEntry {
        BaselineEntry {
            file: self.finding.file.clone(),
            rule: self.finding.rule.clone(),
            statement: wording(&self.words),
            count: 1,
        }
    }
}

pub(super) fn place(found: &Found) -> (usize, u32, u32, &str) {
    (found.file, found.finding.line, found.finding.column, &found.finding.rule)
}

/// Whether what would make a finding void has come.
pub(super) fn came(unless: &Unless, catalog: &Catalog) -> bool {
    match unless {
        Unless::Indexed(table, columns) => catalog.relation(table).is_none_or(|relation| {
            relation.index_keys().any(|keys| {
                keys.len() >= columns.len()
                    && keys.into_iter().take(columns.len()).all(|key| columns.contains(key))
            })
        }),
        Unless::Policy(table) => catalog
            .relation(table)
            .is_none_or(|relation| !relation.table.policies.is_empty() || !relation.table.row_security),
        Unless::Keyed(table) => catalog.relation(table).is_none_or(|relation| {
            let mut constraints = relation.table.constraints.values();
            constraints.any(|it| matches!(it.kind, model::ConstraintKind::PrimaryKey { .. }))
        }),
        Unless::Created(..) => false,
    }
}

/// What an action creates, as a finding that waits for it knows it.
pub(super) fn created(verb: &Verb) -> Option<(parse::DropKind, String)> {
    use parse::{DropKind, OnTableKind, RelationKind};
    Some(match verb {
        Verb::CreateFromQuery(it) if it.kind == RelationKind::View => {
            (DropKind::View, it.name.name.to_string())
        }
        Verb::CreateFromQuery(it) if it.kind == RelationKind::MaterializedView => {
            (DropKind::MaterializedView, it.name.name.to_string())
        }
        Verb::CreateRoutine(it) => (DropKind::Routine, it.name.name.to_string()),
        Verb::CreateSequence(it) => (DropKind::Sequence, it.name.name.to_string()),
        Verb::CreateType(it) => {
            let domain = matches!(it.body, parse::TypeBody::Domain { .. });
            (if domain { DropKind::Domain } else { DropKind::Type }, it.name.name.to_string())
        }
        Verb::CreateExtension { name, .. } => (DropKind::Extension, name.to_string()),
        Verb::CreateOnTable(it) => {
            let kind = match it.kind {
                OnTableKind::Trigger => DropKind::Trigger,
                OnTableKind::Policy => DropKind::Policy,
                OnTableKind::Rule => DropKind::Rule,
                OnTableKind::Statistics => DropKind::Statistics,
            };
            (kind, it.name.as_ref()?.name.to_string())
        }
        Verb::CreateIndex(it) => (DropKind::Index, it.name.as_ref()?.to_string()),
        _ => return None,
    })
}
