//! A database before, the schema wanted, and the plan between them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apply::{ApplyOptions, Guard, GuardFuture, RunReport};
use connect::{Session, connect};
use diff::Rename;
use model::{Fault, Fingerprint, PhaseName, Plan, Risk, Schema, Silent, Statistics};
use plan::Told;
use testkit::TestDatabase;

/// Reads the live schema as the program does.
pub struct Live;

impl Guard for Live {
    fn fingerprint<'a>(&'a self, session: &'a Session) -> GuardFuture<'a> {
        Box::pin(async move { Ok(read::live::read(session).await?.fingerprint()) })
    }
}

/// Reads the live schema at the end of each run, and knows it at the start of the next: nobody else changes it.
#[derive(Default)]
pub struct Alone(Mutex<Known>);

/// What was read last.
#[derive(Default)]
struct Known {
    fingerprint: Option<Fingerprint>,
    /// Whether a run has begun, and will ask again at its end.
    has_begun: bool,
}

impl Alone {
    /// For a database that has this schema.
    pub fn of(schema: &Schema) -> Self {
        Self(Mutex::new(Known { fingerprint: Some(schema.fingerprint()), has_begun: false }))
    }

    /// The next question is one at the start of a run: the run before may have had nothing to do.
    pub fn begin(&self) {
        self.0.lock().unwrap().has_begun = false;
    }

    /// What was read last.
    pub fn known(&self) -> Option<Fingerprint> {
        self.0.lock().unwrap().fingerprint.clone()
    }
}

impl Guard for Alone {
    fn fingerprint<'a>(&'a self, session: &'a Session) -> GuardFuture<'a> {
        Box::pin(async move {
            let begins = {
                let mut known = self.0.lock().unwrap();
                known.has_begun = !known.has_begun;
                known.has_begun
            };
            if let (true, Some(known)) = (begins, self.known()) {
                return Ok(known);
            }
            let fingerprint = read::live::read(session).await?.fingerprint();
            self.0.lock().unwrap().fingerprint = Some(fingerprint.clone());
            Ok(fingerprint)
        })
    }
}

/// A database with rows in it, and the plan for it.
pub struct World {
    pub database: TestDatabase,
    pub plan: Plan,
    /// The schema that is wanted.
    pub to: Schema,
    /// Tells the runs which schema they meet.
    pub guard: Box<dyn Guard>,
}

impl World {
    /// `before` and `data` make the database, `after` the schema that is wanted.
    pub async fn new(major: u32, before: &str, data: &str, after: &str, renames: &[&str]) -> Self {
        let [database, wanted] = databases(major, before, data, after).await;
        Self::planned(database, &wanted, renames, &Told::default()).await
    }

    /// The same where a person told more than the schemas say.
    pub async fn told(major: u32, before: &str, data: &str, after: &str, told: &Told) -> Self {
        let [database, wanted] = databases(major, before, data, after).await;
        Self::planned(database, &wanted, &[], told).await
    }

    async fn planned(database: TestDatabase, wanted: &TestDatabase, renames: &[&str], told: &Told) -> Self {
        let (session, other) = (database.connect().await, wanted.connect().await);
        let statistics = read::statistics(&session).await.unwrap();
        let (from, to) = (schema(&session).await, schema(&other).await);
        let major = session.server().major;
        let plan = plan_between(&from, &to, major, renames, Some(&statistics), told).unwrap();
        session.close().await;
        other.close().await;
        Self { database, plan, to, guard: Box::new(Live) }
    }

    /// Applies up to a phase, gates open.
    pub async fn try_apply(&self, until: PhaseName) -> Result<RunReport, Fault> {
        let mut options = options();
        options.until = Some(until);
        Ok(apply::apply(self.database.target(), &self.plan, &*self.guard, &mut options, &Silent).await?)
    }

    /// The same where it has to succeed.
    pub async fn apply(&self, until: PhaseName) -> RunReport {
        let run = self.try_apply(until).await;
        run.unwrap_or_else(|fault| panic!("{fault}\n{}", plan::review::review(&self.plan)))
    }

    /// The statements between the schema as it is and the wanted one, for a test that does not find it there.
    pub async fn difference(&self) -> String {
        self.difference_to(&self.to).await
    }

    /// The statements between the schema as it is and another one.
    pub async fn difference_to(&self, other: &Schema) -> String {
        let session = self.database.connect().await;
        let changes = diff::diff(&schema(&session).await, other, &[]).unwrap().changes;
        session.close().await;
        changes.iter().flat_map(|change| change.sql()).map(|sql| format!("{sql};\n")).collect()
    }

