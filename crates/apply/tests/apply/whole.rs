//! Whole runs without trouble: forward, back to each phase, forward again.

use apply::machine::StepState;
use apply::{ApplyOptions, apply, rollback};
use model::{PhaseName, RunOutcome, Silent, StepOutcome, StepReceipt};

use crate::doom::assert_clean;
use crate::plans::{CASES, Deparse, fingerprint, rows};
use crate::quick;

#[tokio::test]
async fn forward_back_and_forward_again() {
    for major in testkit::majors() {
        for case in &CASES {
            let (database, plan) = case.prepare(major, 20_000).await;
            let before = rows(&database).await;
            for round in 0..2 {
                let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
                assert_eq!(done.receipt.outcome, RunOutcome::Done, "{} on {major}", case.name);
                assert_eq!(done.arrived, Some(true), "{} on {major}, round {round}", case.name);
                assert_eq!(done.steps.len(), plan.steps.len());
                assert!(
                    done.steps
                        .iter()
                        .all(|step| step.outcome == StepOutcome::Done && step.verified == Some(true))
                );
                assert_eq!(fingerprint(&database).await, plan.to);
                assert_eq!(rows(&database).await, before);
                let back =
                    rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
                assert_eq!(back.arrived, Some(true), "{} on {major}, round {round}", case.name);
                assert_eq!(fingerprint(&database).await, plan.from);
                assert_eq!(rows(&database).await, before);
            }
        }
    }
}

#[tokio::test]
async fn back_to_each_phase_and_on_from_there() {
    for case in &CASES {
        let (database, plan) = case.prepare(15, 2_000).await;
        for to in plan.phases() {
            apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
            let back =
                rollback(database.target(), &plan, Some(to), &Deparse, &mut quick(), &Silent).await.unwrap();
            assert_eq!(back.receipt.outcome, RunOutcome::Done, "{} to {to}", case.name);
            let status = apply::status(database.target()).await.unwrap();
            for (at, step) in plan.steps.iter().enumerate() {
                let known = status.steps.iter().find(|known| known.ordinal == at).unwrap();
                let is_done = known.state == StepState::Done;
                assert!(!is_done || step.phase <= to, "{} to {to}: {} is done", case.name, step.id);
                // The journal is right about the last step that it calls done.
                if is_done && status.steps.get(at + 1).is_none_or(|next| next.state == StepState::Pending) {
                    assert_eq!(database.ask(step.probe.as_str()).await.as_deref(), Some("t"), "{}", step.id);
                }
            }
        }
        let done = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
        assert!(matches!(done.arrived, Some(true) | None));
        assert_eq!(fingerprint(&database).await, plan.to);
    }
}

#[tokio::test]
async fn until_a_phase_and_then_the_rest() {
    let (database, plan) = CASES[1].prepare(15, 2_000).await;
    for until in [PhaseName::Expand, PhaseName::Backfill, PhaseName::Validate] {
        let mut options = ApplyOptions { until: Some(until), ..quick() };
        let report = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
        assert_eq!(report.receipt.outcome, RunOutcome::Paused);
        assert!(report.steps.iter().all(|step| step.phase <= until), "{:?}", report.steps);
        assert_eq!(report.resumed, until != PhaseName::Expand);
    }
    let report = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(report.arrived, Some(true));
    assert_eq!(report.steps.len(), 2);
}

#[tokio::test]
async fn a_second_apply_does_nothing() {
    let (database, plan) = CASES[0].prepare(15, 100).await;
    apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    let journal = "SELECT count(*) || '/' || max(changed_at) FROM lockkeeper.runs";
    let before = database.ask(journal).await;
    let again = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert!(again.steps.is_empty());
    assert_eq!(database.ask(journal).await, before);
}

#[tokio::test]
async fn the_stall_is_measured_and_written_down() {
    let (database, plan) = CASES[0].prepare(15, 20_000).await;
    let mut options = ApplyOptions { stall: true, baseline_ms: 200, ..quick() };
    let report = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    assert!(report.baseline.read_ms.is_some() && report.baseline.write_ms.is_some());
    assert!(report.steps.iter().all(|step| step.stall_read_ms.is_some() && step.stall_write_ms.is_some()));
    let status = apply::status(database.target()).await.unwrap();
    let brief = |step: &StepReceipt| (step.step.clone(), step.attempt, step.outcome, step.verified);
    let journaled: Vec<_> = status.receipts.iter().map(brief).collect();
    assert_eq!(journaled, report.steps.iter().map(brief).collect::<Vec<_>>());
    assert!(status.receipts.iter().all(|receipt| receipt.stall_read_ms.is_some()));
    assert_clean(&database).await;
}
