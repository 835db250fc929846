//! Transactions on their way through a file.

use model::LockMode;
use parse::{Action, AlterChange, Statement, TransactionStep, Verb};

use super::file::FileRun;
use crate::effect::Judged;
use crate::rule::{Hit, Place, Rule, Transaction};
use crate::rules;
use crate::runner::Sending;

impl FileRun<'_, '_, '_> {
    /// What later statements of the transaction have to know.
    pub(super) fn note_transaction(&mut self, action: &Action) {
        let catalog = &self.run.catalog;
        let Some(transaction) = &mut self.transaction else {
            if let Verb::AlterType(it) = &action.verb {
                let name = catalog.resolve_type(&it.name);
                self.run.catalog.labels_committed(&[name]);
            }
            return;
        };
        match &action.verb {
            Verb::Alter(it) => {
                if let AlterChange::AddConstraint(constraint) = &it.change
                    && constraint.not_valid
                    && let Some(name) = &constraint.name
                {
                    transaction.unproved.insert((catalog.resolve(&it.relation), name.clone()));
                }
            }
            Verb::AlterType(it) => transaction.labelled.push(catalog.resolve_type(&it.name)),
            _ => {}
        }
    }

    pub(super) fn transaction_step(
        &mut self,
        step: &TransactionStep,
        statement: &Statement<'_>,
        hits: &mut Vec<(&'static Rule, Hit)>,
    ) {
        match step {
            TransactionStep::Begin => self.begin(statement, hits),
            TransactionStep::Commit | TransactionStep::Prepare => {
                if self.sending == Sending::Wrapped
                    && self.transaction.as_ref().is_some_and(|it| it.begun.is_none())
                {
                    let help = "leave BEGIN and COMMIT to what runs the file";
                    let text = "this ends the transaction that the migration runner opened around the file";
                    hits.push((&rules::NESTED_TRANSACTION, Hit::new(statement.span, text, help)));
                }
                if let Some(transaction) = self.transaction.take() {
                    if transaction.aborted.is_some() {
                        self.run.catalog.undo_to(self.begin);
                    }
                    self.run.catalog.labels_committed(&transaction.labelled);
                }
                self.run.catalog.commit();
                self.go_on();
            }
            TransactionStep::Rollback => {
                if self.transaction.take().is_some() {
                    self.run.catalog.undo_to(self.begin);
                }
                self.go_on();
            }
            TransactionStep::Savepoint(name) => {
                let mark = self.run.catalog.mark();
                if let Some(transaction) = &mut self.transaction {
                    transaction.savepoints.push((name.clone(), mark));
                }
            }
            TransactionStep::RollbackTo(name) => {
                let known = self.transaction.as_mut().and_then(|it| {
                    it.aborted = None;
                    it.savepoints.iter().rev().find(|(known, _)| known == name).map(|(_, mark)| *mark)
                });
                if let Some(mark) = known {
                    self.run.catalog.undo_to(mark);
                }
            }
            TransactionStep::Release(_) | TransactionStep::Other => {}
        }
    }

    /// After a transaction's end the rest of a message is one transaction again.
    fn go_on(&mut self) {
        if self.sending == Sending::Message {
            self.begin = self.run.catalog.mark();
            self.transaction = Some(Transaction::default());
        }
    }

    pub(super) fn begin(&mut self, statement: &Statement<'_>, hits: &mut Vec<(&'static Rule, Hit)>) {
        // The transaction that a message is anyway becomes one that the file ends itself.
        if self.sending == Sending::Message
            && let Some(implied) = self.transaction.as_mut().filter(|it| it.begun.is_none())
        {
            implied.begun = Some(statement.span);
            return;
        }
        if self.transaction.is_some() {
            let text =
                "there is a transaction already: BEGIN does nothing here, and COMMIT ends the outer one";
            let help = if self.sending == Sending::Wrapped {
                "leave BEGIN and COMMIT to what runs the file"
            } else {
                "end the first transaction before the next begins, or use SAVEPOINT"
            };
            hits.push((&rules::NESTED_TRANSACTION, Hit::new(statement.span, text, help)));
            return;
        }
        self.run.catalog.commit();
        self.begin = self.run.catalog.mark();
        self.transaction = Some(Transaction { begun: Some(statement.span), ..Transaction::default() });
    }

    /// The statement's locks are held to the end of the transaction.
    pub(super) fn hold_locks(&mut self, statement: &Statement<'_>, judged: &Judged) {
        let catalog = &self.run.catalog;
        let Some(transaction) = &mut self.transaction else { return };
        let here = Place { line: statement.position.line, file: None };
        for lock in judged.effect.locks.iter().filter(|lock| lock.mode >= LockMode::ShareUpdateExclusiveLock)
        {
            let fresh = catalog.relation(&lock.relation).is_some_and(|relation| relation.fresh);
            if !fresh {
                let held = transaction.held.entry(lock.relation.clone());
                let held = held.or_insert_with(|| (lock.mode, here.clone()));
                if lock.mode > held.0 {
                    *held = (lock.mode, here.clone());
                }
            }
        }
    }
}
