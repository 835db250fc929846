//! Clients and servers that die at every transition, and what the next run makes of it.
//!
//! `LOCKKEEPER_KILL_STRIDE` sets how many transitions are left out between two deaths: 1 tries them all.

use std::time::Duration;

use apply::{apply, rollback};
use model::{Direction, Plan, RunOutcome, Silent};
use testkit::TestDatabase;

use crate::doom::{Doom, assert_clean, run_doomed};
use crate::plans::{CASES, Case, Deparse, fingerprint, rows};
use crate::quick;

fn stride() -> usize {
    std::env::var("LOCKKEEPER_KILL_STRIDE").ok().and_then(|value| value.parse().ok()).unwrap_or(7)
}

/// Goes on forward and expects the goal.
async fn finish(database: &TestDatabase, plan: &Plan, before: &str, when: &str) {
    let done = apply(database.target(), plan, &Deparse, &mut quick(), &Silent).await;
    let done = done.unwrap_or_else(|fault| panic!("{when}: {fault}"));
    assert_eq!(done.receipt.outcome, RunOutcome::Done, "{when}");
    assert_eq!(fingerprint(database).await, plan.to, "{when}");
    assert_eq!(rows(database).await, before, "{when}");
    assert_clean(database).await;
    let again = apply(database.target(), plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert!(again.steps.is_empty(), "{when}: a second apply does something");
}

/// Goes back and expects the start.
async fn undo(database: &TestDatabase, plan: &Plan, before: &str, when: &str) {
    let back = rollback(database.target(), plan, None, &Deparse, &mut quick(), &Silent).await;
    back.unwrap_or_else(|fault| panic!("{when}: {fault}"));
    assert_eq!(fingerprint(database).await, plan.from, "{when}");
    assert_eq!(rows(database).await, before, "{when}");
    assert_clean(database).await;
}

/// Kills the client at one transition after the other, until it comes to its end; then goes on forward,
/// or turns back.
fn sweep(case: &Case, major: u32, direction: Direction, turns_around: bool) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (template, plan) = runtime.block_on(case.prepare(major, 1_000));
    let before = runtime.block_on(rows(&template));
    if direction == Direction::Back {
        runtime.block_on(apply(template.target(), &plan, &Deparse, &mut quick(), &Silent)).unwrap();
    }
    let mut at = stride() / 2;
    loop {
        let database = runtime.block_on(template.copy());
        let end = run_doomed(database.target(), &plan, direction, Doom::Transition(at));
        let when = format!("{} on {major}, {direction:?}, killed at transition {at}", case.name);
        if let Some(end) = end {
            end.unwrap_or_else(|fault| panic!("{when}: {fault}"));
            assert!(at > 20, "{when}: so few transitions");
            return;
        }
        runtime.block_on(async {
            if (direction == Direction::Forward) == turns_around {
                undo(&database, &plan, &before, &when).await;
                finish(&database, &plan, &before, &when).await;
            } else {
                finish(&database, &plan, &before, &when).await;
                undo(&database, &plan, &before, &when).await;
            }
        });
        at += stride();
    }
}

#[test]
fn a_killed_apply_goes_on() {
    for major in testkit::majors() {
        CASES.iter().for_each(|case| sweep(case, major, Direction::Forward, false));
    }
}

#[test]
fn a_killed_apply_is_rolled_back() {
    CASES.iter().for_each(|case| sweep(case, 15, Direction::Forward, true));
}

#[test]
fn a_killed_rollback_goes_on() {
    CASES.iter().for_each(|case| sweep(case, 15, Direction::Back, false));
}

#[test]
fn a_killed_rollback_is_turned_around() {
    CASES.iter().for_each(|case| sweep(case, 15, Direction::Back, true));
}

/// Statements in flight when the client dies: the backend goes on without it.
#[test]
fn killed_in_the_middle_of_a_statement() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for case in &CASES {
        let (template, plan) = runtime.block_on(case.prepare(15, 30_000));
        let before = runtime.block_on(rows(&template));
        for ms in (0..8).map(|n| 20 + n * 23) {
            let database = runtime.block_on(template.copy());
            let when = format!("{}, killed after {ms} ms", case.name);
            let doom = Doom::After(Duration::from_millis(ms));
            if let Some(end) = run_doomed(database.target(), &plan, Direction::Forward, doom) {
                end.unwrap_or_else(|fault| panic!("{when}: {fault}"));
            }
            runtime.block_on(finish(&database, &plan, &before, &when));
        }
    }
}
