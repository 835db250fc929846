//! `lockkeeper trace`

use std::fmt::Write as _;

use connect::Target;
use facts::report::{Report, Statement};
use lint::{LintConfig, Options, SourceFile};
use model::{Fault, Schema, ms_text};
use populate::Rows;
use read::{Reader, Source};
use shadow::{Shadow, ShadowOptions};
use trace::On;

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
        Some(url) => {
            let target = Target::parse(url)?;
            traced(&target, On::Given { target: &target, confirmed: args.yes }, &files).await?
        }
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
    if let Some(schema) = schema {
        let session = connect::connect(&database.target, "lockkeeper trace").await?;
        rehearse::build(&session, schema).await?;
        if let Some(rows) = args.rows {
            let rows = Rows::each(rows);
            populate::populate(&session, schema, &rows, SEED, &context.progress).await?;
        }
        session.close().await;
    }
    traced(&database.target, On::Throwaway(&database.target), files).await
}

/// What was measured, with what the linter's rules find in the same statements on that database.
async fn traced(target: &Target, on: On<'_>, files: &[SourceFile]) -> Result<Report, Fault> {
    let session = connect::connect(target, "lockkeeper trace").await?;
    let major = session.server().major;
    let known = read::live::read(&session).await?;
    session.close().await;
    let texts: Vec<(String, String)> =
        files.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
    let mut report = trace::run(&texts, on).await?;
    let config = LintConfig::default();
    let mut options = Options::new(&config);
    options.schema = Some(&known);
    options.pg_version = major;
    report.findings = lint::lint(files, &options).findings;
    Ok(report)
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
        writeln!(out, "  index builds: {}", statement.effect.index_builds)?;
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
