//! One file on its way through a run.

use std::collections::BTreeSet;

use model::{Ident, Name};
use parse::{Action, AlterChange, Script, Statement, Verb};

use super::Run;
use super::failing::runs_outside;
use super::reporting::Pending;
use crate::apply::{apply, notice};
use crate::effect::{self, Judged, Parts, Session};
use crate::failure::Failure;
use crate::options::PathRules;
use crate::rule::{Check, Hit, Rule, Seen, Transaction};
use crate::rules;
use crate::source::{Runner, SourceFile, undo_part};
use crate::state::{Catalog, Mark};
use crate::suppress::Suppressions;

impl<'r, 'a, 's> FileRun<'r, 'a, 's> {
    pub(super) fn new(
        run: &'r mut Run<'a>,
        at: usize,
        source: &'s SourceFile,
        script: &'s Script<'s>,
        rules: PathRules,
    ) -> Self {
        let runner = run.options.runner.unwrap_or_else(|| Runner::detect(&source.path, &source.text));
        let outside = || script.statements.iter().any(runs_outside);
        let wrapped = run.options.assume_transaction || runner.wraps(script, outside);
        run.catalog.set_search_path(vec![Ident::new("public")]);
        run.catalog.commit();
        let begin = run.catalog.mark();
        Self {
            suppressions: Suppressions::of(script),
            undo: undo_part(script),
            transaction: wrapped.then(Transaction::default),
            session: Session::default(),
            waiting: Vec::new(),
            run,
            at,
            source,
            script,
            rules,
            wrapped,
            begin,
        }
    }

    /// The file ends: what its transaction did stays.
    pub(super) fn finish(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.run.catalog.labels_committed(&transaction.labelled);
            if let Some(begun) = transaction.begun {
                let hit =
                    Hit::new(begun, "the transaction that begins here never ends", "end it with COMMIT");
                self.report_all(&rules::UNCOMMITTED_TRANSACTION, vec![hit], None);
            }
        }
        self.run.catalog.commit();
        let waiting = std::mem::take(&mut self.waiting);
        self.run.pending.extend(waiting);
        if !self.source.applied {
            let bad = self.suppressions.bad(self.script);
            self.report_all(&rules::BAD_SUPPRESSION, bad, None);
        }
    }

    pub(super) fn statements(&mut self) {
        if !self.source.applied {
            for &rule in rules::ALL {
                if let Check::File(check) = rule.check {
                    let hits = if self.rules.applies(rule) { check(self.script) } else { Vec::new() };
                    self.report_all(rule, hits, None);
                }
            }
        }
        for statement in &self.script.statements {
            let undoes = self.undo.as_ref().is_some_and(|undo| undo.contains(&statement.span.start));
            if !undoes {
                self.statement(statement);
            }
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement<'_>) {
        let mark = self.run.catalog.mark();
        let mut hits: Vec<(&'static Rule, Hit)> = Vec::new();
        let mut parts = Parts::default();
        let mut failure = self.syntax_failure(statement).or_else(|| self.aborted(statement));
        if failure.is_none() {
            failure = self.actions(statement, &mut hits, &mut parts).err();
        }
        let mut judged = effect::judge(&parts, &self.run.catalog);
        if failure.is_none() {
            failure = self.refused(statement, &judged);
        }
        if failure.is_some() {
            self.run.catalog.undo_to(mark);
            judged = Judged { transaction: true, ..Judged::default() };
            hits.retain(|(rule, _)| rule.name == rules::CONCURRENTLY_IN_TRANSACTION.name);
        } else {
            self.only_existing(mark, &mut judged);
        }
        self.conclude(statement, failure, judged, hits);
        if self.transaction.is_none() {
            self.run.catalog.commit();
        }
    }

    /// Rules, parts and state, action by action.
    pub(super) fn actions(
        &mut self,
        statement: &Statement<'_>,
        hits: &mut Vec<(&'static Rule, Hit)>,
        parts: &mut Parts,
    ) -> Result<(), Failure> {
        let together = dropped_together(&statement.actions, &self.run.catalog);
        for action in in_passes(&statement.actions) {
            notice(action, &mut self.run.catalog);
            let own = effect::of_action(action, &self.run.catalog, &self.session);
            if !self.source.applied {
                self.ask_rules(statement, action, &own, hits);
            }
            parts.append(own);
            if let Verb::Transaction(step) = &action.verb {
                self.transaction_step(step, statement, hits);
                continue;
            }
            let before = self.run.catalog.mark();
            let applied = apply(action, &together, &mut self.run.catalog, &mut self.session);
            match applied {
                Ok(()) => self.note_transaction(action),
                // A branch may not be taken, and a handler may catch the error.
                Err(_) if action.conditional => self.run.catalog.undo_to(before),
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    pub(super) fn ask_rules(
        &self,
        statement: &Statement<'_>,
        action: &Action,
        parts: &Parts,
        hits: &mut Vec<(&'static Rule, Hit)>,
    ) {
        let seen = Seen {
            action,
            statement,
            script: self.script,
            catalog: &self.run.catalog,
            parts,
            transaction: self.transaction.as_ref(),
            small: &self.run.small,
        };
        for &rule in rules::ALL {
            if let Check::Action(check) = rule.check {
                hits.extend(check(&seen).into_iter().map(|hit| (rule, hit)));
            }
        }
    }
}

/// One file on its way through a run.
pub(super) struct FileRun<'r, 'a, 's> {
    pub(super) run: &'r mut Run<'a>,
    pub(super) at: usize,
    pub(super) source: &'s SourceFile,
    pub(super) script: &'s Script<'s>,
    pub(super) rules: PathRules,
    pub(super) suppressions: Suppressions,
    pub(super) session: Session,
    pub(super) transaction: Option<Transaction>,
    pub(super) wrapped: bool,
    pub(super) begin: Mark,
    pub(super) undo: Option<std::ops::Range<usize>>,
    /// Findings of this file that a later statement of it may make void.
    pub(super) waiting: Vec<Pending>,
}

/// Clauses of one `ALTER TABLE` in the order the server runs them: what is dropped first, then types,
/// new columns, constraints.
pub(super) fn in_passes(actions: &[Action]) -> Vec<&Action> {
    let pass = |action: &&Action| match &action.verb {
        Verb::Alter(it) => match &it.change {
            AlterChange::DropColumn { .. } | AlterChange::DropConstraint { .. } => 0,
            AlterChange::AlterType { .. } => 1,
            AlterChange::AddColumn { .. } => 2,
            AlterChange::SetNotNull(_)
            | AlterChange::DropNotNull(_)
            | AlterChange::SetDefault(..)
            | AlterChange::DropDefault(_)
            | AlterChange::AddIdentity(_) => 3,
            AlterChange::AddConstraint(_) => 4,
            _ => 5,
        },
        _ => 3,
    };
    let mut ordered: Vec<&Action> = actions.iter().collect();
    let one_table = actions.iter().all(|action| matches!(action.verb, Verb::Alter(_)));
    if one_table {
        ordered.sort_by_key(pass);
    }
    ordered
}

pub(super) fn dropped_together(actions: &[Action], catalog: &Catalog) -> BTreeSet<Name> {
    let names = actions.iter().filter_map(|action| match &action.verb {
        Verb::Drop(it) => Some(catalog.resolve(&it.name)),
        _ => None,
    });
    names.collect()
}
