//! Statements that are certain to fail.

use parse::{Action, Span, Statement, TransactionStep, Verb};

use super::file::FileRun;
use crate::effect::Judged;
use crate::failure::Failure;
use crate::rule::{Hit, Rule};
use crate::rules;
use crate::runner::Runner;

impl FileRun<'_, '_, '_> {
    pub(super) fn syntax_failure(&self, statement: &Statement<'_>) -> Option<Failure> {
        let error = statement.errors.first()?;
        let place = format!("line {}, column {}", error.position.line, error.position.column);
        Some(Failure::new("42601", format!("syntax error at {place}: {}", error.message)))
    }

    pub(super) fn aborted(&self, statement: &Statement<'_>) -> Option<Failure> {
        let line = self.transaction.as_ref()?.aborted?;
        let ends = statement.actions.iter().any(|action| {
            matches!(
                action.verb,
                Verb::Transaction(
                    TransactionStep::Rollback | TransactionStep::Commit | TransactionStep::RollbackTo(_)
                )
            )
        });
        let text = format!(
            "current transaction is aborted, commands ignored until end of transaction block (line {line} failed)"
        );
        (!ends).then(|| Failure::new("25P02", text))
    }

    /// Errors that the facts know: a version that lacks the statement, a transaction that bars it.
    pub(super) fn refused(&self, statement: &Statement<'_>, judged: &Judged) -> Option<Failure> {
        if let Some(message) = &judged.refusal {
            return Some(Failure::new("42601", message.clone()));
        }
        if let Some(failure) = crate::version::too_old(statement, self.run.options.pg_version) {
            return Some(failure);
        }
        let locks = |action: &Action| matches!(action.verb, Verb::Lock { .. });
        let within = |action: &Action| matches!(action.verb, Verb::Do);
        let bare = self.transaction.is_none() && !statement.actions.iter().any(within);
        if bare && statement.actions.iter().any(locks) {
            return Some(Failure::new("25P01", "LOCK TABLE can only be used in transaction blocks"));
        }
        let barred = !judged.transaction || statement.actions.iter().any(barred_from_transactions);
        if !barred {
            return None;
        }
        let what = statement_words(statement);
        if statement.actions.iter().any(|action| action.verb == Verb::Do) {
            return Some(Failure::new("25001", format!("{what} cannot be executed from a function")));
        }
        let text = format!("{what} cannot run inside a transaction block");
        self.transaction.is_some().then(|| Failure::new("25001", text))
    }
}

pub(super) fn barred_from_transactions(action: &Action) -> bool {
    matches!(&action.verb, Verb::Other(_, property) if property.outside_transaction)
}

/// The first words of a statement as the server names it in errors.
fn statement_words(statement: &Statement<'_>) -> String {
    let upper = statement.sql.to_ascii_uppercase();
    let words: Vec<&str> = upper.split_ascii_whitespace().take(3).collect();
    let concurrently = upper.contains("CONCURRENTLY");
    match words.as_slice() {
        ["CREATE", "INDEX" | "UNIQUE", ..] if concurrently => "CREATE INDEX CONCURRENTLY".to_owned(),
        ["DROP", "INDEX", ..] if concurrently => "DROP INDEX CONCURRENTLY".to_owned(),
        ["REINDEX", ..] if concurrently => "REINDEX CONCURRENTLY".to_owned(),
        ["ALTER", "TABLE", ..] if concurrently => "ALTER TABLE ... DETACH CONCURRENTLY".to_owned(),
        ["DO", ..] => "a statement of the block".to_owned(),
        ["VACUUM" | "CLUSTER" | "REINDEX", ..] => words[0].to_owned(),
        [first, second, ..] => format!("{first} {second}"),
        _ => upper.clone(),
    }
}

/// How to run a statement that no transaction takes.
fn way_out(statement: &Statement<'_>, runner: Runner) -> &'static str {
    match statement.actions.iter().any(|action| action.verb == Verb::Do) {
        true => "run it outside of DO, as a statement of its own",
        false => runner.way_out(),
    }
}

/// The findings of a statement that fails.
pub(super) fn failed(
    statement: &Statement<'_>,
    failure: &Failure,
    runner: Runner,
) -> Vec<(&'static Rule, Hit)> {
    if let Some(error) = statement.errors.first() {
        let text = format!("this is not SQL: {}", error.message);
        let help = "PostgreSQL refuses the statement; nothing else is known of it";
        return vec![(&rules::SYNTAX_ERROR, Hit::new(error.span, text, help))];
    }
    if failure.sqlstate == "25P02" {
        // The statement that aborted the transaction is reported already.
        return Vec::new();
    }
    let span = Span::new(statement.span.start, statement.span.start);
    if failure.sqlstate == "25001" {
        return vec![(
            &rules::CONCURRENTLY_IN_TRANSACTION,
            rules::barred(span, failure, way_out(statement, runner)),
        )];
    }
    let text = format!("this will fail: {}", failure.message);
    vec![(&rules::WILL_FAIL, Hit::new(span, text, rules::failure_help(failure)))]
}
