//! What is refused before anything is done.

use std::time::Duration;

use apply::{ApplyOptions, apply, rollback};
use model::{Exit, Fingerprint, Gate, PhaseName, RunOutcome, Silent};

use crate::doom::assert_clean;
use crate::plans::{CASES, Deparse, fingerprint};
use crate::quick;

async fn has_journal(database: &testkit::TestDatabase) -> bool {
    database.ask("SELECT to_regnamespace('lockkeeper') IS NOT NULL").await.as_deref() == Some("t")
}

#[tokio::test]
async fn a_second_runner_hears_who_is_at_work() {
    let (database, plan) = CASES[0].prepare(15, 100).await;
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE public.funds IN ROW EXCLUSIVE MODE").await.unwrap();
    let mut options = quick();
    let first = apply(database.target(), &plan, &Deparse, &mut options, &Silent);
    let second = async {
        while apply::status(database.target()).await.unwrap().runner.is_none_or(|runner| runner.run.is_none())
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut options = quick();
        let fault = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap_err().fault;
        let runner = apply::status(database.target()).await.unwrap().runner.expect("somebody is at work");
        holder.batch_execute("COMMIT").await.unwrap();
        (fault, runner)
    };
    let (done, (fault, runner)) = tokio::join!(first, second);
    assert_eq!(done.unwrap().arrived, Some(true));
    assert_eq!(fault.kind, "apply.busy");
    let told = fault.to_string();
    let hash = plan.hash();
    for part in [&format!("pid {}", runner.pid), runner.run.as_deref().unwrap(), hash.short()] {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
}

#[tokio::test]
async fn a_schema_that_drifted() {
    let (database, plan) = CASES[0].prepare(15, 10).await;
    database.run("ALTER TABLE public.funds ADD COLUMN surprise text").await;
    let fault = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!((fault.kind, fault.exit), ("plan.drifted", Exit::Gate));
    database.run("ALTER TABLE public.funds DROP COLUMN surprise").await;
    let mut options = ApplyOptions { until: Some(PhaseName::Expand), ..quick() };
    apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    database.run("CREATE INDEX surprise ON public.funds (name)").await;
    let fault = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "plan.drifted");
    let fault =
        rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "plan.drifted");
    database.run("DROP INDEX public.surprise").await;
    rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(fingerprint(&database).await, plan.from);
}

#[tokio::test]
async fn what_was_there_before_is_never_taken_for_the_plans_own() {
    let there = [
        "CREATE INDEX funds_vintage_year_created_at_idx ON public.funds (name)",
        "ALTER TABLE public.funds ADD CONSTRAINT vintage CHECK (id > 0)",
    ];
    for made_by_somebody in there {
        let (database, _) = CASES[0].prepare(15, 10).await;
        database.run(made_by_somebody).await;
        let plan = CASES[0].plan(&database, 15).await;
        let fault = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
        assert_eq!((fault.kind, fault.exit), ("apply.already_there", Exit::Gate), "{made_by_somebody}");
        rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
        assert_eq!(fingerprint(&database).await, plan.from, "{made_by_somebody}");
    }
}

#[tokio::test]
async fn an_effect_that_was_taken_back_by_hand_after_a_crash() {
    let (database, plan) = CASES[0].prepare(15, 10).await;
    let target = database.target().clone();
    let doomed = plan.clone();
    let life = tokio::task::spawn_blocking(move || {
        let doom = crate::doom::Doom::Transition(12);
        crate::doom::run_doomed(&target, &doomed, model::Direction::Forward, doom)
    });
    assert!(life.await.unwrap().is_none());
    database.run("ALTER TABLE public.funds DROP COLUMN vintage_year").await;
    let fault = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!((fault.kind, fault.exit), ("plan.drifted", Exit::Gate));
}

