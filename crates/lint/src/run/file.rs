//! One file on its way through a run.

use std::collections::BTreeSet;

use model::{Ident, Name};
use parse::{Action, AlterChange, Demand, Script, Statement, Verb};

use super::Run;
use super::reporting::Pending;
use crate::apply::{apply, notice};
use crate::effect::{self, Judged, Parts, Session};
use crate::failure::Failure;
use crate::options::PathRules;
use crate::rule::{Check, Hit, Rule, Seen, Transaction};
use crate::rules;
use crate::runner::{Part, Runner, Sending, parts, undo_part};
use crate::source::SourceFile;
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
        let detected = || Runner::detect(&source.path, &source.text);
        let runner = rules.runner.or(run.options.runner).unwrap_or_else(detected);
        let undo = undo_part(script);
        let parts = match rules.assume_transaction.or(run.options.assume_transaction.then_some(true)) {
            Some(true) => vec![Part { start: 0, sending: Sending::Wrapped }],
            Some(false) => vec![Part { start: 0, sending: Sending::Apart }],
            None => parts(runner, script, undo.as_ref()),
        };
        run.catalog.set_search_path(vec![Ident::new("public")]);
        let begin = run.catalog.mark();
        let mut file = Self {
            suppressions: Suppressions::of(script),
            undo,
            transaction: None,
            session: Session::default(),
            waiting: Vec::new(),
            run,
            at,
            source,
            script,
            rules,
            runner,
            sending: Sending::Apart,
            parts: parts.into_iter(),
            begin,
        };
        file.enter();
        file
    }

    /// The next part of the file begins.
    fn enter(&mut self) {
        self.sending = self.parts.next().map_or(Sending::Apart, |part| part.sending);
        self.run.catalog.commit();
        self.begin = self.run.catalog.mark();
        self.transaction = match self.sending {
            Sending::Apart => None,
            Sending::Wrapped | Sending::Message => Some(Transaction::default()),
        };
        if self.shares_a_transaction()
            && let Some(open) = self.run.open.take()
        {
            self.transaction = Some(open);
        }
    }

    /// Whether this file is in one transaction with the other new ones.
    fn shares_a_transaction(&self) -> bool {
        self.run.options.config.one_transaction && !self.source.applied && self.sending == Sending::Wrapped
    }

    /// The file ends: what its transaction did stays.
    pub(super) fn finish(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            if let Some(begun) = transaction.begun {
                let hit =
                    Hit::new(begun, "the transaction that begins here never ends", "end it with COMMIT");
                self.report_all(&rules::UNCOMMITTED_TRANSACTION, vec![hit], None);
            }
            if self.shares_a_transaction() && transaction.begun.is_none() {
                self.run.open = Some(transaction.carried(&self.source.path));
            } else {
                self.run.catalog.labels_committed(&transaction.labelled);
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
            while self.parts.as_slice().first().is_some_and(|part| part.start <= statement.span.start) {
                self.leave();
                self.enter();
            }
            let undoes = self.undo.as_ref().is_some_and(|undo| undo.contains(&statement.span.start));
            if !undoes {
                self.statement(statement);
            }
        }
    }

    /// A part of the file ends: what its transaction did stays.
    fn leave(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.run.catalog.labels_committed(&transaction.labelled);
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
            altered: None,
        }
        .about();
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
    pub(super) runner: Runner,
    /// How the part of the file that is under way is sent.
    pub(super) sending: Sending,
    /// The parts that are still to come.
    pub(super) parts: std::vec::IntoIter<Part>,
    pub(super) begin: Mark,
    pub(super) undo: Option<std::ops::Range<usize>>,
    /// Findings of this file that a later statement of it may make void.
    pub(super) waiting: Vec<Pending>,
}

/// Clauses of one `ALTER TABLE` in the order the server runs them: what is dropped first, then types,
/// new columns, constraints.
pub(super) fn in_passes(actions: &[Action]) -> Vec<&Action> {
    let mut ordered: Vec<&Action> = actions.iter().collect();
    let one_table = actions.iter().all(|action| matches!(action.verb, Verb::Alter(_)));
    if one_table {
        ordered.sort_by_key(|action| pass(action));
    }
    ordered
}

/// The pass of `ALTER TABLE` in which the server runs a clause.
fn pass(action: &Action) -> u8 {
    use AlterChange as Change;
    let Verb::Alter(it) = &action.verb else { return 0 };
    match &it.change {
        Change::DropColumn { .. }
        | Change::DropConstraint { .. }
        | Change::DropNotNull(_)
        | Change::DropDefault(_)
        | Change::DropExpression { .. }
        | Change::DropIdentity { .. } => 0,
        Change::AlterType { .. } => 1,
        Change::AddColumn { .. } => 2,
        Change::SetExpression(..) => 3,
        Change::SetNotNull(_) => 4,
        Change::AddConstraint(added) => match added.demand {
            Demand::PrimaryKey { .. } | Demand::Unique { .. } | Demand::Exclusion { .. } => 5,
            _ => 6,
        },
        Change::SetDefault(..) | Change::AddIdentity(_) => 6,
        _ => 7,
    }
}

pub(super) fn dropped_together(actions: &[Action], catalog: &Catalog) -> BTreeSet<Name> {
    let names = actions.iter().filter_map(|action| match &action.verb {
        Verb::Drop(it) => Some(catalog.resolve(&it.name)),
        _ => None,
    });
    names.collect()
}
