//! Runs through a real PgBouncer: whole where each session keeps its backend, refused before anything is sent
//! where backends are shared.

use apply::{apply, rollback};
use model::{Direction, Silent};
use testkit::Pool;

use crate::doom::{Doom, assert_clean, run_doomed};
use crate::plans::{CASES, Deparse, fingerprint, rows};
use crate::quick;

/// Clients that die behind the pool leave their backends to it; the next run ends what they were doing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_pool_carries_a_run() {
    for case in &CASES {
        let (database, plan) = case.prepare(15, 2_000).await;
        let Some(pool) = Pool::start(&database, "session", "").await else { return };
        let before = rows(&database).await;
        for at in [25, 40, 55] {
            let (target, doomed) = (pool.target().clone(), plan.clone());
            let life = move || run_doomed(&target, &doomed, Direction::Forward, Doom::Transition(at));
            let end = tokio::task::spawn_blocking(life).await.unwrap();
            assert!(end.is_none_or(|end| end.is_ok()), "{}, killed at transition {at}", case.name);
        }
        let done = apply(pool.target(), &plan, &Deparse, &mut quick(), &Silent).await;
        let done = done.unwrap_or_else(|fault| panic!("{}: {fault}", case.name));
        assert_ne!(done.arrived, Some(false), "{}", case.name);
        assert_eq!(fingerprint(&database).await, plan.to, "{}", case.name);
        assert_eq!(rows(&database).await, before, "{}", case.name);
        let back = rollback(pool.target(), &plan, None, &Deparse, &mut quick(), &Silent).await.unwrap();
        assert_eq!(back.arrived, Some(true), "{}", case.name);
        assert_eq!(fingerprint(&database).await, plan.from, "{}", case.name);
        assert_eq!(rows(&database).await, before, "{}", case.name);
        assert_clean(&database).await;
    }
}

#[tokio::test]
async fn a_transaction_pool_is_refused_before_anything_is_sent() {
    let (database, plan) = CASES[0].prepare(15, 100).await;
    let Some(pool) = Pool::start(&database, "transaction", "").await else { return };
    let refused = apply(pool.target(), &plan, &Deparse, &mut quick(), &Silent).await.unwrap_err();
    assert_eq!(refused.fault.kind, "connect.pooler", "{}", refused.fault);
    assert_eq!(fingerprint(&database).await, plan.from);
    let journal = "SELECT to_regnamespace('lockkeeper') IS NULL";
    assert_eq!(database.ask(journal).await.as_deref(), Some("t"), "a journal was made");
}
