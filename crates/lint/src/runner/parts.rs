//! How a runner sends a file's statements, part by part.

use parse::{AlterChange, Script, Statement, Verb};

use super::Runner;
use super::marks::bare;

/// How statements reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sending {
    /// One by one, each a transaction of its own.
    Apart,
    /// In a transaction that the runner begins and ends.
    Wrapped,
    /// As one message, which the server takes as one transaction where the statements do not say otherwise.
    Message,
}

/// A part of a file that is sent in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// The byte of the file where it begins.
    pub(crate) start: usize,
    pub(crate) sending: Sending,
}

/// The parts of a file, in order; the first begins with the file. `undo` is left out of what counts.
pub(crate) fn parts(runner: Runner, script: &Script<'_>, undo: Option<&std::ops::Range<usize>>) -> Vec<Part> {
    let forward =
        || script.statements.iter().filter(|it| !undo.is_some_and(|undo| undo.contains(&it.span.start)));
    let says = |mark: &str| script.comments.iter().any(|it| bare(it.of(script.text)).starts_with(mark));
    let wrapped_unless = |apart: bool| if apart { Sending::Apart } else { Sending::Wrapped };
    let message = || if forward().nth(1).is_some() { Sending::Message } else { Sending::Apart };
    let sending = match runner {
        Runner::Plain => Sending::Apart,
        Runner::Drizzle | Runner::NodePgMigrate | Runner::Diesel => Sending::Wrapped,
        Runner::Prisma | Runner::GolangMigrate => message(),
        Runner::Flyway => wrapped_unless(forward().all(flyway_runs_outside) && forward().next().is_some()),
        Runner::Rails => wrapped_unless(script.text.contains("disable_ddl_transaction!")),
        Runner::Goose => wrapped_unless(says("--+goosenotransaction")),
        Runner::Dbmate if says("--migrate:uptransaction:false") => message(),
        Runner::Sqlx if script.text.starts_with("-- no-transaction") => message(),
        Runner::Dbmate | Runner::Sqlx => Sending::Wrapped,
        Runner::SqlMigrate => wrapped_unless(says("--+migrateupnotransaction")),
        Runner::Tern => wrapped_unless(says("----tern:disable-tx----")),
        Runner::Atlas => wrapped_unless(says("--atlas:txmodenone")),
        Runner::Liquibase => return changesets(script),
        Runner::Supabase => return around_barred(script),
    };
    vec![Part { start: 0, sending }]
}

/// A changeset of Liquibase is a transaction of its own, or none.
fn changesets(script: &Script<'_>) -> Vec<Part> {
    let mut parts = vec![Part { start: 0, sending: Sending::Wrapped }];
    for comment in &script.comments {
        let text = comment.of(script.text);
        if bare(text).starts_with("--changeset") {
            let apart = text.to_ascii_lowercase().contains("runintransaction:false");
            let sending = if apart { Sending::Apart } else { Sending::Wrapped };
            parts.push(Part { start: comment.start, sending });
        }
    }
    parts
}

/// What cannot run in a transaction is sent apart, and what is around it in one each.
fn around_barred(script: &Script<'_>) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![Part { start: 0, sending: Sending::Wrapped }];
    for statement in &script.statements {
        let sending = if runs_outside(statement) { Sending::Apart } else { Sending::Wrapped };
        if parts.last().is_some_and(|part| part.sending != sending) {
            parts.push(Part { start: statement.span.start, sending });
        }
    }
    parts
}

/// Whether a statement is one that the server runs outside of transactions only.
fn runs_outside(statement: &Statement<'_>) -> bool {
    statement.actions.iter().any(|action| match &action.verb {
        Verb::CreateIndex(it) => it.concurrently,
        Verb::Drop(it) => it.concurrently,
        Verb::Maintain(it) => {
            it.concurrently && it.task == parse::Task::Reindex
                || matches!(it.task, parse::Task::Vacuum { .. } | parse::Task::VacuumFull)
        }
        Verb::Alter(it) => matches!(it.change, AlterChange::DetachPartition { concurrently: true, .. }),
        other => matches!(other, Verb::Other(_, property) if property.outside_transaction),
    })
}

/// Whether Flyway itself knows that a statement cannot run in a transaction. `REINDEX TABLE CONCURRENTLY` and
/// `DETACH PARTITION CONCURRENTLY` are not among those it knows.
fn flyway_runs_outside(statement: &Statement<'_>) -> bool {
    statement.actions.iter().any(|action| match &action.verb {
        Verb::CreateIndex(it) => it.concurrently,
        Verb::Drop(it) => it.concurrently,
        Verb::Maintain(it) => match it.task {
            parse::Task::Vacuum { .. } | parse::Task::VacuumFull => true,
            parse::Task::Reindex => {
                matches!(it.target, parse::MaintainTarget::Schema(_) | parse::MaintainTarget::Database)
            }
            _ => false,
        },
        other => matches!(other, Verb::Other(_, property) if property.outside_transaction),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(runner: Runner, text: &str) -> Vec<Sending> {
        let script = parse::parse(text);
        let undo = super::super::undo_part(&script);
        parts(runner, &script, undo.as_ref()).into_iter().map(|part| part.sending).collect()
    }

    #[test]
    fn a_message_of_one_statement_is_no_transaction() {
        use Sending::{Apart, Message, Wrapped};
        for (runner, text, wanted) in [
            (Runner::Prisma, "SELECT 1;", Apart),
            (Runner::Prisma, "SELECT 1; SELECT 2;", Message),
            (Runner::Dbmate, "-- migrate:up\nSELECT 1;", Wrapped),
            (Runner::Dbmate, "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;", Apart),
            (Runner::Dbmate, "-- migrate:up transaction:false\nSELECT 1;SELECT 2;", Message),
            (Runner::Sqlx, "-- no-transaction\nSELECT 1;SELECT 2;", Message),
            (Runner::Goose, "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;SELECT 2;", Apart),
            (Runner::Flyway, "CREATE INDEX CONCURRENTLY i ON a (b);", Apart),
            (Runner::Flyway, "REINDEX TABLE CONCURRENTLY a;", Wrapped),
            (Runner::Tern, "---- tern: disable-tx ----\nSELECT 1;SELECT 2;", Apart),
            (Runner::Atlas, "-- atlas:txmode none\n\nSELECT 1;SELECT 2;", Apart),
        ] {
            assert_eq!(sent(runner, text), [wanted], "{text}");
        }
    }

    #[test]
    fn changesets_are_transactions_of_their_own() {
        let text = "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n--changeset a:2 runInTransaction:false\nSELECT 2;";
        assert_eq!(sent(Runner::Liquibase, text), [Sending::Wrapped, Sending::Wrapped, Sending::Apart]);
    }

    #[test]
    fn supabase_sends_apart_what_it_must() {
        let text = "SELECT 1; CREATE INDEX CONCURRENTLY i ON a (b); SELECT 2;";
        assert_eq!(sent(Runner::Supabase, text), [Sending::Wrapped, Sending::Apart, Sending::Wrapped]);
    }
}
