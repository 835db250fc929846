//! Servers and databases for tests.

use std::collections::BTreeMap;
use std::env;
use std::sync::{Arc, Weak};

use connect::{Session, Target};
use model::{Ident, Silent};
use shadow::{Database, Shadow, ShadowOptions};
use tokio::sync::Mutex;

/// The majors that tests run on when `LOCKKEEPER_TEST_MAJORS` says nothing.
const MAJORS_DEFAULT: &str = "15,18";

/// The server of each major that tests of this process share while any of them uses it. A test run has
/// one process a test (nextest) or one a crate (`cargo test`); starting a server takes about 0.1 s.
static SERVERS: Mutex<BTreeMap<u32, Weak<Shadow>>> = Mutex::const_new(BTreeMap::new());

/// The major versions to test on: `LOCKKEEPER_TEST_MAJORS`, such as `13,15,18`; by default 15 and 18.
///
/// # Panics
/// When the variable holds something else than numbers.
pub fn majors() -> Vec<u32> {
    let list = env::var("LOCKKEEPER_TEST_MAJORS").unwrap_or_else(|_| MAJORS_DEFAULT.to_owned());
    let read = |major: &str| match major.trim().parse() {
        Ok(major) => major,
        Err(_) => panic!("LOCKKEEPER_TEST_MAJORS holds {major:?}, which is no major version"),
    };
    list.split(',').map(read).collect()
}

/// The server of this major. It ends, and is removed, with its last user.
///
/// # Panics
/// When no server can be started: without one no test says anything.
pub async fn server(major: u32) -> Arc<Shadow> {
    let mut servers = SERVERS.lock().await;
    if let Some(running) = servers.get(&major).and_then(Weak::upgrade) {
        return running;
    }
    let started = Shadow::start(&ShadowOptions::of(major), &Silent).await;
    let server = Arc::new(started.unwrap_or_else(|fault| panic!("no PostgreSQL {major} for tests: {fault}")));
    servers.insert(major, Arc::downgrade(&server));
    server
}

/// A new empty database on a server of this major, for one test alone.
///
/// # Panics
/// When it cannot be made.
pub async fn database(major: u32) -> TestDatabase {
    let server = server(major).await;
    let made = server.create_database(None).await;
    let database = made.unwrap_or_else(|fault| panic!("no database for a test: {fault}"));
    TestDatabase { database, server }
}

/// A database of a test's own; the server lives at least as long.
#[derive(Debug)]
pub struct TestDatabase {
    database: Database,
    server: Arc<Shadow>,
}

impl TestDatabase {
    /// The database's name.
    pub fn name(&self) -> &Ident {
        &self.database.name
    }

    /// How to reach it, as a superuser.
    pub fn target(&self) -> &Target {
        &self.database.target
    }

    /// It as its server knows it.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The server it is on.
    pub fn server(&self) -> &Arc<Shadow> {
        &self.server
    }

    /// A session in it.
    ///
    /// # Panics
    /// When there is none to be had.
    pub async fn connect(&self) -> Session {
        let session = connect::connect(self.target(), "lockkeeper test").await;
        session.unwrap_or_else(|fault| panic!("no session for a test: {fault}"))
    }

    /// Runs statements in it, in a session that ends with them. Names need their schema: nothing but
    /// `pg_catalog` is on the search path.
    ///
    /// # Panics
    /// When the server rejects one.
    pub async fn run(&self, sql: &str) {
        self.run_each(&[sql]).await;
    }

    /// The same for each of these, one after the other, in one session.
    ///
    /// # Panics
    /// When the server rejects one.
    pub async fn run_each(&self, statements: &[&str]) {
        let session = self.connect().await;
        for sql in statements {
            if let Err(error) = session.batch_execute(sql).await {
                panic!("{}\nin {sql}", connect::describe(&error));
            }
        }
        session.close().await;
    }

    /// The first column of the first row of a query as text; nothing when it is null or there is no row.
    ///
    /// # Panics
    /// When the server rejects the query.
    pub async fn ask(&self, sql: &str) -> Option<String> {
        let session = self.connect().await;
        let answer = session.simple_query(sql).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}\nin {sql}", connect::describe(&error)));
        session.close().await;
        answer.into_iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    }

    /// A copy of it as it is now, on the same server. Nobody may be connected to it meanwhile.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn copy(&self) -> TestDatabase {
        let made = self.server.create_database(Some(self.name().as_str())).await;
        let database = made.unwrap_or_else(|fault| panic!("no copy of a test's database: {fault}"));
        TestDatabase { database, server: Arc::clone(&self.server) }
    }
}
