//! What comes out for a statement.

use std::collections::BTreeSet;

use facts::report;
use model::{Category, Effect, Name, Operation};
use parse::Statement;

use super::failing::failed;
use super::file::FileRun;
use crate::effect::Judged;
use crate::failure::Failure;
use crate::rule::{Check, Hit, Rule, Whole};
use crate::rules;
use crate::state::{Catalog, Mark};

impl FileRun<'_, '_, '_> {
    /// Only relations that existed before the statement are named.
    pub(super) fn only_existing(&self, mark: Mark, judged: &mut Judged) {
        let existed =
            |name: &Name| self.run.catalog.existed_at(mark, name) && name.schema.as_str() != "pg_temp";
        judged.effect.locks.retain(|lock| existed(&lock.relation));
        judged.effect.rewrites.retain(existed);
        judged.effect.scans.retain(existed);
    }

    /// Writes down what came out for a statement.
    pub(super) fn conclude(
        &mut self,
        statement: &Statement<'_>,
        failure: Option<Failure>,
        judged: Judged,
        mut hits: Vec<(&'static Rule, Hit)>,
    ) {
        if self.source.applied {
            return self.hold_locks(statement, &judged);
        }
        if let Some(failure) = &failure {
            hits.extend(failed(statement, failure, self.runner));
            if let Some(transaction) = self.transaction.as_mut() {
                transaction.aborted.get_or_insert(statement.position.line);
            }
        }
        hits.retain(|(rule, _)| self.rules.applies(rule) && !self.rules.skip);
        let mut category = worst(&hits);
        if failure.is_none() {
            let whole = self.whole_hits(statement, &judged, category);
            category = category.max(worst(&whole));
            hits.extend(whole);
        }
        category = category.max(base_category(
            &judged,
            statement,
            failure.is_some(),
            &self.run.catalog,
            &self.run.small,
        ));
        self.hold_locks(statement, &judged);
        self.run.statements.push(report::Statement {
            file: self.source.path.clone(),
            line: statement.position.line,
            column: statement.position.column,
            sql: statement.sql.to_owned(),
            operations: statement.operations(),
            category,
            effect: judged.effect,
            error: failure.map(|failure| failure.message),
            unknown: judged.unknown,
            execution_ms: None,
        });
        self.void_waiting(statement);
        for (rule, hit) in hits {
            self.report_all(rule, vec![hit], Some(statement));
        }
    }

    pub(super) fn whole_hits(
        &self,
        statement: &Statement<'_>,
        judged: &Judged,
        worst: Category,
    ) -> Vec<(&'static Rule, Hit)> {
        let whole = Whole {
            statement,
            effect: &judged.effect,
            catalog: &self.run.catalog,
            session: &self.session,
            transaction: self.transaction.as_ref(),
            small: &self.run.small,
            worst,
        };
        let mut hits = Vec::new();
        for &rule in rules::ALL {
            if let Check::Statement(check) = rule.check
                && self.rules.applies(rule)
                && !self.rules.skip
            {
                hits.extend(check(&whole).into_iter().map(|hit| (rule, hit)));
            }
        }
        hits
    }
}

/// The worst of what rules found, findings aside that later statements may make void.
pub(super) fn worst(hits: &[(&'static Rule, Hit)]) -> Category {
    let certain = hits.iter().filter(|(_, hit)| hit.unless.is_none());
    certain.map(|(rule, _)| rule.category).fold(Category::Safe, Category::max)
}

/// How bad a statement is from its effect alone.
pub(super) fn base_category(
    judged: &Judged,
    statement: &Statement<'_>,
    fails: bool,
    catalog: &Catalog,
    small: &BTreeSet<Name>,
) -> Category {
    // Rows that a DELETE names are meant to go; rules tell where more of them may go than was meant.
    let deletes = statement.operations().iter().all(|it| matches!(it, Operation::Delete | Operation::Merge));
    if fails || (judged.effect.data_loss && !deletes) {
        return Category::Dangerous;
    }
    let blocks = blocking_work(&judged.effect, catalog, small).is_some();
    if blocks { Category::Risky } else { Category::Safe }
}

/// A relation that others use and have to wait for while all of it is read or written.
pub(crate) fn blocking_work<'e>(
    effect: &'e Effect,
    catalog: &Catalog,
    small: &BTreeSet<Name>,
) -> Option<&'e Name> {
    let waits = |name: &&Name| {
        let relation = catalog.relation(name);
        // Nobody but a refresh writes a materialized view.
        let read_only = relation.is_some_and(|it| it.kind == parse::RelationKind::MaterializedView);
        let used = !relation.is_some_and(|it| it.fresh) && !small.contains(*name);
        used && effect.locks.iter().any(|lock| {
            lock.relation == **name && (lock.mode.blocks_reads() || (lock.mode.blocks_writes() && !read_only))
        })
    };
    effect.rewrites.iter().chain(&effect.scans).find(waits)
}
