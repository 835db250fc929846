//! Connections that are refused say why, with a stable kind and without the password.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::net::TcpListener;

use connect::{Target, connect};
use model::{Exit, Fault, Silent};
use shadow::{Shadow, ShadowOptions};
use testkit::{FaultProxy, majors};

async fn refused(target: &Target) -> Fault {
    let fault = connect(target, "test").await.err().unwrap();
    assert_eq!(fault.exit, Exit::Work);
    assert!(fault.help.is_some() && fault.place.is_some(), "{fault}");
    assert!(!format!("{fault} {fault:?}").contains("s3cret"), "{fault}");
    fault
}

async fn kind(url: &str) -> &'static str {
    refused(&Target::parse(url).unwrap()).await.kind
}

#[tokio::test]
async fn where_no_server_is() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://ann:s3cret@127.0.0.1:{free}/app");
    let fault = refused(&Target::parse(&url).unwrap()).await;
    assert_eq!(fault.kind, "connect.refused");
    assert!(fault.to_string().contains(&format!("127.0.0.1:{free}")), "{fault}");
    assert_eq!(kind("postgres://ann:s3cret@/app?host=/nowhere").await, "connect.refused");
    assert_eq!(kind("postgres://ann:s3cret@nowhere.invalid/app").await, "connect.refused");
}

#[tokio::test]
async fn where_something_else_listens() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    assert_eq!(kind(&format!("postgres://ann:s3cret@127.0.0.1:{port}/app")).await, "connect.failed");
}

#[tokio::test]
async fn who_is_not_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let hba = folder.path().join("hba");
    let lines = "local all postgres trust\nlocal all nobody reject\nlocal all all scram-sha-256\n";
    fs::write(&hba, lines).unwrap();
    let settings = vec![("hba_file".to_owned(), hba.display().to_string())];
    for major in majors() {
        let options = ShadowOptions { settings: settings.clone(), ..ShadowOptions::of(major) };
        let shadow = Shadow::start(&options, &Silent).await.unwrap();
        let admin = shadow.target("postgres");
        let session = connect(&admin, "test").await.unwrap();
        session.batch_execute("CREATE ROLE ann LOGIN PASSWORD 's3cret-right'").await.unwrap();

        connect(&admin.with_user("ann", Some("s3cret-right")), "test").await.unwrap();
        for wrong in [Some("s3cret-wrong"), Some(""), None] {
            assert_eq!(refused(&admin.with_user("ann", wrong)).await.kind, "connect.password");
        }
        assert_eq!(refused(&admin.with_user("nobody", None)).await.kind, "connect.role");
        assert_eq!(refused(&admin.with_user("zoe", Some("s3cret"))).await.kind, "connect.password");
        let fault = refused(&admin.with_database("app")).await;
        assert_eq!(fault.kind, "connect.database");
        assert!(fault.what.contains("\"app\""), "{fault}");

        session.batch_execute("ALTER DATABASE postgres CONNECTION LIMIT 1").await.unwrap();
        session.batch_execute("CREATE DATABASE closed").await.unwrap();
        session.batch_execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC").await.unwrap();
        let ann = admin.with_user("ann", Some("s3cret-right"));
        assert_eq!(refused(&ann.with_database("closed")).await.kind, "connect.role");
        assert_eq!(refused(&ann).await.kind, "connect.full");
    }
}

#[tokio::test]
async fn a_server_that_is_too_old() {
    let fault = Shadow::start(&ShadowOptions::of(12), &Silent).await.err().unwrap();
    assert_eq!(fault.kind, "connect.version", "{fault}");
    assert!(fault.what.contains("PostgreSQL 12."), "{fault}");
}

#[tokio::test]
async fn a_server_without_tls() {
    let server = testkit::server(majors()[0]).await;
    // The server speaks no TLS on its unix socket, whatever comes before it.
    let proxy = FaultProxy::start(&server.socket_folder().unwrap()).await;
    let plain = proxy.target("postgres").to_string();
    let with = |mode: &str| plain.replace("sslmode=disable", &format!("sslmode={mode}"));
    for mode in ["require", "verify-ca", "verify-full"] {
        assert_eq!(kind(&with(mode)).await, "connect.tls", "{mode}");
    }
    for mode in ["disable", "allow", "prefer"] {
        connect(&Target::parse(&with(mode)).unwrap(), "test").await.unwrap();
    }
}
