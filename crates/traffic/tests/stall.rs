//! Locks held on purpose: the traffic must feel them for as long as they last, and on every statement
//! that would have met them.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod common;

use common::{RATE, accounts, pause, workload};
use traffic::{Traffic, TrafficReport};

const LOCK_MS: f64 = 300.0;

/// Other work on the machine, on both sides.
const NOISE_MS: f64 = 150.0;

/// The traffic with a lock of this mode held for 300 ms in its middle.
async fn with_lock(mode: &str) -> TrafficReport {
    let database = accounts(15).await;
    let traffic = Traffic::start(database.target(), &workload(), RATE).await.unwrap();
    pause(400).await;
    traffic.open_window("locked");
    let session = database.connect().await;
    let lock = format!("BEGIN; LOCK TABLE public.accounts IN {mode} MODE");
    session.batch_execute(&lock).await.unwrap();
    pause(300).await;
    session.batch_execute("COMMIT").await.unwrap();
    pause(400).await;
    traffic.stop().await.0
}

fn felt(worst_ms: f64) -> bool {
    (LOCK_MS - 20.0..LOCK_MS + NOISE_MS).contains(&worst_ms)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_300_ms_is_felt_by_reads_and_writes() {
    let report = with_lock("ACCESS EXCLUSIVE").await;
    let locked = report.window("locked").unwrap();
    assert!(felt(locked.read.worst_ms), "{:?}", locked.read);
    assert!(felt(locked.write.worst_ms), "{:?}", locked.write);
    assert_eq!(report.total.failed, vec![]);
    // Every statement that would have met it: 300 reads a second for 0.3 s, of 400 in the window's
    // 0.7 s or so. A closed loop of 20 sessions would have recorded 20.
    let slow: u64 = locked.timeline.iter().filter(|m| m.read_ms > 50.0).map(|m| m.count).sum();
    assert!(slow > 60, "{slow}: {:?}", locked.timeline);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_lets_readers_pass_is_felt_by_writes_only() {
    let report = with_lock("SHARE").await;
    let locked = report.window("locked").unwrap();
    assert!(felt(locked.write.worst_ms), "{:?}", locked.write);
    assert!(locked.read.worst_ms < LOCK_MS - 50.0, "{:?}", locked.read);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_traffic_ends_at_once() {
    let database = accounts(15).await;
    let traffic = Traffic::start(database.target(), &workload(), RATE).await.unwrap();
    pause(100).await;
    let session = database.connect().await;
    session.batch_execute("BEGIN; LOCK TABLE public.accounts").await.unwrap();
    pause(100).await;
    let dropping = std::time::Instant::now();
    tokio::task::spawn_blocking(move || drop(traffic)).await.unwrap();
    assert!(dropping.elapsed().as_millis() < 500, "{:?}", dropping.elapsed());
}
