//! Databases for tests are there, apart from each other, and go away.
#![allow(clippy::unwrap_used, missing_docs)]

use std::process::Command;
use std::time::{Duration, Instant};

use testkit::{FaultProxy, Mischief};

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    for major in testkit::majors() {
        let began = Instant::now();
        let one = testkit::database(major).await;
        println!("PostgreSQL {major}: the first database took {:?}", began.elapsed());
        let began = Instant::now();
        let two = testkit::database(major).await;
        println!("PostgreSQL {major}: the second took {:?}", began.elapsed());
        one.run("CREATE TABLE public.t AS SELECT 7 AS n").await;
        two.run("CREATE TABLE public.t AS SELECT 8 AS n").await;
        assert_eq!(one.copy().await.ask("SELECT n FROM public.t").await.as_deref(), Some("7"));
        assert_eq!(two.ask("SELECT n FROM public.t").await.as_deref(), Some("8"));
        assert_eq!(one.server().pid(), two.server().pid());
        assert_eq!(one.connect().await.server().major, major);
        let sockets = one.server().socket_folder().unwrap();
        drop((one, two));
        assert!(!sockets.exists());
    }
}

#[tokio::test]
async fn the_proxy_cuts_delays_and_swallows() {
    let database = testkit::database(testkit::majors()[0]).await;
    let proxy = FaultProxy::start(&database.server().socket_folder().unwrap()).await;
    let target = proxy.target(database.name().as_str());
    let session = connect::connect(&target, "test").await.unwrap();
    let ask = || session.simple_query("SELECT 1");
    assert!(ask().await.is_ok());

    proxy.set(Mischief::Delay(Duration::from_millis(50)));
    let began = Instant::now();
    assert!(ask().await.is_ok());
    assert!(began.elapsed() >= Duration::from_millis(100));

    proxy.set(Mischief::BlackHole);
    assert!(tokio::time::timeout(Duration::from_millis(200), ask()).await.is_err());

    proxy.set(Mischief::Cut);
    let cut = tokio::time::timeout(Duration::from_secs(5), ask()).await.unwrap();
    assert!(cut.is_err());
    assert_eq!(connect::connect(&target, "test").await.unwrap_err().kind, "connect.failed");
}

#[test]
fn a_child_is_killed_or_ends_before() {
    let sleep = |seconds: &str| Command::new("sleep").arg(seconds).spawn().unwrap();
    assert!(testkit::kill_later(sleep("60"), Duration::from_millis(20)).join().unwrap());
    assert!(!testkit::kill_later(sleep("0"), Duration::from_millis(500)).join().unwrap());
}
