//! Statistics say what the receipts say, and predictions what the receipts allow.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use jiff::{Span, Timestamp};
use model::{LockMode, Name, Operation, PhaseName, RelationLock, RunReceipt, StepOutcome, StepReceipt};
use remember::{ExperienceQuery, Memory, Options, PredictQuery, StatisticsQuery, TableName};

fn open(folder: &Path) -> Memory {
    Memory::open(&Options::project(folder)).unwrap()
}

/// A run of one step that scans its table under ACCESS EXCLUSIVE: 1 ms for each 10,000 rows, 2 ms at least.
fn scan(at: usize, table: &str, rows: f64) -> (RunReceipt, StepReceipt) {
    let days = i64::try_from(at).unwrap();
    let started_at = Timestamp::now() - Span::new().hours(24 * (100 - days));
    let name = format!("r{at}");
    let ms = 2.0 + rows / 10_000.0;
    let table = Name::new("public", table);
    let mut run = common::run(&name);
    (run.started_at, run.finished_at) = (started_at, Some(started_at + Span::new().seconds(9)));
    let step = StepReceipt {
        operation: Operation::SetNotNull,
        recipe: "direct".to_owned(),
        phase: PhaseName::Switch,
        locks: vec![RelationLock { relation: table.clone(), mode: LockMode::AccessExclusiveLock }],
        table: Some(table),
        rows: Some(rows),
        #[expect(clippy::cast_possible_truncation, reason = "small")]
        total_bytes: Some((rows * 108.0) as i64),
        execution_ms: ms,
        lock_hold_ms: ms,
        lock_wait_ms: 0.1,
        lock_tries: 1,
        longest_transaction_ms: Some(10.0),
        started_at,
        ..common::step(&name, 0)
    };
    (run, step)
}

fn record(memory: &Memory, (run, step): &(RunReceipt, StepReceipt)) {
    assert!(memory.record_run(run).warning().is_none());
    assert!(memory.record_step(step).warning().is_none());
}

fn ask(table: &str, rows: Option<f64>) -> PredictQuery {
    let table = Some(table.parse().unwrap());
    PredictQuery { table, rows, ..PredictQuery::new(Operation::SetNotNull) }
}

#[test]
fn nothing_is_known_of_what_never_ran() {
    let folder = tempfile::tempdir().unwrap();
    let told = open(folder.path()).predict(&ask("funds", Some(5e6))).unwrap();
    assert_eq!((told.ms, told.n), (None, 0));
    assert_eq!(told.basis, "no SET_NOT_NULL has run to its end yet");
    assert!(told.prediction().is_none());
}

#[test]
fn predicts_larger_tables_from_smaller_ones() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for at in 0..24 {
        let rows = 50_000.0 * f64::from(1 << (at % 6));
        record(&memory, &scan(at, ["funds", "events", "users"][at % 3], rows));
    }
    let told = memory.predict(&ask("orders", Some(1.2e6))).unwrap();
    let ms = told.ms.unwrap();
    assert!((95.0..160.0).contains(&ms.p50), "{ms:?}");
    assert!(ms.p5 < ms.p10 && ms.p10 < ms.p50 && ms.p50 < ms.p90 && ms.p90 < ms.p95);
    assert_eq!((told.n, told.runs.len()), (24, 10));
    assert!(told.basis.starts_with("24 earlier runs, 0 on this table of 1.2 M rows"), "{}", told.basis);
    // One step and the whole change are the same here; another phase never ran.
    let step = PredictQuery { phase: Some(PhaseName::Switch), ..ask("orders", Some(1.2e6)) };
    assert!((memory.predict(&step).unwrap().ms.unwrap().p50 - ms.p50).abs() < 1e-3);
    let other = PredictQuery { phase: Some(PhaseName::Expand), ..ask("orders", Some(1.2e6)) };
    assert_eq!(memory.predict(&other).unwrap().n, 0);
}

#[test]
fn learns_the_rows_at_which_a_lock_is_held_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for at in 0..24 {
        record(&memory, &scan(at, "funds", 50_000.0 * f64::from(1 << (at % 6))));
    }
    let stats = memory.stats(&StatisticsQuery::default()).unwrap();
    let [threshold] = &stats.thresholds[..] else { panic!("{:?}", stats.thresholds) };
    // 100 ms are reached at 980,000 rows; one in ten is to be held no longer, so it lies below.
    let rows = threshold.rows.unwrap();
    assert!((400_000.0..980_000.0).contains(&rows), "{rows}");
    assert_eq!((threshold.n, threshold.n_table), (24, 24));
    let generous = StatisticsQuery { budget_ms: 1e6, ..StatisticsQuery::default() };
    assert_eq!(memory.stats(&generous).unwrap().thresholds[0].rows, None);
}

