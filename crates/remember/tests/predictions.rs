//! What predictions are worth, on receipts of real plans: `predictions/receipts.jsonl`, made by
//! `cargo run -p remember --example measure`. Every step is told again from what came before it.

#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use model::StepOutcome;
use remember::{Backtest, Body, Kind, Memory, Options, Selection, Split, TimeModel, Told};

fn replayed(folder: &Path) -> Memory {
    let memory = Memory::open(&Options::project(folder).embedder(None)).unwrap();
    import(&memory, "receipts.jsonl");
    memory
}

fn import(memory: &Memory, name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/predictions").join(name);
    memory.import(&mut BufReader::new(File::open(file).unwrap()), true).unwrap();
}

#[test]
fn the_receipts_are_of_enough_real_steps_of_every_size() {
    let folder = tempfile::tempdir().unwrap();
    let selection = Selection { kind: Some(Kind::Step), ..Selection::default() };
    let entries = replayed(folder.path()).entries(&selection).unwrap();
    let steps = entries.iter().filter_map(|entry| match &entry.body {
        Body::Step(step) if step.outcome == StepOutcome::Done => step.rows,
        _ => None,
    });
    let rows: Vec<f64> = steps.collect();
    assert!(rows.len() >= 500, "{} steps", rows.len());
    assert!(rows.iter().any(|rows| *rows <= 20_000.0) && rows.iter().any(|rows| *rows >= 1_900_000.0));
}

fn is_as_good_as(chosen: Told, baseline: &Told) -> bool {
    chosen.median_error_percent <= baseline.median_error_percent && chosen.within_2x >= baseline.within_2x
}

/// Nine of ten times fall where nine of ten should, and no baseline does better.
fn judge(backtest: &Backtest, least: usize) {
    let report = format!("{backtest:#?}");
    let (chosen, coverage) = (backtest.chosen.unwrap(), backtest.coverage_90.unwrap());
    assert!(chosen.n >= least, "{report}");
    assert!((0.85..=0.95).contains(&coverage), "{report}");
    assert!(is_as_good_as(chosen, &backtest.models[&TimeModel::MsPerRow]), "{report}");
    if let Some(last_run) = backtest.models.get(&TimeModel::LastRun) {
        assert!(is_as_good_as(backtest.chosen_beside_last_run.unwrap(), last_run), "{report}");
    }
}

#[test]
fn nine_of_ten_times_fall_into_the_interval_and_no_baseline_tells_better() {
    let folder = tempfile::tempdir().unwrap();
    let memory = replayed(folder.path());
    for (split, least) in [
        (Split::Rolling, 500),
        (Split::LaterCampaign, 200),
        (Split::LeftOutTable, 500),
        (Split::TenfoldSmaller, 150),
    ] {
        judge(&memory.backtest(split).unwrap(), least);
    }
}

/// On a machine that has become ten times slower the latest steps tell of it, whatever they did, and the intervals
/// hold.
#[test]
fn so_it_is_on_a_machine_that_has_other_work_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let memory = replayed(folder.path());
    import(&memory, "crowded.jsonl");
    import(&memory, "later.jsonl");
    for split in [Split::Rolling, Split::LeftOutTable] {
        judge(&memory.backtest(split).unwrap(), 1_300);
    }
}
