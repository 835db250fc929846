//! Compares two sources some times and says how long each step took:
//! `cargo run --release -p read --example compare -- FROM TO [TIMES]`.

use std::process::ExitCode;
use std::time::Instant;

use read::{Reader, Source};
use shadow::ShadowOptions;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: compare FROM TO [TIMES]");
        return ExitCode::from(2);
    };
    let times = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1);
    for _ in 0..times {
        if let Err(fault) = compare(&from, &to).await {
            eprintln!("error: {fault}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

async fn compare(from: &str, to: &str) -> Result<(), model::Fault> {
    let (from, to) = (Source::parse(from)?, Source::parse(to)?);
    let cache = if std::env::var_os("LOCKKEEPER_CACHE").is_some() { None } else { read::Cache::open().ok() };
    let mut reader = Reader::new(ShadowOptions::default(), &model::Silent).cached(cache);
    let begun = Instant::now();
    let from = reader.read(&from).await?.schema;
    let from_ms = begun.elapsed().as_millis();
    let reading = reader.read(&to).await?;
    let to_ms = begun.elapsed().as_millis() - from_ms;
    let to =
        reading.scope.map_or_else(|| reading.schema.clone(), |scope| scope.widen(&reading.schema, &from));
    let settled = reader.settle(&from, &to).await?.unwrap_or(to);
    let changes = diff::diff(&from, &settled, &[])?.changes.len();
    let all_ms = begun.elapsed().as_millis();
    let server = if reader.has_started() { "with" } else { "without" };
    println!(
        "{changes} changes: from {from_ms} ms, to {to_ms} ms, all {all_ms} ms, {server} a throwaway server"
    );
    Ok(())
}