#[test]
fn counts_what_went_well_and_what_constraints_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for at in 0..4 {
        record(&memory, &scan(at, "funds", 1e5));
    }
    let (run, step) = scan(4, "funds", 1e5);
    let sqlstate = Some("23502".to_owned());
    record(&memory, &(run, StepReceipt { outcome: StepOutcome::Failed, sqlstate, ..step }));
    let stats = memory.stats(&StatisticsQuery::default()).unwrap();
    let strategy = &stats.strategies[0];
    assert_eq!((strategy.successes, strategy.failures, strategy.runs), (4, 1, 5));
    assert_eq!(strategy.confidence, remember::confidence(4, 1));
    let broken = &stats.constraint_failures[0];
    assert_eq!((broken.sqlstate.as_str(), broken.meaning), ("23502", Some("not null violation")));
    let elsewhere = StatisticsQuery { table: Some("events".parse().unwrap()), ..StatisticsQuery::default() };
    assert_eq!(memory.stats(&elsewhere).unwrap().steps, 0);
}

#[test]
fn tells_when_long_transactions_end() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for at in 0..24 {
        let (run, step) = scan(at, "funds", 1e5);
        let hour = [0, 1, 2, 14][at % 4];
        let day = step.started_at.strftime("%Y-%m-%d").to_string();
        let started_at = format!("{day}T{hour:02}:30:00Z").parse().unwrap();
        let age = if hour < 2 { 8_000.0 } else { 20.0 };
        record(&memory, &(run, StepReceipt { started_at, longest_transaction_ms: Some(age), ..step }));
    }
    let stats = memory.stats(&StatisticsQuery::default()).unwrap();
    assert_eq!(stats.lock_hours.iter().map(|hour| hour.hour_utc).collect::<Vec<_>>(), [0, 1, 2, 14]);
    assert_eq!(stats.lock_patterns[0].text, "long transactions on public.funds end by 02:00 UTC");
}

/// What a slow machine does to one kind of step it does to the next of another kind.
#[test]
fn a_server_that_became_slow_is_known_by_other_steps() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for at in 0..6 {
        record(&memory, &scan(at, "funds", 1e6));
        let (run, step) = scan(at, "events", 1e6);
        let run = RunReceipt { run: format!("{}-checked", run.run), ..run };
        record(&memory, &(run.clone(), StepReceipt { operation: Operation::AddCheck, run: run.run, ..step }));
    }
    let query = PredictQuery { operation: Operation::AddCheck, ..ask("events", Some(1e6)) };
    let told = || memory.predict(&query).unwrap();
    let usual = told().ms.unwrap().p50;
    let slow = |minutes: i64| {
        let (run, step) = scan(90 + usize::try_from(minutes).unwrap(), "funds", 1e6);
        let started_at = Timestamp::now() - Span::new().minutes(9 - minutes);
        record(&memory, &(run, StepReceipt { started_at, execution_ms: 10.0 * step.execution_ms, ..step }));
    };
    (0..2).for_each(slow);
    assert!((0.99..1.01).contains(&(told().ms.unwrap().p50 / usual)), "two may be chance");
    slow(2);
    let slowed = told();
    assert!((5.0..15.0).contains(&(slowed.ms.unwrap().p50 / usual)), "{usual}: {slowed:?}");
    assert!(slowed.basis.contains("times longer than usual"), "{}", slowed.basis);
}

#[test]
fn a_dropped_or_grown_table_is_another_table() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for at in 0..5 {
        record(&memory, &scan(at, "funds", 1e5));
    }
    let on_table = |rows| {
        let basis = memory.predict(&ask("funds", Some(rows))).unwrap().basis;
        basis.split(", ").nth(1).unwrap()[..1].parse::<u32>().unwrap()
    };
    assert_eq!((on_table(2e5), on_table(2e6)), (5, 0));
    let (run, drop) = scan(5, "funds", 1e5);
    record(&memory, &(run, StepReceipt { operation: Operation::DropTable, ..drop }));
    assert_eq!(on_table(2e5), 0);
    record(&memory, &scan(6, "funds", 1e5));
    assert_eq!(on_table(2e5), 1);
}

#[test]
fn experience_raises_freely_and_lowers_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let query = |rows: f64, recipe: &str| ExperienceQuery {
        operation: Operation::SetNotNull,
        recipe: recipe.to_owned(),
        table: "public.funds".parse::<TableName>().unwrap(),
        rows: Some(rows),
        total_bytes: None,
        budget_ms: 100.0,
    };
    for at in 0..12 {
        record(&memory, &scan(at, "funds", 1e5 + 1e3 * f64::from(u32::try_from(at).unwrap())));
    }
    let good = memory.experience(&query(1e5, "direct")).unwrap();
    let lowered = good.adjust(65.0, 0.0);
    assert!((55.0..60.0).contains(&lowered), "{good:?}");
    assert_eq!(good.adjust(65.0, 60.0), 60.0);
    assert_eq!(memory.experience(&query(1e5, "set_not_null")).unwrap().hints, []);
    assert!(memory.experience(&query(9e6, "direct")).unwrap().adjust(50.0, 0.0) > 60.0);

    let (run, step) = scan(12, "funds", 1e5);
    let sqlstate = Some("23502".to_owned());
    record(&memory, &(run, StepReceipt { outcome: StepOutcome::Failed, sqlstate, ..step }));
    let bad = memory.experience(&query(1e5, "direct")).unwrap();
    assert_eq!(bad.adjust(65.0, 60.0), 80.0);
    assert!(bad.hints[0].reason.contains("broke a constraint once before, last with 23502"), "{bad:?}");
}
