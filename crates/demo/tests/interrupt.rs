//! A demo that is interrupted leaves no process and no folder behind, wherever it is.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use std::time::Duration;

use common::{CHILD_URL, Small, Wrong, carry_out};
use demo::{DemoOptions, Scenario};
use model::Silent;

/// The process that is killed: this test in a process of its own.
#[tokio::test]
async fn child() {
    if let Ok(url) = std::env::var(CHILD_URL) {
        carry_out(&connect::Target::parse(&url).unwrap(), Wrong::Nothing).await.unwrap();
    }
}

/// Processes whose parent is this one, zombies too.
fn children() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children"));
    let lists = tasks.filter_map(|task| of_task(task.ok()?).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn folders() -> usize {
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap().filter_map(Result::ok);
    let ours = format!("lockkeeper-demo-{}-", std::process::id());
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&ours)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind() {
    // While it starts, fills, measures the baseline, migrates.
    for ms in [150, 900, 2_500, 4_500] {
        let options = DemoOptions {
            rows: Some(20_000),
            baseline: Duration::from_millis(500),
            major: Some(15),
            ..DemoOptions::of(Scenario::Vintage)
        };
        let pipeline = Small::default();
        let demo = demo::run(&pipeline, &options, &Silent);
        let interrupted = tokio::time::timeout(Duration::from_millis(ms), demo).await;
        assert!(interrupted.is_err(), "it was to be interrupted");
        let mut waits = 0;
        while !children().is_empty() {
            waits += 1;
            assert!(waits < 100, "{ms} ms: {:?} still run", children());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(folders(), 0, "a folder was left behind");
}
