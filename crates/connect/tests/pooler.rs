//! A real PgBouncer: refused where it shares backends, accepted where it does not.
#![allow(clippy::unwrap_used, missing_docs)]

use connect::{Target, connect};
use testkit::{Pool, majors};

#[tokio::test]
async fn a_transaction_pool_is_refused() {
    let database = testkit::database(majors()[0]).await;
    for (mode, more) in [
        ("transaction", ""),
        ("transaction", "server_round_robin = 1\nmin_pool_size = 5"),
        ("transaction", "default_pool_size = 1"),
        ("transaction", "max_client_conn = 1"),
        ("statement", ""),
    ] {
        let Some(pool) = Pool::start(&database, mode, more).await else { return };
        for _ in 0..3 {
            let fault = connect(pool.target(), "test").await.err().unwrap();
            assert_eq!(fault.kind, "connect.pooler", "{mode} {more}: {fault}");
            assert!(fault.to_string().contains("PgBouncer"), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_transaction_pool_that_others_use_is_refused() {
    let database = testkit::database(majors()[0]).await;
    let Some(pool) = Pool::start(&database, "transaction", "default_pool_size = 10").await else { return };
    let traffic: Vec<_> = (0..8).map(|_| tokio::spawn(work(pool.target().clone()))).collect();
    for _ in 0..10 {
        let fault = connect(pool.target(), "test").await.err().unwrap();
        assert_eq!(fault.kind, "connect.pooler", "{fault}");
    }
    traffic.into_iter().for_each(|task| task.abort());
}

/// What an application behind the pool does: short transactions, one after the other.
async fn work(target: Target) {
    let config: tokio_postgres::Config = target.url_with_password().parse().unwrap();
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    while client.batch_execute("BEGIN; SELECT pg_sleep(0.002); COMMIT").await.is_ok() {}
}

#[tokio::test]
async fn a_session_pool_is_accepted() {
    let database = testkit::database(majors()[0]).await;
    let Some(pool) = Pool::start(&database, "session", "").await else { return };
    for _ in 0..3 {
        let session = connect(pool.target(), "test").await.unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(session.server().database, database.name().as_str());
    }
    let Some(narrow) = Pool::start(&database, "session", "default_pool_size = 1").await else { return };
    let fault = connect(narrow.target(), "test").await.err().unwrap();
    assert_eq!(fault.kind, "connect.pooler", "one backend is too few to see or to work with: {fault}");
}
