//! A real PgBouncer before a test's database.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use connect::Target;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{FaultProxy, TestDatabase, skip};

/// PgBouncer before a test's database; it ends with the value.
#[derive(Debug)]
pub struct Pool {
    _process: Child,
    _proxy: FaultProxy,
    _folder: tempfile::TempDir,
    target: Target,
}

impl Pool {
    /// Starts one in this `pool_mode`, with more lines of its settings; none where the program is not
    /// installed.
    ///
    /// # Panics
    /// Where it does not listen within seconds.
    pub async fn start(database: &TestDatabase, mode: &str, more: &str) -> Option<Self> {
        let sockets = database.server().socket_folder().expect("it is a server of our own");
        let proxy = FaultProxy::start(&sockets).await;
        let folder = tempfile::tempdir().expect("a folder");
        let opened = fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755));
        opened.expect("it is our folder");
        let port = free_port();
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, config(&proxy, database, port, mode, more)).expect("it is our folder");
        let process = run(&file)?;
        let target = Target::parse(&format!("postgres://postgres@127.0.0.1:{port}/app"));
        let target = target.expect("it is a URL");
        // A slow machine takes its time to start a program.
        for _ in 0..1_000 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Some(Self { _process: process, _proxy: proxy, _folder: folder, target });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("PgBouncer does not listen");
    }

    /// How to reach the database through it.
    pub fn target(&self) -> &Target {
        &self.target
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}

fn config(proxy: &FaultProxy, database: &TestDatabase, port: u16, mode: &str, more: &str) -> String {
    let (server, name) = (proxy.target("postgres").server(), database.name());
    let server_port = server.rsplit_once(':').map_or("", |(_, port)| port).to_owned();
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
        skip("the program pgbouncer");
    }
    started.ok()
}
