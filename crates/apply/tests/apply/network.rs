//! Networks that swallow what is sent.

use std::time::Duration;

use apply::apply;
use model::Silent;
use testkit::{FaultProxy, Mischief};

use crate::doom::assert_clean;
use crate::plans::Deparse;
use crate::quick;
use crate::wishes::{begun, filled, hurry, slow_backfill};

/// What is sent during a moment vanishes, and the connections stay open for ever: the runner notices, connects
/// again, ends what it left behind, and every row is filled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_black_hole_in_a_backfill() {
    let (database, plan) = slow_backfill(3_000).await;
    let session = database.connect().await;
    let proxy = FaultProxy::start(&database.server().socket_folder().unwrap()).await;
    let target = proxy.target(database.name().as_str());
    let mut options = quick();
    let run = apply(&target, &plan, &Deparse, &mut options, &Silent);
    let interfere = async {
        begun(&database).await;
        proxy.set(Mischief::BlackHole);
        tokio::time::sleep(Duration::from_millis(500)).await;
        let meanwhile = filled(&database).await;
        proxy.set(Mischief::None);
        hurry(&session).await;
        meanwhile
    };
    let (done, meanwhile) = tokio::join!(run, interfere);
    assert!(meanwhile < 3_000, "the backfill was over before the network failed");
    assert_eq!(done.unwrap().arrived, Some(true));
    assert_eq!(filled(&database).await, 3_000);
    session.close().await;
    assert_clean(&database).await;
}
