//! Writes the facts, or compares them with the servers.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use facts::{Area, Fact, MAJOR_MAX, MAJOR_MIN};
use measure::{Case, Cases, Measured};
use model::{Fault, Progress};

/// Measures what statements do on throwaway servers, and writes it to crates/facts/facts/*.toml.
#[derive(Debug, Parser)]
struct Arguments {
    /// The majors to measure on; writing needs all of them.
    #[arg(long, value_delimiter = ',', default_values_t = MAJOR_MIN..=MAJOR_MAX)]
    majors: Vec<u32>,
    /// Compares with the files instead of writing them; exit code 1 where they differ.
    #[arg(long)]
    check: bool,
    /// Only the conversions between types, not the statements.
    #[arg(long)]
    conversions: bool,
    /// Only forms whose names hold this text; prints them and writes nothing.
    #[arg(long)]
    only: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::from(fault.exit.code())
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode, Fault> {
    let cases = Cases::read()?;
    let wanted: Vec<&Case> = cases.cases.iter().filter(|case| arguments.wants(case)).collect();
    let mut measured = Vec::new();
    for &major in &arguments.majors {
        let one = measure::measure(major, &cases, &wanted, arguments.only.is_none(), &Lines).await?;
        for absent in &one.absent {
            eprintln!("absent: {absent}");
        }
        measured.push(one);
    }
    let facts = measure::merge(measured.iter().flat_map(|one| one.facts.clone()).collect());
    if arguments.only.is_some() {
        let versions = versions(&measured);
        Area::ALL.into_iter().for_each(|area| print!("{}", measure::text(area, &facts, &versions)));
        Ok(ExitCode::SUCCESS)
    } else if arguments.check {
        Ok(compare(&measured, !arguments.conversions))
    } else {
        write(arguments, &facts, &measured)
    }
}

impl Arguments {
    fn wants(&self, case: &Case) -> bool {
        !self.conversions && self.only.as_ref().is_none_or(|only| case.form.name().contains(only.as_str()))
    }
}

fn versions(measured: &[Measured]) -> Vec<u32> {
    measured.iter().map(|one| one.version_num).collect()
}

fn write(arguments: &Arguments, facts: &[Fact], measured: &[Measured]) -> Result<ExitCode, Fault> {
    if !(MAJOR_MIN..=MAJOR_MAX).all(|major| arguments.majors.contains(&major)) {
        return Err(Fault::new("measure.majors", "the files hold every major, so writing them needs all")
            .help("leave --majors out, or compare some with --check"));
    }
    for area in Area::ALL.into_iter().filter(|_| !arguments.conversions) {
        write_file(area.name(), &measure::text(area, facts, &versions(measured)))?;
    }
    let types = measure::merge_types(measured.iter().map(|one| one.types.clone()));
    write_file("conversion", &measure::types_text(&types, &versions(measured)))?;
    println!(
        "{} facts and {} casts written; now build again and run --check",
        facts.len(),
        types.casts.len()
    );
    Ok(ExitCode::SUCCESS)
}

fn write_file(name: &str, text: &str) -> Result<(), Fault> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../facts/facts");
    let path = folder.join(name).with_extension("toml");
    fs::write(&path, text).map_err(|error| {
        let fault = Fault::new("measure.write", "a data file cannot be written");
        fault.at(path.display().to_string()).cause(error)
    })
}

fn compare(measured: &[Measured], statements: bool) -> ExitCode {
    let differences: Vec<String> =
        measured.iter().flat_map(|one| measure::differences(one, statements)).collect();
    differences.iter().for_each(|difference| println!("{difference}"));
    let conversions: u32 = measured.iter().map(|one| one.conversions.conversions).sum();
    let facts: usize = measured.iter().map(|one| one.facts.len()).sum();
    println!("{facts} facts and {conversions} conversions compared, {} differences", differences.len());
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Progress as lines on standard error.
struct Lines;

impl Progress for Lines {
    fn begin(&self, task: &str, total: Option<u64>) {
        eprintln!("{task}{}", total.map(|total| format!(": {total}")).unwrap_or_default());
    }
    fn reached(&self, _done: u64) {}
    fn note(&self, text: &str) {
        eprintln!("  {text}");
    }
    fn end(&self, result: &str) {
        eprintln!("  {result}");
    }
}
