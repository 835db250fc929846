//! Sees the locks of a statement that cannot run inside a transaction block.
//!
//! Such a statement commits several times on its way and its locks are gone when it ends. On a server
//! prepared by [`shadow_settings`](crate::shadow_settings) each commit waits for a standby that does
//! not exist, with all its locks held (PostgreSQL releases them after that wait), until they have been
//! read and a cancel ends the wait, and only that. Every transaction that changes a catalog or takes
//! ACCESS EXCLUSIVE has such a commit. Others have none (`VACUUM`, and the first steps of a `REINDEX`
//! or `CLUSTER` of a partitioned table): [`Gates`] make them wait for the tables
//! they name, and the mode they wait for is seen.
//!
//! An index that was taken out of use by an earlier of the statement's transactions is not looked at any
//! more: nobody opens it, so nobody waits for it when it is removed.
//!
//! On another server all there is to do is to look often.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use connect::{Session, Target};
use model::{Fault, Sql, sql};

use crate::catalog::{Held, ask, command, held};
use crate::gate::Gates;

/// The standby that a prepared server waits for.
pub(crate) const STANDBY: &str = "lockkeeper_trace";

/// Time between two looks, in which the statement goes on.
const PAUSE: Duration = Duration::from_millis(1);

/// Looks at another session's backend.
pub(crate) struct Watch {
    session: Session,
    state: Sql,
    locks: Sql,
    cancel: Sql,
    /// Whether commits of the traced session can be made to wait.
    pub(crate) stops_commits: bool,
}

impl Watch {
    /// Opens the session that looks.
    pub(crate) async fn of(traced: &Session) -> Result<Self, Fault> {
        let session = connect::connect(traced.target(), "lockkeeper trace watch").await?;
        let rows = ask(&session, "SHOW synchronous_standby_names").await?;
        let stops_commits = rows.first().and_then(|row| row.get(0)) == Some(STANDBY);
        let pid = traced.server().backend_pid;
        Ok(Self {
            session,
            state: sql!(
                "SELECT coalesce(backend_xid::text, '') AS xid FROM pg_stat_activity
                WHERE pid = {} AND wait_event = 'SyncRep'",
                pid
            ),
            locks: sql!(
                "SELECT relation, mode, granted FROM pg_locks WHERE pid = {} AND locktype = 'relation'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = relation AND NOT indislive)",
                pid
            ),
            cancel: sql!("SELECT pg_cancel_backend({})", pid),
            stops_commits,
        })
    }

    /// Ends the session that looks.
    pub(crate) async fn close(self) {
        self.session.close().await;
    }

    /// Where it looks.
    pub(crate) fn target(&self) -> &Target {
        self.session.target()
    }

    /// Runs something in the traced session to its end, with an eye on its locks; answers every lock
    /// that was seen, those it had before included.
    ///
    /// # Errors
    /// `trace.measure` when the watching session fails.
    pub(crate) async fn over<T>(
        &self,
        gates: &mut Gates,
        run: impl Future<Output = T>,
    ) -> Result<(T, Held), Fault> {
        let mut run = pin!(run);
        let mut seen = Held::new();
        let mut let_go = String::new();
        loop {
            tokio::select! {
                biased;
                done = &mut run => return Ok((done, seen)),
                () = tokio::time::sleep(PAUSE) => self.look(gates, &mut seen, &mut let_go).await?,
            }
        }
    }

    /// One look: notes locks, and lets the statement go on where it stands still because of us.
    /// `let_go` is the transaction whose commit was let go last: it needs no second cancel, which
    /// would end the statement itself.
    async fn look(&self, gates: &mut Gates, seen: &mut Held, let_go: &mut String) -> Result<(), Fault> {
        // Asked before the locks: what stands still now still does when they are read.
        let stopped = ask(&self.session, self.state.as_str()).await?;
        for row in ask(&self.session, self.locks.as_str()).await? {
            let Some((relation, mode)) = held(&row)? else { continue };
            seen.insert((relation, mode));
            if row.get("granted") == Some("f") {
                gates.open(relation).await?;
            }
        }
        if let Some(xid) = stopped.first().and_then(|row| row.get("xid"))
            && xid != let_go.as_str()
        {
            xid.clone_into(let_go);
            command(&self.session, self.cancel.as_str()).await?;
        }
        Ok(())
    }
}
