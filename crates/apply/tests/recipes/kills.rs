//! Clients that are killed with SIGKILL and servers that are stopped at once and started again, at random
//! moments of every case, on the way there and on the way back: whatever is left, the next command finishes the
//! run or takes it back, and every row is there.
//!
//! `LOCKKEEPER_KILLS` is how many (6), `LOCKKEEPER_KILLS_FROM` the first one's seed (0),
//! `LOCKKEEPER_KILLS_CASE` the only case. All are tried before the failures among them are told; those on one
//! major do not wait for those on another.

use std::collections::BTreeMap;
use std::env;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use apply::Guard;
use connect::{Session, Target, connect};
use model::{Direction, PhaseName, Plan, Silent};
use shadow::{Database, Shadow, ShadowOptions};
use testkit::Case;
use tokio::sync::Mutex;

use crate::pairs::Random;
use crate::sweep::{Sweep, number};
use crate::world::{self, Alone, Live};

const KILLS_DEFAULT: u64 = 6;

/// The variable by which the test binary knows that it is to be a client.
const CHILD: &str = "LOCKKEEPER_TEST_KILLED_CLIENT";

/// The rows of every table of the application, whatever its columns are called.
pub const CHECKSUM: &str =
    "SELECT string_agg(t.relname || ' ' || (xpath('/row/sum/text()', query_to_xml(format(
        'SELECT coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS sum FROM %s t', t.oid::regclass),
        false, true, '')))[1]::text, ',' ORDER BY t.relname)
    FROM pg_class t WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace";

/// What a run makes beside the wanted schema, and whatever is not whole.
const LEFTOVERS: &str = "SELECT string_agg(what, ', ') FROM (
    SELECT 'relation ' || oid::regclass AS what FROM pg_class
      WHERE relname LIKE '%lockkeeper%' AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname IN ('lockkeeper', 'pg_toast'))
    UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname FROM pg_attribute
      -- An index keeps the names that its columns had when it was made.
      WHERE attname LIKE '%lockkeeper%' AND NOT attisdropped
        AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace <> 'lockkeeper'::regnamespace AND relkind NOT IN ('i', 'I'))
    UNION ALL SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass FROM pg_trigger WHERE tgname LIKE '%lockkeeper%'
    UNION ALL SELECT 'constraint ' || conname FROM pg_constraint WHERE conname LIKE '%lockkeeper%' AND connamespace <> 'lockkeeper'::regnamespace
    UNION ALL SELECT 'invalid index ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid
    UNION ALL SELECT 'session ' || application_name || ' ' || coalesce(state, '') FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'lockkeeper run-%'
    UNION ALL SELECT 'advisory lock of ' || pid FROM pg_locks
      WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS left_over";

/// What the client is to do.
#[derive(serde::Serialize, serde::Deserialize)]
struct Order {
    url: String,
    plan: Plan,
    direction: Direction,
}

/// Not a test by itself: the client of the test below, in a process of its own.
#[tokio::test]
async fn client() {
    let Ok(order) = env::var(CHILD) else { return };
    let Order { url, plan, direction } = serde_json::from_str(&order).unwrap();
    go(&Target::parse(&url).unwrap(), &plan, direction, &Live).await.unwrap();
}

/// To the end of a plan, or back to its start. Says whether the schema is the one expected there.
async fn go(
    target: &Target,
    plan: &Plan,
    direction: Direction,
    guard: &dyn Guard,
) -> Result<Option<bool>, model::Fault> {
    let mut options = world::options();
    options.until = Some(PhaseName::Contract);
    let run = match direction {
        Direction::Forward => apply::apply(target, plan, guard, &mut options, &Silent).await,
        Direction::Back => apply::rollback(target, plan, None, guard, &mut options, &Silent).await,
    };
    Ok(run?.arrived)
}