#[tokio::test]
async fn another_plan_is_unfinished() {
    let (database, plan) = CASES[0].prepare(15, 10).await;
    let mut options = ApplyOptions { until: Some(PhaseName::Expand), ..quick() };
    apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    let other = CASES[1].plan(&database, 15).await;
    let fault = apply(database.target(), &other, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!((fault.kind, fault.exit), ("apply.unfinished", Exit::Gate));
    assert!(fault.to_string().contains(plan.hash().short()), "{fault}");
    let run = apply::abort(database.target()).await.unwrap();
    assert_eq!(apply::status(database.target()).await.unwrap().runs[0].run, run);
    let done = apply(database.target(), &other, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(done.receipt.outcome, RunOutcome::Done);
    let fault =
        rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "apply.superseded");
    rollback(database.target(), &other, None, &Deparse, &mut quick(), &Silent).await.unwrap();
}

#[tokio::test]
async fn a_run_that_failed_in_its_first_step_is_closed_by_a_rollback() {
    let (database, mut plan) = CASES[0].prepare(15, 10).await;
    let sql =
        model::Sql::verbatim("ALTER TABLE public.funds ADD COLUMN vintage_year integer CHECK (1 / 0 = 1)");
    plan.steps[0].action = model::Action::Transaction { sql: vec![sql] };
    apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err();
    let back = rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(back.arrived, Some(true));
    let other = CASES[1].plan(&database, 15).await;
    let done = apply(database.target(), &other, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert_eq!(done.receipt.outcome, RunOutcome::Done);
}

#[tokio::test]
async fn the_wrong_server_the_wrong_approval_or_none() {
    let (database, plan) = CASES[0].prepare(15, 10).await;
    let foreign = model::Plan { server_major: 16, ..plan.clone() };
    let fault = apply(database.target(), &foreign, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "plan.server_major");
    let mut options = ApplyOptions { approval_required: true, ..quick() };
    let fault = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "plan.approval");
    let mut options = ApplyOptions { approve: Some(Fingerprint::of_bytes(b"another")), ..quick() };
    let fault = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "plan.approval");
    assert!(!has_journal(&database).await, "a refusal changed something");
    let mut options = ApplyOptions { approval_required: true, approve: Some(plan.hash()), ..quick() };
    apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
}

#[tokio::test]
async fn missing_privileges_are_all_named() {
    let (database, plan) = CASES[0].prepare(15, 10).await;
    let role = format!("poor_{}", database.name().as_str());
    database.run(&format!("CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT ALL ON public.funds TO {role}")).await;
    let target = database.target().with_user(&role, None);
    let fault = apply(&target, &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!(fault.kind, "apply.privilege");
    for part in ["CREATE on database", "ownership of table public.funds", "CREATE on schema public"] {
        assert!(fault.what.contains(part), "{part:?} is not in {fault}");
    }
    assert!(!has_journal(&database).await);
    database.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_shows_everything() {
    let (database, plan) = CASES[1].prepare(15, 10).await;
    let mut options = ApplyOptions { dry_run: true, ..quick() };
    let report = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    assert_eq!(report.script.len(), plan.steps.len());
    let first = report.script[0].sends[0].as_str();
    assert!(first.contains("LOCK TABLE ONLY public.funds IN ACCESS EXCLUSIVE MODE"), "{first}");
    assert!(first.contains("ADD COLUMN token uuid"), "{first}");
    assert!(!has_journal(&database).await);
    assert_eq!(fingerprint(&database).await, plan.from);
}

#[tokio::test]
async fn gates_and_cleanup_need_a_word() {
    let (database, mut plan) = CASES[1].prepare(15, 100).await;
    plan.gates.push(Gate { before: PhaseName::Switch, waits_for: "the new code is deployed".to_owned() });
    plan.steps[5].phase = PhaseName::Cleanup;
    for _ in 0..2 {
        let report = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
        assert!(
            report.message.contains("the new code is deployed") && report.message.contains("--until switch"),
            "{}",
            report.message
        );
        let done = "SELECT count(*) FROM lockkeeper.steps WHERE state = 'done'";
        assert_eq!(database.ask(done).await.as_deref(), Some("4"));
    }
    let mut options = ApplyOptions { until: Some(PhaseName::Switch), ..quick() };
    let report = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    assert_eq!(report.receipt.outcome, RunOutcome::Done, "{}", report.message);
    let report = apply(database.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap();
    assert!(report.steps.is_empty(), "cleanup ran without a word");
    let mut options = ApplyOptions { until: Some(PhaseName::Cleanup), ..quick() };
    let report = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    assert_eq!(report.arrived, Some(true));
    let fault =
        rollback(database.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap_err().fault;
    assert_eq!((fault.kind, fault.exit), ("apply.cleaned", Exit::Gate));
    assert_clean(&database).await;
}
