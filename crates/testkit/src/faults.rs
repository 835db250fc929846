//! A TCP proxy before a server that misbehaves on demand, as networks do.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use connect::Target;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the proxy does to the bytes that pass, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mischief {
    /// Passes them on.
    None,
    /// Passes each piece on after this time.
    Delay(Duration),
    /// Takes them and passes nothing on; connections stay open.
    BlackHole,
    /// Closes the connections, old and new.
    Cut,
}

/// A proxy on a port of its own before a throwaway server's socket. It ends when it is dropped, and
/// its connections with it.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    mischief: watch::Sender<Mischief>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    /// Starts a proxy before the server whose unix socket is in this folder.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub async fn start(socket_folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (mischief, watched) = watch::channel(Mischief::None);
        let socket = socket_folder.join(".s.PGSQL.5432");
        let task = tokio::spawn(accept(listener, socket, watched));
        Self { address, mischief, task }
    }

    /// From now on the proxy does this, to open connections as well.
    pub fn set(&self, mischief: Mischief) {
        self.mischief.send_replace(mischief);
    }

    /// How to reach a database of the server through the proxy, as the throwaway server's superuser.
    ///
    /// # Panics
    /// When the name makes no URL.
    pub fn target(&self, database: &str) -> Target {
        let url = format!("postgres://postgres@{}/postgres?sslmode=disable", self.address);
        Target::parse(&url).expect("it is a URL").with_database(database)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.mischief.send_replace(Mischief::Cut);
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, mischief: watch::Receiver<Mischief>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(serve(client, socket.clone(), mischief.clone()));
    }
}

/// Carries one connection until either side ends it or it is cut.
async fn serve(client: TcpStream, socket: PathBuf, mut mischief: watch::Receiver<Mischief>) {
    let Ok(server) = UnixStream::connect(socket).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = carry(from_client, to_server, mischief.clone()) => {}
        () = carry(from_server, to_client, mischief.clone()) => {}
        _ = mischief.wait_for(|mischief| *mischief == Mischief::Cut) => {}
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mischief: watch::Receiver<Mischief>,
) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let now = *mischief.borrow();
        match now {
            Mischief::BlackHole => continue,
            Mischief::Cut => return,
            Mischief::Delay(time) => tokio::time::sleep(time).await,
            Mischief::None => {}
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}
