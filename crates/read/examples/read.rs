//! Reads a source some times and says how long each took: `cargo run --release -p read --example read -- SOURCE [TIMES]`.

use std::process::ExitCode;
use std::time::Instant;

use read::{Reader, Source};
use shadow::ShadowOptions;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(source) = arguments.next() else {
        eprintln!("usage: read SOURCE [TIMES]");
        return ExitCode::from(2);
    };
    let times = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1);
    match read_all(&source, times).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::from(2)
        }
    }
}

async fn read_all(source: &str, times: u32) -> Result<(), model::Fault> {
    let source = Source::parse(source)?;
    let mut reader = Reader::new(ShadowOptions::default(), &model::Silent);
    for _ in 0..times {
        let begun = Instant::now();
        let reading = reader.read(&source).await?;
        println!("{} ms, {} tables", begun.elapsed().as_millis(), reading.schema.tables.len());
    }
    Ok(())
}
