//! A real PgBouncer: refused where it shares backends, accepted where it does not.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use connect::{Target, connect};
use testkit::{FaultProxy, TestDatabase, majors};
use tokio::process::{Child, Command};

/// PgBouncer before a test's database; it ends with the value.
struct Pool {
    _process: Child,
    _proxy: FaultProxy,
    _folder: tempfile::TempDir,
    target: Target,
}

impl Pool {
    async fn start(database: &TestDatabase, mode: &str, more: &str) -> Option<Self> {
        let proxy = FaultProxy::start(&database.server().socket_folder().unwrap()).await;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, config(&proxy, database, port, mode, more)).unwrap();
        let process = run(&file)?;
        let target = Target::parse(&format!("postgres://postgres@127.0.0.1:{port}/app")).unwrap();
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Some(Self { _process: process, _proxy: proxy, _folder: folder, target });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("PgBouncer does not listen");
    }
}

fn config(proxy: &FaultProxy, database: &TestDatabase, port: u16, mode: &str, more: &str) -> String {
    let (server, name) = (proxy.target("postgres").server(), database.name());
    let server_port = server.rsplit_once(':').unwrap().1;
    format!(
        "[databases]\napp = host=127.0.0.1 port={server_port} dbname={name} user=postgres\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
         pool_mode = {mode}\nserver_tls_sslmode = disable\n{more}\n"
    )
}

/// Starts PgBouncer, which refuses to run as root.
fn run(config: &Path) -> Option<Child> {
    let mut command = Command::new("pgbouncer");
    if nix::unistd::geteuid().is_root() {
        command.args(["-u", "nobody"]);
    }
    let started = command.arg("--quiet").arg(config).kill_on_drop(true).spawn();
    if started.is_err() {
        testkit::skip("the program pgbouncer");
    }
    started.ok()
}

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
            let fault = connect(&pool.target, "test").await.err().unwrap();
            assert_eq!(fault.kind, "connect.pooler", "{mode} {more}: {fault}");
            assert!(fault.to_string().contains("PgBouncer"), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_transaction_pool_that_others_use_is_refused() {
    let database = testkit::database(majors()[0]).await;
    let Some(pool) = Pool::start(&database, "transaction", "default_pool_size = 10").await else { return };
    let traffic: Vec<_> = (0..8).map(|_| tokio::spawn(work(pool.target.clone()))).collect();
    for _ in 0..10 {
        let fault = connect(&pool.target, "test").await.err().unwrap();
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
        let session = connect(&pool.target, "test").await.unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(session.server().database, database.name().as_str());
    }
    let Some(narrow) = Pool::start(&database, "session", "default_pool_size = 1").await else { return };
    let fault = connect(&narrow.target, "test").await.err().unwrap();
    assert_eq!(fault.kind, "connect.pooler", "one backend is too few to see or to work with: {fault}");
}
