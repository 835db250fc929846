//! A server that somebody gave by URL: databases of our own on it, and nothing else touched.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::thread;

use connect::{ServerInfo, Session, Target};
use model::{Fault, Ident, sql};

use crate::database::drop_database;

/// What every database that is made on a given server is called, followed by the owner's token.
const PREFIX: &str = "lockkeeper_shadow_";

/// The first key of the advisory lock that an owner of such databases holds ("lock" in ASCII).
const LOCK_CLASS: i32 = 0x6c6f_636b;

/// A given server.
#[derive(Debug)]
pub(crate) struct Given {
    target: Target,
    info: ServerInfo,
    /// Unique to this value: part of the names of its databases, and the key of its lock.
    token: i32,
    /// Holds the lock that says that the databases with our token have an owner.
    owner: Option<Session>,
    databases: Mutex<Vec<Ident>>,
}

impl Given {
    /// Connects, refuses what is not a throwaway server, and sweeps databases whose owner is gone.
    pub(crate) async fn connect(
        target: &Target,
        major: Option<u32>,
        live: Option<&ServerInfo>,
    ) -> Result<Self, Fault> {
        let owner = connect::connect(target, "lockkeeper shadow").await?;
        let info = owner.server().clone();
        refuse_other_major(&info, major).map_err(|fault| fault.at(target.to_string()))?;
        refuse_live(&info, live).map_err(|fault| fault.at(target.to_string()))?;
        let token = (RandomState::new().hash_one(info.backend_pid) >> 33) as i32;
        let given =
            Self { target: target.clone(), info, token, owner: Some(owner), databases: Mutex::default() };
        given.claim().await?;
        Ok(given)
    }

    async fn claim(&self) -> Result<(), Fault> {
        let Some(owner) = &self.owner else { return Ok(()) };
        let lock = sql!("SELECT pg_advisory_lock({}, {})", LOCK_CLASS, self.token);
        let locked = owner.batch_execute(lock.as_str()).await;
        locked.map_err(|error| {
            connect::fault("shadow.given", "the shadow server gives no advisory lock", &error)
        })?;
        for name in abandoned(owner).await? {
            drop_database(owner, &name).await?;
        }
        Ok(())
    }

    /// A name for the next database.
    pub(crate) fn next_name(&self) -> Ident {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let name = Ident::new(format!("{PREFIX}{:08x}_{}", self.token, databases.len()));
        databases.push(name.clone());
        name
    }

    /// How to reach a database on it.
    pub(crate) fn target(&self, database: &str) -> Target {
        self.target.with_database(database)
    }

    /// How to reach the database of the URL, where databases are made and dropped from.
    pub(crate) fn maintenance(&self) -> &Target {
        &self.target
    }

    /// Who it is.
    pub(crate) fn info(&self) -> &ServerInfo {
        &self.info
    }

    /// Drops the databases that were made on it.
    pub(crate) async fn clear(&mut self) -> Result<(), Fault> {
        let names = std::mem::take(&mut *self.databases.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(owner) = self.owner.take() else { return Ok(()) };
        // A session of its own: the owner's may belong to a runtime that is gone.
        let session = connect::connect(&self.target, "lockkeeper shadow").await?;
        for name in names {
            drop_database(&session, &name).await?;
        }
        drop(owner);
        session.close().await;
        Ok(())
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        if self.owner.is_none() {
            return;
        }
        // A thread with a runtime of its own: we may be in a runtime that must not block, or in none.
        thread::scope(|scope| {
            let clear = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                // What cannot be dropped now is swept by the next owner.
                runtime.map(|runtime| runtime.block_on(self.clear()).is_ok()).unwrap_or_default()
            };
            let _ = scope.spawn(clear).join();
        });
    }
}

fn refuse_other_major(info: &ServerInfo, major: Option<u32>) -> Result<(), Fault> {
    match major {
        Some(major) if major != info.major => Err(Fault::new(
            "shadow.major",
            format!("the shadow server is PostgreSQL {}, and {major} is wanted", info.major),
        )
        .help(format!("give a PostgreSQL {major} with --shadow-url, or none to have one found"))),
        _ => Ok(()),
    }
}

fn refuse_live(info: &ServerInfo, live: Option<&ServerInfo>) -> Result<(), Fault> {
    let is_live = live.is_some_and(|live| live.started == info.started);
    if !is_live {
        return Ok(());
    }
    Err(Fault::new("shadow.live", "the shadow server is the live server itself")
        .help("give a server with --shadow-url that nothing depends on, or none to have one started"))
}

/// Databases of ours on the server whose owner's lock is free. `pg_locks` shows advisory locks of all
/// databases, so it does not matter which one an owner connected to.
async fn abandoned(session: &Session) -> Result<Vec<Ident>, Fault> {
    let ask = "SELECT datname::text FROM pg_database
        WHERE datname ~ ('^' || $1::text || '[0-9a-f]{8}_[0-9]+$') AND pg_has_role(datdba, 'MEMBER')
          AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = $2::int4::oid
            AND objid = ('x' || substr(datname, length($1::text) + 1, 8))::bit(32)::int4::oid)";
    let rows = session.query(ask, &[&PREFIX, &LOCK_CLASS]).await;
    let rows =
        rows.map_err(|error| connect::fault("shadow.given", "the shadow server lists no databases", &error))?;
    Ok(rows.iter().map(|row| Ident::new(row.get::<_, String>(0))).collect())
}
