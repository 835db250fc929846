//! Carries real plans out on tables from 20,000 to 2,000,000 rows of a throwaway server, and keeps the
//! receipts as JSON lines: what predictions are judged by.
//!
//! `cargo run -p remember --example measure -- FILE [ROUNDS] [PLANS] [SCALE] [LARGEST]`
//! `cargo run -p remember --example measure -- FILE faults`: plans that fail, on small tables
//!
//! Each of ROUNDS (default 8) restarts the server, lets the tables grow, and applies and takes back PLANS
//! (default 26) plans in random order. SCALE (default 1) multiplies the sizes, and tables of more than LARGEST rows
//! at the start stay empty. FILE is written anew after
//! each round; receipts that it holds already stay, so that a later day may add its own. The machine's
//! other work is not kept away: it is a part of what predictions have to live with.

mod changes;
mod faults;
mod stage;
mod tables;

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};

use remember::{Body, Memory, Options, Selection};

use changes::Deck;
use stage::Stage;

type Answer<T> = Result<T, Box<dyn Error>>;

/// How much is to be measured.
struct Campaign {
    file: PathBuf,
    rounds: u32,
    plans: usize,
    scale: f64,
    largest: f64,
}

impl Campaign {
    fn from_arguments() -> Answer<Self> {
        let mut arguments = std::env::args().skip(1);
        let file = arguments.next().ok_or("name the file that receipts are kept in")?.into();
        let rounds = arguments.next().map_or(Ok(8), |text| text.parse())?;
        let plans = arguments.next().map_or(Ok(26), |text| text.parse())?;
        let scale = arguments.next().map_or(Ok(1.0), |text| text.parse())?;
        let largest = arguments.next().map_or(Ok(f64::INFINITY), |text| text.parse())?;
        Ok(Self { file, rounds, plans, scale, largest })
    }
}

#[tokio::main]
async fn main() -> Answer<()> {
    if std::env::args().nth(2).is_some_and(|what| what == "faults") {
        return troubles().await;
    }
    let campaign = Campaign::from_arguments()?;
    let folder = tempfile::tempdir()?;
    let memory = Memory::open(&Options::project(folder.path()).embedder(None))?;
    if campaign.file.exists() {
        memory.import(&mut BufReader::new(File::open(&campaign.file)?), true)?;
    }
    let stage = Stage::set(campaign.scale, campaign.largest).await?;
    let mut deck = Deck::shuffled(stage.tables());
    for round in 0..campaign.rounds {
        if round > 0 {
            stage.next_sitting().await?;
        }
        let mut steps = 0;
        for _ in 0..campaign.plans {
            let (table, change) = deck.draw();
            match stage.there_and_back(&memory, table, change).await {
                Ok(done) => steps += done,
                Err(fault) => println!("{} on {}: {fault}", change.name, table.name),
            }
        }
        let kept = keep(&memory, &campaign.file)?;
        println!("round {}: {steps} steps; {kept} entries in the file", round + 1);
    }
    stage.strike().await
}

async fn troubles() -> Answer<()> {
    let file = PathBuf::from(std::env::args().nth(1).unwrap_or_default());
    let folder = tempfile::tempdir()?;
    let memory = Memory::open(&Options::project(folder.path()).embedder(None))?;
    let stage = Stage::set(0.1, f64::INFINITY).await?;
    let failed = faults::meet_all(&stage, &memory).await?;
    println!("{failed} plans failed; {} entries in the file", keep(&memory, &file)?);
    stage.strike().await
}

/// Writes runs and steps: what statistics are made from, and nothing else.
fn keep(memory: &Memory, file: &Path) -> Answer<usize> {
    let entries = memory.entries(&Selection::default())?;
    let mut lines = Vec::new();
    let mut kept = 0;
    for entry in entries.iter().filter(|entry| matches!(entry.body, Body::Run(_) | Body::Step(_))) {
        serde_json::to_writer(&mut lines, entry)?;
        lines.push(b'\n');
        kept += 1;
    }
    let beside = file.with_extension("new");
    File::create(&beside)?.write_all(&lines)?;
    std::fs::rename(&beside, file)?;
    Ok(kept)
}