fn start_client(target: &Target, plan: &Plan, direction: Direction) -> std::process::Child {
    let order = Order { url: target.url_with_password(), plan: plan.clone(), direction };
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["kills::client", "--exact", "--nocapture"]);
    command.env(CHILD, serde_json::to_string(&order).unwrap()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits for a client that nobody kills, which has to come to its end.
async fn finish(client: std::process::Child, when: &str) {
    let ended = tokio::task::spawn_blocking(move || client.wait_with_output().unwrap()).await.unwrap();
    assert!(ended.status.success(), "{when}: the client failed: {}", String::from_utf8_lossy(&ended.stderr));
}

/// Waits for a client whose server went and came back: it goes on by itself, unless it had not begun yet.
async fn finish_or_say(client: std::process::Child, when: &str) {
    let ended = tokio::task::spawn_blocking(move || client.wait_with_output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let lost = ["connection closed", "connect.", "shutting down", "starting up", "57P0"];
    assert!(ended.status.success() || lost.iter().any(|why| said.contains(why)), "{when}: {said}");
}

/// A case's databases, to be copied: as it is at the start, and where the plan has arrived.
struct Prepared {
    name: String,
    plan: Plan,
    start: Database,
    arrived: Database,
    /// The rows at the start.
    rows: Option<String>,
    /// How long a client takes there and back, in ms.
    ms: [f64; 2],
}

async fn ask(target: &Target, sql: &str) -> Option<String> {
    let session = connect(target, "lockkeeper test").await.unwrap();
    let answer = session.simple_query(sql).await.unwrap();
    session.close().await;
    answer.into_iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

async fn run(session: &Session, sql: &str) {
    session.batch_execute(&format!("SET search_path = public; {sql}; RESET search_path")).await.unwrap();
}

impl Prepared {
    async fn new(server: &Shadow, case: &Case) -> Self {
        let (start, wanted) = (empty(server).await, empty(server).await);
        let session = connect(&start.target, "lockkeeper test").await.unwrap();
        for sql in [&case.before, &case.data] {
            run(&session, sql).await;
        }
        session.batch_execute("ANALYZE").await.unwrap();
        let other = connect(&wanted.target, "lockkeeper test").await.unwrap();
        run(&other, &case.after).await;
        let plan = world::plan(&session, &other, &case.renames()).await.unwrap();
        session.close().await;
        other.close().await;
        let rows = ask(&start.target, CHECKSUM).await;
        let arrived = copy(server, &start).await;
        let forward = timed(&arrived.target, &plan, Direction::Forward).await;
        let again = copy(server, &arrived).await;
        let back = timed(&again.target, &plan, Direction::Back).await;
        for gone in [wanted, again] {
            server.drop_database(&gone).await.unwrap();
        }
        Self { name: case.name.clone(), plan, start, arrived, rows, ms: [forward, back] }
    }
}

async fn empty(server: &Shadow) -> Database {
    server.create_database(None).await.unwrap()
}

/// A copy, as soon as nobody is connected to the original any more.
async fn copy(server: &Shadow, original: &Database) -> Database {
    for _ in 0..100 {
        match server.create_database(Some(original.name.as_str())).await {
            Ok(copy) => return copy,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("{} is not left alone", original.name)
}

async fn timed(target: &Target, plan: &Plan, direction: Direction) -> f64 {
    let started = Instant::now();
    finish(start_client(target, plan, direction), "undisturbed").await;
    started.elapsed().as_secs_f64() * 1e3
}

/// What happens in the middle of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Blow {
    /// SIGKILL of the client.
    Client,
    /// The server is stopped at once and started again; the client lives and goes on.
    Server,
    /// Both.
    Both,
}

/// One blow, and what the next commands make of what is left.
async fn kill(server: Arc<Shadow>, prepared: Arc<Prepared>, seed: u64) {
    let mut random = Random(seed);
    let direction = if random.next().is_multiple_of(3) { Direction::Back } else { Direction::Forward };
    let blow = [Blow::Client, Blow::Client, Blow::Server, Blow::Both][(random.next() % 4) as usize];
    let share = (random.next() % 1_000) as f64 / 1_000.0;
    let turns_around = random.next().is_multiple_of(2);
    let forward = direction == Direction::Forward;
    let ms = share * prepared.ms[usize::from(!forward)];
    let when = format!("seed {seed}: {}, {direction:?}, {blow:?} after {ms:.0} ms", prepared.name);

    let database = copy(&server, if forward { &prepared.start } else { &prepared.arrived }).await;
    let (target, plan) = (&database.target, &prepared.plan);
    let mut client = start_client(target, plan, direction);
    tokio::time::sleep(Duration::from_secs_f64(ms / 1e3)).await;
    if blow != Blow::Server {
        client.kill().unwrap();
    }
    if blow != Blow::Client {
        server.restart().await.unwrap();
    }
    if blow == Blow::Server {
        finish_or_say(client, &when).await;
    } else {
        client.wait().unwrap();
    }

    let alone = Alone::default();
    let on = async |direction| {
        alone.begin();
        let end = go(target, plan, direction, &alone).await;
        let arrived = end.unwrap_or_else(|fault| panic!("{when}, then {direction:?}: {fault}"));
        (arrived, alone.known().unwrap())
    };
    if turns_around != forward {
        let (arrived, schema) = on(Direction::Forward).await;
        assert_ne!(arrived, Some(false), "{when}: not arrived");
        assert_eq!(schema, plan.to, "{when}: not the wanted schema");
    }
    let (_, schema) = on(Direction::Back).await;
    assert!(plan.starts_from(&schema), "{when}: not the schema of the start");
    assert_eq!(ask(target, CHECKSUM).await, prepared.rows, "{when}: other rows");
    assert_eq!(left_over(target).await, None, "{when}: something is left");
    let (again, _) = on(Direction::Forward).await;
    assert_ne!(again, Some(false), "{when}: not arrived afterwards");
    server.drop_database(&database).await.unwrap();
}

/// What is left, as soon as the sessions that were just closed have had a moment to go.
async fn left_over(target: &Target) -> Option<String> {
    let mut left = ask(target, LEFTOVERS).await;
    for _ in 0..100 {
        if left.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        left = ask(target, LEFTOVERS).await;
    }
    left
}

/// A server that may go at any time, and what was prepared on it.
struct Arena {
    server: Arc<Shadow>,
    cases: Arc<Vec<Case>>,
    prepared: Mutex<BTreeMap<usize, Arc<Prepared>>>,
}

impl Arena {
    /// A server of its own: others' tests would not like to see it go.
    async fn on(major: u32, cases: Arc<Vec<Case>>) -> Self {
        let server = Arc::new(Shadow::start(&ShadowOptions::of(major), &Silent).await.unwrap());
        Self { server, cases, prepared: Mutex::default() }
    }

    async fn prepared(&self, at: usize) -> Arc<Prepared> {
        let mut prepared = self.prepared.lock().await;
        if let Some(known) = prepared.get(&at) {
            return Arc::clone(known);
        }
        let case = Arc::new(Prepared::new(&self.server, &self.cases[at]).await);
        prepared.insert(at, Arc::clone(&case));
        case
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_whatever_is_killed() {
    let first = number("LOCKKEEPER_KILLS_FROM").unwrap_or(0);
    let seeds = first..first + number("LOCKKEEPER_KILLS").unwrap_or(KILLS_DEFAULT);
    let only = env::var("LOCKKEEPER_KILLS_CASE").ok();
    let mut cases = testkit::cases();
    cases.retain(|case| only.as_ref().is_none_or(|only| case.name == *only));
    let (cases, majors) = (Arc::new(cases), testkit::majors());
    // Which case, and on which major.
    let drawn = |seed: u64| {
        let mut random = Random(seed.wrapping_mul(7919));
        (random.next() % cases.len() as u64, random.next() % majors.len() as u64)
    };
    let of_major = |(on, major): (usize, &u32)| {
        let seeds: Vec<u64> = seeds.clone().filter(|seed| drawn(*seed).1 == on as u64).collect();
        let (cases, major) = (Arc::clone(&cases), *major);
        async move {
            let arena = Arc::new(Arena::on(major, cases).await);
            let trial = |seed: u64| {
                let (arena, at) = (Arc::clone(&arena), drawn(seed).0 as usize);
                async move {
                    let prepared = arena.prepared(at).await;
                    kill(Arc::clone(&arena.server), prepared, seed).await;
                    arena.cases[at].name.clone()
                }
            };
            Sweep::of(seeds, 1, trial).await
        }
    };
    let sweeps = futures_util::future::join_all(majors.iter().enumerate().map(of_major)).await;
    sweeps.into_iter().fold(Sweep::default(), Sweep::and).assert_clean();
}
