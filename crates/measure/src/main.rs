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
        let one = measure::measure(major, &cases, &wanted, &Lines).await?;
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
        Ok(compare(&measured))
    } else {
        write(arguments, &facts, &measured)
    }
}

impl Arguments {
    fn wants(&self, case: &Case) -> bool {
        self.only.as_ref().is_none_or(|only| case.form.name().contains(only.as_str()))
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
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../facts/facts");
    for area in Area::ALL {
        let path = folder.join(area.name()).with_extension("toml");
        fs::write(&path, measure::text(area, facts, &versions(measured))).map_err(|error| {
            Fault::new("measure.write", "a data file cannot be written")
                .at(path.display().to_string())
                .cause(error)
        })?;
    }
    println!("{} facts written", facts.len());
    Ok(ExitCode::SUCCESS)
}

fn compare(measured: &[Measured]) -> ExitCode {
    let differences: Vec<String> = measured.iter().flat_map(measure::differences).collect();
    differences.iter().for_each(|difference| println!("{difference}"));
    println!("{} differences", differences.len());
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
