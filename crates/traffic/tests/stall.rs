//! Locks held on purpose: the traffic must feel them for as long as they last, and on every statement
//! that would have met them.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod common;

use std::time::Instant;

use common::{RATE, accounts, pause, workload};
use traffic::{Traffic, TrafficReport};

/// How long a lock is held.
const LOCK_MS: f64 = 1_000.0;

/// The traffic with a lock of this mode held for a second in its middle; and how long that was seen from here, in ms,
/// with all that the machine did besides.
async fn with_lock(mode: &str) -> (TrafficReport, f64) {
    let database = accounts(15).await;
    let traffic = Traffic::start(database.target(), &workload(), RATE).await.unwrap();
    pause(400).await;
    traffic.open_window("locked");
    let session = database.connect().await;
    let lock = format!("BEGIN; LOCK TABLE public.accounts IN {mode} MODE");
    let asked = Instant::now();
    session.batch_execute(&lock).await.unwrap();
    pause(LOCK_MS as u64).await;
    session.batch_execute("COMMIT").await.unwrap();
    pause(400).await;
    let report = traffic.stop().await.0;
    (report, asked.elapsed().as_secs_f64() * 1e3)
}

/// Whether a wait lasted for as long as the lock was held, and no longer than all of it.
fn felt(worst_ms: f64, all_ms: f64) -> bool {
    (LOCK_MS * 0.9..all_ms).contains(&worst_ms)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_a_second_is_felt_by_reads_and_writes() {
    let (report, all_ms) = with_lock("ACCESS EXCLUSIVE").await;
    let locked = report.window("locked").unwrap();
    assert!(felt(locked.read.worst_ms, all_ms), "{:?}", locked.read);
    assert!(felt(locked.write.worst_ms, all_ms), "{:?}", locked.write);
    assert_eq!(report.total.failed, vec![]);
    // Every statement that would have met it: 300 reads a second. A closed loop of 20 sessions would have recorded 20.
    let slow: u64 = locked.timeline.iter().filter(|m| m.read_ms > 50.0).map(|m| m.count).sum();
    assert!(slow > 60, "{slow}: {:?}", locked.timeline);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_lets_readers_pass_is_felt_by_writes_only() {
    let (report, all_ms) = with_lock("SHARE").await;
    let locked = report.window("locked").unwrap();
    assert!(felt(locked.write.worst_ms, all_ms), "{:?}", locked.write);
    assert!(locked.read.worst_ms < LOCK_MS * 0.9, "{:?}", locked.read);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_traffic_ends_at_once() {
    let database = accounts(15).await;
    let traffic = Traffic::start(database.target(), &workload(), RATE).await.unwrap();
    pause(100).await;
    let session = database.connect().await;
    session.batch_execute("BEGIN; LOCK TABLE public.accounts").await.unwrap();
    pause(100).await;
    let dropping = Instant::now();
    tokio::task::spawn_blocking(move || drop(traffic)).await.unwrap();
    // The lock is held for as long as the session lives: whoever waited for it would wait for ever.
    assert!(dropping.elapsed().as_secs() < 60, "{:?}", dropping.elapsed());
}
