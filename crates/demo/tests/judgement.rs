//! The demo judges a pipeline by what the server and the application say: a good one passes, and each
//! wrong is found.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod common;

use std::time::Duration;

use common::{CHILD_URL, Small, Wrong, carry_out};
use demo::{DemoOptions, Report, Scenario};
use model::Silent;
use traffic::Rate;

/// The process that is killed: this test in a process of its own.
#[tokio::test]
async fn child() {
    if let Ok(url) = std::env::var(CHILD_URL) {
        carry_out(&connect::Target::parse(&url).unwrap(), Wrong::Nothing).await.unwrap();
    }
}

/// Funds in each test: `LOCKKEEPER_DEMO_ROWS`, 20,000 by default.
fn rows() -> u64 {
    std::env::var("LOCKKEEPER_DEMO_ROWS").map_or(20_000, |rows| rows.parse().unwrap())
}

fn options(major: u32, push: bool) -> DemoOptions {
    DemoOptions {
        rows: Some(rows()),
        rate: Rate { writes_per_s: 40.0, reads_per_s: 100.0 },
        baseline: Duration::from_millis(500),
        major: Some(major),
        push,
        ..DemoOptions::of(Scenario::Vintage)
    }
}

async fn judged(wrong: Wrong) -> Report {
    let pipeline = Small { wrong, ..Small::default() };
    demo::run(&pipeline, &options(15, false), &Silent).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_pipeline_passes_and_its_report_says_what_was_measured() {
    for major in testkit::majors() {
        let report = demo::run(&Small::default(), &options(major, true), &Silent).await.unwrap();
        is_good(&report, major);
    }
}

fn is_good(report: &Report, major: u32) {
    println!("{}", report.text());
    assert!(report.passed(), "{report:#?}");
    assert_eq!((report.rows, report.server_version / 10_000), (rows(), major));
    let names: Vec<&str> = report.phases.iter().map(|phase| phase.name.name()).collect();
    assert_eq!(names, ["expand", "validate"]);
    assert_eq!(report.killed.signal, 9);
    assert_eq!(report.killed.step, "02-index");
    assert!(report.total_ms > 0.0 && report.bare_ms > 0.0 && report.baseline_ms.read > 0.0);
    assert!(report.application.windows.iter().all(|window| window.read.count > 0 || window.ms < 200.0));
    let push = report.push.measured.as_ref().unwrap();
    assert_eq!((push.statements.len(), push.failed_statements), (2, 0));

    // The text says nothing that the JSON does not hold.
    let json = serde_json::to_string(report).unwrap();
    let read_back: Report = serde_json::from_str(&json).unwrap();
    assert_eq!(read_back.text(), report.text());
    assert!(report.text().lines().all(|line| line.chars().count() <= 100), "{}", report.text());
    let data: serde_json::Value = serde_json::from_str(&json).unwrap();
    for key in [
        "scenario",
        "rows",
        "server_version",
        "phases",
        "total_ms",
        "bare_ms",
        "stall_ms",
        "baseline_ms",
        "failed_statements",
        "rows_lost",
        "rolled_back",
        "resumed",
        "verified",
    ] {
        assert!(!data[key].is_null(), "{key}");
    }
    for key in ["read", "write"] {
        assert!(data["stall_ms"][key].is_f64() && data["baseline_ms"][key].is_f64(), "{key}");
    }
    for key in ["name", "ms", "lock_hold_ms", "lock_wait_ms"] {
        assert!(!data["phases"][0][key].is_null(), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_rows_are_found() {
    let report = judged(Wrong::LosesRows).await;
    // The kill's own run is a good one; three each of the resuming and of the last apply.
    assert_eq!(report.rows_lost, 6);
    assert!(!report.verified && !report.passed() && report.text().contains("NO "), "{}", report.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_leaves_something_is_found() {
    let report = judged(Wrong::LeavesColumn).await;
    assert!(!report.rolled_back && !report.passed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_begins_anew_was_not_resumed() {
    let report = judged(Wrong::RepeatsSteps).await;
    assert!(!report.resumed && !report.passed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_held_is_a_stall() {
    let report = judged(Wrong::Blocks).await;
    let stall = report.stall_ms;
    assert!((350.0..900.0).contains(&stall.read) && (350.0..900.0).contains(&stall.write), "{stall:?}");
    assert!(report.passed(), "a stall is measured, not judged here");
}
