//! Databases for trials by the thousand: each is used by one trial at a time and cleared for the next, because making
//! a database takes longer than most trials.

use std::collections::BTreeMap;

use connect::Session;
use model::Schema;
use testkit::TestDatabase;
use tokio::sync::Mutex;

use crate::world;

/// Nothing of an earlier trial, and all databases alike.
const CLEAR: &str = "DROP SCHEMA IF EXISTS public, lockkeeper, lockkeeper_copy CASCADE; CREATE SCHEMA public";

/// The databases, by major.
pub struct Yard(BTreeMap<u32, Ground>);

struct Ground {
    free: Mutex<Vec<TestDatabase>>,
    /// Where wanted schemas are looked at and taken back.
    drafts: Mutex<(TestDatabase, Session)>,
}

impl Yard {
    /// Starts the servers.
    pub async fn new(majors: &[u32]) -> Self {
        let mut grounds = BTreeMap::new();
        for major in majors {
            let database = testkit::database(*major).await;
            database.run(CLEAR).await;
            let session = database.connect().await;
            let drafts = Mutex::new((database, session));
            grounds.insert(*major, Ground { free: Mutex::default(), drafts });
        }
        Self(grounds)
    }

    /// An empty database, for this trial alone.
    pub async fn take(&self, major: u32) -> TestDatabase {
        let free = self.0[&major].free.lock().await.pop();
        let database = match free {
            Some(database) => database,
            None => testkit::database(major).await,
        };
        database.run(CLEAR).await;
        database
    }

    /// For the next trial. One that failed keeps its database.
    pub async fn give_back(&self, major: u32, database: TestDatabase) {
        self.0[&major].free.lock().await.push(database);
    }

    /// The schema that these statements make in an empty database.
    pub async fn schema_of(&self, major: u32, sql: &str) -> Schema {
        let drafts = self.0[&major].drafts.lock().await;
        let session = &drafts.1;
        let made = session.batch_execute(&format!("BEGIN; SET LOCAL search_path = public; {sql}")).await;
        let schema = match made {
            Ok(()) => read::live::read_within(session).await.map_err(|fault| fault.to_string()),
            Err(error) => Err(format!("{}\nin {sql}", connect::describe(&error))),
        };
        session.batch_execute("ROLLBACK").await.unwrap();
        schema.unwrap_or_else(|why| panic!("{why}"))
    }

    /// A database with this schema and these rows, and a session in it.
    pub async fn make(&self, major: u32, schema: &str, rows: &str) -> (TestDatabase, Session) {
        let database = self.take(major).await;
        let session = database.connect().await;
        for sql in [schema, rows] {
            let made = session.batch_execute(&format!("SET search_path = public; {sql}")).await;
            made.unwrap_or_else(|error| panic!("{}\nin {sql}", connect::describe(&error)));
        }
        (database, session)
    }
}

/// The first column of the first row of a query as text.
pub async fn ask(session: &Session, sql: &str) -> Option<String> {
    let answer = session.simple_query(sql).await;
    let answer = answer.unwrap_or_else(|error| panic!("{}\nin {sql}", connect::describe(&error)));
    answer.into_iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

/// Runs a statement of the application.
pub async fn run(session: &Session, sql: &str) {
    let done = session.batch_execute(sql).await;
    done.unwrap_or_else(|error| panic!("{}\nin {sql}", connect::describe(&error)));
}

/// The plan between both schemas for a database of unknown sizes; none where there is nothing to change.
pub fn plan(from: &Schema, to: &Schema, major: u32) -> Option<model::Plan> {
    match world::plan_between(from, to, major, &[], None, &plan::Told::default()) {
        Ok(plan) => Some(plan),
        Err(fault) if fault.kind == "plan.nothing" => None,
        Err(fault) => panic!("{fault}"),
    }
}