    /// Rolls back to the end of a phase, or whole.
    pub async fn roll_back(&self, to: Option<PhaseName>) -> RunReport {
        let run =
            apply::rollback(self.database.target(), &self.plan, to, &*self.guard, &mut options(), &Silent)
                .await;
        run.unwrap_or_else(|fault| panic!("{fault}\n{}", plan::review::review(&self.plan)))
    }
}

/// Options for runs that measure nothing.
pub fn options() -> ApplyOptions<'static> {
    ApplyOptions { stall: false, lock_patience_ms: 30_000, ..ApplyOptions::default() }
}

async fn databases(major: u32, before: &str, data: &str, after: &str) -> [TestDatabase; 2] {
    let local = |sql: &str| format!("SET search_path = public; {sql}");
    let database = testkit::database(major).await;
    database.run_each(&[&local(before), &local(data), "ANALYZE"]).await;
    let wanted = testkit::database(major).await;
    wanted.run(&local(after)).await;
    [database, wanted]
}

/// The schema of a session's database.
pub async fn schema(session: &Session) -> Schema {
    read::live::read(session).await.unwrap()
}

/// The plan from the schema of one session's database to that of the other's.
pub async fn plan(session: &Session, other: &Session, renames: &[&str]) -> Result<Plan, Fault> {
    let statistics = read::statistics(session).await?;
    let (from, to) = (schema(session).await, schema(other).await);
    plan_between(&from, &to, session.server().major, renames, Some(&statistics), &Told::default())
}

/// The plan from one schema to another. Where no sizes are known, every table is taken to be large.
pub fn plan_between(
    from: &Schema,
    to: &Schema,
    server_major: u32,
    renames: &[&str],
    statistics: Option<&Statistics>,
    told: &Told,
) -> Result<Plan, Fault> {
    let renames: Vec<Rename> = renames.iter().map(|text| text.parse().unwrap()).collect();
    let diff = diff::diff(from, to, &renames)?;
    plan::plan(&plan::Input {
        from,
        to,
        changes: &diff.changes,
        server_major,
        statistics,
        stall_budget_ms: 100,
        risk_before: Risk::none(),
        told,
        memory: None,
    })
}

/// What a test's task that panicked said.
pub fn told(failure: tokio::task::JoinError) -> String {
    match failure.try_into_panic() {
        Ok(panic) => match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or("it panicked").to_owned(),
        },
        Err(failure) => failure.to_string(),
    }
}

/// Numbers that no two statements share.
static NUMBERS: AtomicU64 = AtomicU64::new(1_000_000);

/// An application that runs statements over and over and counts those that failed.
pub struct Application {
    over: Arc<AtomicBool>,
    pub failed: Arc<AtomicU64>,
    pub done: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Application {
    /// One session for each of these statements, which may use `$n` for a number that is never the same twice.
    pub fn start(database: &TestDatabase, statements: &[&str]) -> Self {
        let (over, failed, done) = <(Arc<AtomicBool>, Arc<AtomicU64>, Arc<AtomicU64>)>::default();
        let tasks = statements.iter().map(|statement| {
            let (target, statement) = (database.target().clone(), (*statement).to_owned());
            let (over, failed, done) = (Arc::clone(&over), Arc::clone(&failed), Arc::clone(&done));
            tokio::spawn(async move {
                let session = connect(&target, "application").await.unwrap();
                session.batch_execute("SET search_path = public").await.unwrap();
                while !over.load(Ordering::Relaxed) {
                    let number = NUMBERS.fetch_add(1, Ordering::Relaxed).to_string();
                    let began = Instant::now();
                    if let Err(error) = session.batch_execute(&statement.replace("$n", &number)).await {
                        eprintln!("{statement}: {}", connect::describe(&error));
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                    // On a machine of any speed there are moments without it.
                    tokio::time::sleep(began.elapsed() * 2 + Duration::from_millis(5)).await;
                }
                session.close().await;
            })
        });
        Self { tasks: tasks.collect(), over, failed, done }
    }

    /// Stops it when it has done something worth telling; gives how many statements failed of how many.
    pub async fn stop(self) -> (u64, u64) {
        let began = Instant::now();
        while self.done.load(Ordering::Relaxed) < 60 && began.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        (self.failed.load(Ordering::Relaxed), self.done.load(Ordering::Relaxed))
    }
}
