//! A session: a connection whose settings are known, with a server process of its own.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use model::Fault;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls};

use crate::refusal::refusal;
use crate::server::{self, ServerInfo};
use crate::{Target, pooler};

/// A message the server sent beside its answers: `NOTICE`, `WARNING`, `DEBUG1` and so on, with the
/// fields of an error.
pub type Notice = DbError;

/// A session with a PostgreSQL server; it derefs to the [`Client`] that runs statements.
///
/// The connection ends when the session is dropped; [`Session::close`] waits until it has ended.
#[derive(Debug)]
pub struct Session {
    client: Client,
    server: ServerInfo,
    target: Target,
    notices: Listener,
    driver: JoinHandle<()>,
}

/// Who hears the notices, if anybody does.
type Listener = Arc<Mutex<Option<UnboundedSender<Notice>>>>;

/// Opens a session: connects, makes sure that the other end is a supported server that keeps one
/// backend for this session, and pins the settings that change what statements mean.
///
/// # Errors
/// `connect.refused`, `connect.password`, `connect.role`, `connect.database`, `connect.full`,
/// `connect.starting`, `connect.tls`, `connect.version`, `connect.pooler`, or `connect.failed`.
pub async fn connect(target: &Target, application_name: &str) -> Result<Session, Fault> {
    let raw = dial(target, application_name).await?;
    let backend_pid = server::first_look(&raw.client, target).await?;
    pooler::refuse_pool(&raw.client, backend_pid, target, application_name).await?;
    let server = server::introduce(&raw.client, target).await?;
    Ok(Session {
        client: raw.client,
        server,
        target: target.clone(),
        notices: raw.notices,
        driver: raw.driver,
    })
}

/// A connection about which nothing is known yet.
pub(crate) struct Raw {
    pub(crate) client: Client,
    notices: Listener,
    driver: JoinHandle<()>,
}

/// Connects and starts the task that moves the connection's messages.
pub(crate) async fn dial(target: &Target, application_name: &str) -> Result<Raw, Fault> {
    let mut config = target.config.clone();
    config.application_name(application_name);
    let notices = Listener::default();
    let heard = Arc::clone(&notices);
    let (client, driver) = if target.speaks_tls() {
        let dialled = config.connect(target.trust.connector()?).await;
        let (client, connection) = dialled.map_err(|error| refusal(target, &error))?;
        (client, tokio::spawn(drive(connection, heard)))
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(|error| refusal(target, &error))?;
        (client, tokio::spawn(drive(connection, heard)))
    };
    Ok(Raw { client, notices, driver })
}

/// Moves messages until the connection ends. What goes wrong reaches the caller as the error of the
/// statement that was running.
async fn drive<S, T>(mut connection: Connection<S, T>, notices: Listener)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
        if let AsyncMessage::Notice(notice) = message
            && let Some(listener) = &*notices.lock().unwrap_or_else(PoisonError::into_inner)
        {
            // A listener that went away has heard enough.
            let _ = listener.send(notice);
        }
    }
}

impl Session {
    /// The server as it was when the session began.
    pub fn server(&self) -> &ServerInfo {
        &self.server
    }

    /// Where this session is connected to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Hears every notice from now on; notices nobody listens to are dropped. A later call takes over
    /// from an earlier one. Those of a statement are there when the statement's answer is: `try_recv`
    /// after it finds them all. What is sent at all is up to `client_min_messages`.
    pub fn notices(&self) -> UnboundedReceiver<Notice> {
        let (sender, receiver) = unbounded_channel();
        *self.notices.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Asks the server to cancel the statement that this session runs now; the statement then fails
    /// with SQLSTATE 57014, or has already ended.
    ///
    /// # Errors
    /// `connect.failed` when the server could not be asked.
    pub async fn cancel(&self) -> Result<(), Fault> {
        let token = self.client.cancel_token();
        let cancelled = if self.target.speaks_tls() {
            token.cancel_query(self.target.trust.connector()?).await
        } else {
            token.cancel_query(NoTls).await
        };
        cancelled
            .map_err(|error| crate::fault("connect.failed", "the statement could not be cancelled", &error))
    }

    /// Ends the session and waits until the connection is closed.
    pub async fn close(self) {
        drop(self.client);
        // The task ends with the connection; that it was aborted with the runtime is as good.
        let _ = self.driver.await;
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}
