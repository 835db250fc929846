//! On a given server only databases of ours are made, and they are dropped again.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use connect::Target;
use model::Silent;
use shadow::{Shadow, ShadowOptions};

/// Gives the child the URL of the server; without it the child's test does nothing.
const URL: &str = "LOCKKEEPER_TEST_SHADOW_URL";

async fn server() -> Shadow {
    Shadow::start(&ShadowOptions::of(15), &Silent).await.unwrap_or_else(|fault| panic!("{fault}"))
}

async fn give(target: Target) -> Shadow {
    let options = ShadowOptions { url: Some(target), ..ShadowOptions::default() };
    Shadow::start(&options, &Silent).await.unwrap_or_else(|fault| panic!("{fault}"))
}

async fn databases(server: &Shadow) -> Vec<String> {
    let session = connect::connect(&server.target("postgres"), "test").await.unwrap();
    let rows = session.query("SELECT datname::text FROM pg_database ORDER BY 1", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn what_was_made_is_dropped() {
    let server = server().await;
    let before = databases(&server).await;
    for dropped in [false, true] {
        let given = give(server.target("postgres")).await;
        let one = given.create_database(None).await.unwrap();
        let session = connect::connect(&one.target, "test").await.unwrap();
        session.batch_execute("CREATE TABLE public.t ()").await.unwrap();
        session.close().await;
        given.create_database(Some(one.name.as_str())).await.unwrap();
        let _still_connected = connect::connect(&one.target, "test").await.unwrap();
        assert_eq!(databases(&server).await.len(), before.len() + 2);
        assert_eq!(given.pid(), None);
        assert_eq!(given.restart().await.unwrap_err().kind, "shadow.given");
        if dropped {
            drop(given)
        } else {
            given.stop().await.unwrap()
        }
        assert_eq!(databases(&server).await, before);
    }
}

#[tokio::test]
async fn a_role_needs_no_more_than_createdb() {
    let server = server().await;
    let session = connect::connect(&server.target("postgres"), "test").await.unwrap();
    session.batch_execute("CREATE ROLE ann LOGIN CREATEDB; CREATE ROLE bob LOGIN").await.unwrap();
    let before = databases(&server).await;
    let given = give(server.target("postgres").with_user("ann", None)).await;
    given.create_database(None).await.unwrap();
    given.stop().await.unwrap();
    assert_eq!(databases(&server).await, before);
    let given = give(server.target("postgres").with_user("bob", None)).await;
    let fault = given.create_database(None).await.unwrap_err();
    assert_eq!(fault.kind, "shadow.database");
    assert!(fault.help.unwrap().contains("CREATEDB"));
}

#[tokio::test]
async fn the_live_server_and_another_major_are_refused() {
    let server = server().await;
    let target = server.target("postgres");
    let live =
        |target: Target| async move { connect::connect(&target, "test").await.unwrap().server().clone() };
    let options =
        |live| ShadowOptions { url: Some(target.clone()), live: Some(live), ..ShadowOptions::default() };
    let itself = options(live(server.target("template1")).await);
    assert_eq!(Shadow::start(&itself, &Silent).await.unwrap_err().kind, "shadow.live");
    let other = self::server().await;
    let apart = options(live(other.target("postgres")).await);
    Shadow::start(&apart, &Silent).await.unwrap().stop().await.unwrap();
    let options = ShadowOptions { url: Some(target), ..ShadowOptions::of(18) };
    assert_eq!(Shadow::start(&options, &Silent).await.unwrap_err().kind, "shadow.major");
}

/// The child's part: makes a database on the given server and waits to be killed.
#[tokio::test]
async fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let given = give(Target::parse(&url).unwrap()).await;
    println!("made {}", given.create_database(None).await.unwrap().name);
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
}

#[tokio::test]
async fn a_later_start_drops_what_a_killed_one_made() {
    let server = server().await;
    let before = databases(&server).await;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]).env(URL, server.target("postgres").url_with_password());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.into_iter().any(|line| line.contains("made ")));

    let living = give(server.target("template1")).await;
    assert_eq!(databases(&server).await.len(), before.len() + 1, "its owner lives");
    child.kill().unwrap();
    child.wait().unwrap();
    // The server hears of the kill when it next looks at the connection.
    for _ in 0..200 {
        drop(give(server.target("template1")).await);
        if databases(&server).await == before {
            return living.stop().await.unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the database of a killed owner stays");
}
