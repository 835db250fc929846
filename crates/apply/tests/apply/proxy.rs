//! A proxy that passes a message on and swallows its answer: the connection is cut between a commit and
//! the client's knowledge of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use connect::Target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

/// The proxy; it ends when it is dropped.
pub struct AnswerThief {
    port: u16,
    left: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl AnswerThief {
    /// Steals the answers to so many messages that contain `marker`, each with its whole connection.
    pub async fn start(socket_folder: &Path, marker: &'static str, thefts: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let left = Arc::new(AtomicUsize::new(thefts));
        let socket = socket_folder.join(".s.PGSQL.5432");
        let task = tokio::spawn(accept(listener, socket, marker, Arc::clone(&left)));
        Self { port, left, task }
    }

    /// How to reach a database through the proxy.
    pub fn target(&self, database: &str) -> Target {
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port);
        Target::parse(&url).unwrap().with_database(database)
    }

    /// How many answers are still to be stolen.
    pub fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }
}

impl Drop for AnswerThief {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, marker: &'static str, left: Arc<AtomicUsize>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(serve(client, socket.clone(), marker, Arc::clone(&left)));
    }
}

async fn serve(client: TcpStream, socket: PathBuf, marker: &'static str, left: Arc<AtomicUsize>) {
    let Ok(server) = UnixStream::connect(socket).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut piece = vec![0; 256 * 1024];
    while let Ok(length @ 1..) = from_client.read(&mut piece).await {
        let marked = piece[..length].windows(marker.len()).any(|window| window == marker.as_bytes());
        let take = |left: usize| left.checked_sub(1);
        if marked && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
            back.abort();
            // The server gets the message, commits, and finds nobody to answer.
            let _ = to_server.write_all(&piece[..length]).await;
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            return;
        }
        if to_server.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
    back.abort();
}
