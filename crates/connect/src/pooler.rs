//! Refuses a pool that hands each transaction to another backend.
//!
//! Lockkeeper's session settings, advisory locks, lock timeouts and its journal need one backend for
//! as long as the session lives. A pool in session mode gives that; one in transaction or statement
//! mode does not, and nothing in the protocol says which it is. So it is observed:
//!
//! 1. A server puts its own process id into the cancel key. Where that equals `pg_backend_pid()`
//!    there is no pool in between, and that is all that is asked: no extra connection.
//! 2. Otherwise something stands in between. Two connections then take turns in opening
//!    transactions. With session pooling each keeps its backend whatever the other does. With
//!    transaction pooling the second meets the backend of the first, or a backend changes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use model::Fault;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio_postgres::Client;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::Target;
use crate::server::{ask, number};
use crate::session::dial;

/// How often the two connections take turns. One turn finds out a pool that reuses its last backend
/// (the usual order); the others are for a pool that goes round and one that others use as well.
const TURNS: usize = 4;

/// How long the second connection may take. A pool that has no second backend to give makes it wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// The bytes of a cancel request: length, code, process id, secret key.
const CANCEL_REQUEST_BYTES: usize = 16;

/// Refuses the connection where its transactions do not all run in one backend.
pub(crate) async fn refuse_pool(
    client: &Client,
    pid: i32,
    target: &Target,
    application_name: &str,
) -> Result<(), Fault> {
    if cancel_pid(client).await == Some(pid) {
        return Ok(());
    }
    let observed = tokio::time::timeout(PATIENCE, take_turns(client, pid, target, application_name)).await;
    match observed {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => {
            Err(pooled(target, "it runs the transactions of one connection in different backends"))
        }
        Ok(Err(fault)) => {
            Err(pooled(target, "a second connection could not be watched beside the first").cause(fault))
        }
        Err(_) => Err(pooled(target, "it gave no backend to a second connection within 5 s")),
    }
}

fn pooled(target: &Target, seen: &str) -> Fault {
    Fault::new("connect.pooler", format!("a transaction pool (such as PgBouncer) stands before the server: {seen}"))
        .at(target.to_string())
        .help("connect to the PostgreSQL server itself, or to a pool in session mode: session settings, advisory locks and the journal need one backend for the whole session")
}

/// Whether both connections keep their backends through each other's transactions.
async fn take_turns(client: &Client, pid: i32, target: &Target, name: &str) -> Result<bool, Fault> {
    let other = dial(target, name).await?.client;
    let other_pid = backend_pid(&other, target).await?;
    if other_pid == pid {
        return Ok(false);
    }
    for _ in 0..TURNS {
        let kept = keeps_beside(&other, other_pid, client, pid, target).await?
            && keeps_beside(client, pid, &other, other_pid, target).await?;
        if !kept {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether `inside` in a transaction and `beside` outside of one are each in their own backend.
async fn keeps_beside(
    inside: &Client,
    inside_pid: i32,
    beside: &Client,
    beside_pid: i32,
    target: &Target,
) -> Result<bool, Fault> {
    // A pool in statement mode refuses this, and is no session either.
    if inside.batch_execute("BEGIN").await.is_err() {
        return Ok(false);
    }
    let inside_now = backend_pid(inside, target).await?;
    let beside_now = backend_pid(beside, target).await?;
    let ended = inside.batch_execute("ROLLBACK").await.is_ok();
    Ok(ended && inside_now == inside_pid && beside_now == beside_pid)
}

async fn backend_pid(client: &Client, target: &Target) -> Result<i32, Fault> {
    let row = ask(client, target, "SELECT pg_catalog.pg_backend_pid() AS pid").await?;
    number(&row, "pid", target)
}

/// The process id in the connection's cancel key. tokio-postgres keeps it to itself, but writes it
/// into a cancel request, and a request need not go to a server.
async fn cancel_pid(client: &Client) -> Option<i32> {
    let (ours, mut theirs) = tokio::io::duplex(256);
    // Where the URL asks for TLS the token asks first; "S" is a server's yes.
    theirs.write_all(b"S").await.ok()?;
    client.cancel_token().cancel_query_raw(Paper(ours), Pretend).await.ok()?;
    let mut sent = Vec::new();
    theirs.read_to_end(&mut sent).await.ok()?;
    let request = sent.last_chunk::<CANCEL_REQUEST_BYTES>()?;
    Some(i32::from_be_bytes([request[8], request[9], request[10], request[11]]))
}

/// A stream that only writes down what is sent.
struct Paper(DuplexStream);

/// A TLS handshake that does nothing, for a stream that goes nowhere.
struct Pretend;

impl TlsConnect<Paper> for Pretend {
    type Stream = Paper;
    type Error = std::io::Error;
    type Future = std::future::Ready<Result<Paper, std::io::Error>>;

    fn connect(self, stream: Paper) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}

impl TlsStream for Paper {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Paper {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Paper {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
