//! `lockkeeper trace`

use std::fmt::Write as _;

use connect::Target;
use facts::report::{Millis, Report, Statement};
use lint::{LintConfig, Options, SourceFile};
use model::{Fault, Operation, Schema, ms_text};
use populate::Rows;
use read::{Reader, Source};
use shadow::{Shadow, ShadowOptions};
use trace::{Observation, Tracer};

use super::Ending;
use crate::args::TraceArgs;
use crate::context::Context;
use crate::{answer, files};

/// The made-up rows are the same each time.
const SEED: u64 = 1;

pub(super) async fn run(context: &Context, args: &TraceArgs) -> Result<Ending, Fault> {
    let files = files::sql_files(&args.files)?;
    let schema = match &args.schema {
        Some(text) => Some(
            Reader::new(context.shadow(None), &context.progress).read(&Source::parse(text)?).await?.schema,
        ),
        None => None,
    };
    let report = match &args.on {
        Some(url) => on(&Target::parse(url)?, args, schema.as_ref(), &files, context).await?,
        None => on_shadow(context, args, schema.as_ref(), &files).await?,
    };
    answer::give(context.format, &report, text)?;
    Ok(Ending::of(report.statements.iter().all(|statement| statement.error.is_none())))
}

async fn on_shadow(
    context: &Context,
    args: &TraceArgs,
    schema: Option<&Schema>,
    files: &[SourceFile],
) -> Result<Report, Fault> {
    let options = ShadowOptions { settings: trace::shadow_settings(), ..context.shadow(None) };
    let shadow = Shadow::start(&options, &context.progress).await?;
    let database = shadow.create_database(None).await?;
    on_database(&database.target, args, schema, files, context).await
}

/// A given server really changes, so that has to be said.
async fn on(
    target: &Target,
    args: &TraceArgs,
    schema: Option<&Schema>,
    files: &[SourceFile],
    context: &Context,
) -> Result<Report, Fault> {
    if !args.yes {
        return Err(Fault::new("trace.confirm", format!("the statements would really run on {target}"))
            .help("say --yes if that database may change, or leave --on away for a throwaway server"));
    }
    on_database(target, args, schema, files, context).await
}

async fn on_database(
    target: &Target,
    args: &TraceArgs,
    schema: Option<&Schema>,
    files: &[SourceFile],
    context: &Context,
) -> Result<Report, Fault> {
    let session = connect::connect(target, "lockkeeper trace").await?;
    let major = session.server().major;
    if let Some(schema) = schema {
        rehearse::build(&session, schema).await?;
        if let Some(rows) = args.rows {
            populate::populate(&session, schema, &Rows::each(rows), SEED, &context.progress).await?;
        }
    }
    let known = read::live::read(&session).await?;
    session.close().await;
    let config = LintConfig::default();
    let mut options = Options::new(&config);
    options.schema = Some(&known);
    options.pg_version = major;
    let mut report = lint::lint(files, &options);
    measure(target, &mut report.statements).await?;
    Ok(report)
}

/// Puts what was measured in the place of what facts say. Every statement is measured by itself; one that
/// fails leaves nothing, and the next goes on.
async fn measure(target: &Target, statements: &mut [Statement]) -> Result<(), Fault> {
    let mut tracer = Tracer::open(target).await?;
    for statement in statements {
        if statement.operations == [Operation::Transaction] {
            statement.unknown =
                vec!["not sent: each statement is measured in a transaction of its own".to_owned()];
            continue;
        }
        measured(statement, tracer.statement(&statement.sql).await?);
    }
    tracer.close().await;
    Ok(())
}

fn measured(statement: &mut Statement, observation: Observation) {
    statement.effect = observation.effect;
    statement.error = observation.error.map(|error| error.message);
    statement.unknown = observation.unknown;
    statement.execution_ms = Some(Millis::of(observation.execution));
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    for statement in &report.statements {
        // Writing to a String cannot fail.
        let _ = write(statement, &mut out);
    }
    out
}

fn write(statement: &Statement, out: &mut String) -> std::fmt::Result {
    let first = statement.sql.lines().next().unwrap_or_default();
    writeln!(out, "{}:{}: {first}", statement.file, statement.line)?;
    if let Some(error) = &statement.error {
        return writeln!(out, "  failed: {error}");
    }
    for lock in &statement.effect.locks {
        writeln!(out, "  {} on {}", lock.mode, lock.relation)?;
    }
    for relation in &statement.effect.rewrites {
        writeln!(out, "  rewrites {relation}")?;
    }
    for relation in &statement.effect.scans {
        writeln!(out, "  scans {relation}")?;
    }
    if statement.effect.index_builds > 0 {
        writeln!(out, "  builds {} indexes", statement.effect.index_builds)?;
    }
    if statement.effect.data_loss {
        writeln!(out, "  loses data")?;
    }
    for unknown in &statement.unknown {
        writeln!(out, "  unknown: {unknown}")?;
    }
    if let Some(took) = statement.execution_ms {
        writeln!(out, "  took {}", ms_text(took.ms()))?;
    }
    Ok(())
}
