//! Files of SQL, traced.

use std::collections::BTreeSet;

use connect::Target;
use facts::report::{Millis, Report, Statement};
use model::{Fault, Name, Operation};

use crate::block;
use crate::catalog::{Catalog, command};
use crate::category::category;
use crate::text::{self, Control};
use crate::tracer::{Observation, STDIN, Tracer, not_run};

/// The database that statements run in, with the schema and the rows they are to meet.
#[derive(Debug, Clone, Copy)]
pub enum On<'a> {
    /// One that nobody needs: statements commit as they would for psql.
    Throwaway(&'a Target),
    /// One that somebody gave: everything runs in one transaction that is rolled back. Its locks are
    /// held until then, so that has to be confirmed.
    Given {
        /// The database.
        target: &'a Target,
        /// Whether somebody said that statements may run there.
        confirmed: bool,
    },
}

const NOT_SENT: &str = "not sent: on a given server everything runs in one transaction that is rolled back";
const NEEDS_NO_BLOCK: &str =
    "not run: it cannot run inside a transaction block, and on a given server everything is rolled back";
const HELD: &str = "locks held since earlier statements hide which of them it takes again";

/// Runs files (path and text) one after the other in one session and tells what each statement did.
///
/// A statement that fails changes nothing and the next one runs, as psql does without ON_ERROR_STOP; in a
/// transaction block of the file the rest of the block fails with it, as on any server.
///
/// # Errors
/// `trace.confirm` for a given server without confirmation; `trace.measure`, `trace.block`; the faults
/// of [`connect::connect`].
pub async fn run(files: &[(String, String)], on: On<'_>) -> Result<Report, Fault> {
    let (target, given) = match on {
        On::Throwaway(target) => (target, false),
        On::Given { target, confirmed: true } => (target, true),
        On::Given { target, .. } => {
            return Err(Fault::new(
                "trace.confirm",
                "the statements would run on a server that somebody gave",
            )
            .at(target.to_string())
            .help("confirm that they may: what can be is rolled back, but locks are held meanwhile"));
        }
    };
    let mut tracer = Tracer::open(target).await?;
    let mut report = Report::default();
    if given {
        command(&tracer.session, "BEGIN").await?;
    }
    for (path, text) in files {
        file(&mut tracer, path, text, given, &mut report).await?;
    }
    if given {
        command(&tracer.session, "ROLLBACK").await?;
    }
    tracer.close().await;
    Ok(report)
}

async fn file(
    tracer: &mut Tracer,
    path: &str,
    text: &str,
    given: bool,
    report: &mut Report,
) -> Result<(), Fault> {
    let script = parse::parse(text);
    let mut rest = script.statements.as_slice();
    while !rest.is_empty() {
        let size = if given { 1 } else { unit(rest) };
        let (unit, after) = rest.split_at(size);
        rest = after;
        let texts: Vec<&str> = unit.iter().map(|statement| statement.sql).collect();
        let empty = empty_names(tracer).await?;
        let seen = match text::control(texts[0]) {
            _ if given => vec![rolled_back(tracer, texts[0]).await?],
            Some(Control::Begin) => block::run(tracer, &texts).await?,
            Some(_) => vec![tracer.bare(texts[0]).await?],
            // Measured, it would run in a block of ours, which it does not have in the file.
            None if text::wants_block(texts[0]) => vec![tracer.bare(texts[0]).await?],
            None => vec![tracer.statement(texts[0]).await?],
        };
        if !given {
            tracer.pin().await?;
        }
        let told = unit.iter().zip(seen).map(|(statement, seen)| told(path, statement, seen, &empty));
        report.statements.extend(told);
    }
    Ok(())
}

/// How many statements belong together: a block up to its end, or one.
fn unit(rest: &[parse::Statement<'_>]) -> usize {
    if text::control(rest[0].sql) != Some(Control::Begin) {
        return 1;
    }
    let ends = |statement: &parse::Statement<'_>| {
        matches!(text::control(statement.sql), Some(Control::Commit | Control::Rollback))
    };
    rest.iter().position(ends).map_or(rest.len(), |at| at + 1)
}

/// Measures a statement in the one transaction of a given server.
async fn rolled_back(tracer: &mut Tracer, sql: &str) -> Result<Observation, Fault> {
    if text::reads_stdin(sql) {
        return Ok(not_run(STDIN));
    }
    if !matches!(text::control(sql), None | Some(Control::Set | Control::SetLocal)) {
        return Ok(not_run(NOT_SENT));
    }
    let mut seen = tracer.in_block(sql).await?;
    if seen.hidden {
        seen.unknown.push(HELD.to_owned());
    }
    if let Some(error) = &seen.error {
        let outside = error.wants_no_block();
        tracer.back().await?;
        if outside {
            return Ok(not_run(NEEDS_NO_BLOCK));
        }
    }
    Ok(seen)
}

/// Names of the tables known to be empty, for nobody waits for those.
async fn empty_names(tracer: &Tracer) -> Result<BTreeSet<Name>, Fault> {
    if tracer.empty.is_empty() {
        return Ok(BTreeSet::new());
    }
    let catalog = Catalog::read(&tracer.session).await?;
    Ok(tracer.empty.iter().filter_map(|&oid| catalog.name(oid).cloned()).collect())
}

fn told(
    path: &str,
    statement: &parse::Statement<'_>,
    seen: Observation,
    empty: &BTreeSet<Name>,
) -> Statement {
    let operations: Vec<Operation> = statement.operations();
    let category = category(&operations, &seen.effect, seen.error.is_some(), empty);
    Statement {
        file: path.to_owned(),
        line: statement.position.line,
        column: statement.position.column,
        sql: statement.sql.to_owned(),
        operations,
        category,
        effect: seen.effect,
        error: seen.error.map(|error| error.message),
        unknown: seen.unknown,
        execution_ms: Some(Millis::of(seen.execution)),
    }
}
