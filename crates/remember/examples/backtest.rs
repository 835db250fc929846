//! Tells every measured step of an exported memory again, and prints how far off it was.
//!
//! `cargo run -p remember --example backtest -- export.jsonl`

use std::fs::File;
use std::io::BufReader;

use remember::{Backtest, Memory, Options, Split, Told};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file that `lockkeeper memory export` wrote")?;
    let folder = tempfile::tempdir()?;
    let memory = Memory::open(&Options::project(folder.path()))?;
    let imported = memory.import(&mut BufReader::new(File::open(path)?), true)?;
    println!("{} entries", imported.new);
    for split in Split::ALL {
        print(&memory.backtest(split)?);
    }
    Ok(())
}

fn print(backtest: &Backtest) {
    println!(
        "\n{:?}: coverage of the 90 % interval {:.3}, whose ends are {:.1} times apart",
        backtest.split,
        backtest.coverage_90.unwrap_or(f64::NAN),
        backtest.median_width.unwrap_or(f64::NAN)
    );
    let line = |name: &str, told: &Told| {
        let (n, error, near) = (told.n, told.median_error_percent, told.within_2x);
        println!("  {name:60} n {n:5}  median error {error:6.1} %  within 2x {near:.3}");
    };
    backtest.chosen.iter().for_each(|told| line("chosen by backtest", told));
    backtest
        .chosen_beside_last_run
        .iter()
        .for_each(|told| line("chosen, where the last run could tell too", told));
    backtest.models.iter().for_each(|(model, told)| line(model.words(), told));
}
