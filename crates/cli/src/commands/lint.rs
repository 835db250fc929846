//! `lockkeeper lint`

use std::fmt::Write as _;
use std::path::Path;

use facts::report::Report;
use lint::{Baseline, Options, SourceFile};
use model::{Fault, Schema};
use read::Source;

use super::Ending;
use crate::answer::{self, heading};
use crate::args::{Format, LintArgs};
use crate::context::Context;
use crate::files;

pub(super) async fn run(context: &Context, args: &LintArgs) -> Result<Ending, Fault> {
    context.config.lint.check()?;
    if args.rules {
        anstream::print!("{}", rules());
        return Ok(Ending::Clean);
    }
    let mut files = files::sql_files(&args.files)?;
    if let Some(rev) = &args.since {
        files = files::changed_since(rev, files)?;
    }
    let (schema, live_major) = match &args.schema {
        Some(text) => read_schema(context, &Source::parse(text)?).await?,
        None => (None, None),
    };
    let baseline = args.baseline.as_deref().map(load_baseline).transpose()?;
    let mut options = Options::new(&context.config.lint);
    options.schema = schema.as_ref();
    options.baseline = baseline.as_ref();
    options.assume_transaction |= args.assume_transaction;
    options.pg_version = context.pg_version.or(live_major).unwrap_or(options.pg_version);
    if let Some(path) = &args.write_baseline {
        return write_baseline(path, &files, &options);
    }
    let report = if args.fix { fix(&files, &options)? } else { lint::lint(&files, &options) };
    give(context.format, &report, &files)?;
    let worst = report.findings.iter().map(|finding| finding.category).max();
    Ok(Ending::of(!worst.is_some_and(|worst| args.fail_on.is_reached(worst))))
}

async fn read_schema(context: &Context, source: &Source) -> Result<(Option<Schema>, Option<u32>), Fault> {
    let mut reader = context.reader(None);
    let reading = reader.read(source).await?;
    Ok((Some(reading.schema), reading.server_version.map(|version| version / 10_000)))
}

fn load_baseline(path: &Path) -> Result<Baseline, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Fault::new("lint.baseline", "the baseline could not be read")
            .at(path.display().to_string())
            .cause(error)
    })?;
    Baseline::from_json(&text)
}

fn write_baseline(path: &Path, files: &[SourceFile], options: &Options<'_>) -> Result<Ending, Fault> {
    write(path, &lint::baseline(files, options).to_json())?;
    Ok(Ending::Clean)
}

fn write(path: &Path, text: &str) -> Result<(), Fault> {
    std::fs::write(path, text).map_err(|error| {
        Fault::new("cli.file", "the file could not be written").at(path.display().to_string()).cause(error)
    })
}

/// Writes the files whose text a fix changed, and reports what is left.
fn fix(files: &[SourceFile], options: &Options<'_>) -> Result<Report, Fault> {
    let fixed = lint::fix(files, options);
    for (before, after) in files.iter().zip(&fixed.files) {
        if before.text != after.text {
            write(Path::new(&after.path), &after.text)?;
        }
    }
    anstream::eprintln!("{} fixes written", fixed.count);
    Ok(fixed.report)
}

fn give(format: Format, report: &Report, files: &[SourceFile]) -> Result<(), Fault> {
    match format {
        Format::Json => answer::print_json(report)?,
        Format::Sarif => answer::print_data(&lint::format::sarif(report))?,
        Format::Github => answer::print_data(&lint::format::github(report))?,
        Format::Markdown => answer::print_data(&lint::format::markdown(report))?,
        Format::Text => {
            anstream::print!("{}", lint::format::text(report, files, &lint::format::Style::COLOURS))
        }
    }
    Ok(())
}

fn rules() -> String {
    let mut out = String::new();
    for rule in lint::rules() {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}  {}", heading(rule.name), rule.title);
    }
    out
}
