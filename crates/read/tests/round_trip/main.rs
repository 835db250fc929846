//! For random pairs of schemas A and B, judged by the server: the diff applied to A makes B, nothing differs
//! then; undone it is A; and again B.
//!
//! `LOCKKEEPER_ROUND_TRIPS` is how many pairs per major (100), `LOCKKEEPER_ROUND_TRIP_FROM` the seed of the first
//! (0); `LOCKKEEPER_ROUND_TRIP_SEED` replays some, apart by commas. All pairs are tried and every failure is told.
//! With `LOCKKEEPER_ROUND_TRIP_REFUSALS` every statement is shown that the server refuses.

mod objects;
mod part;
mod random;
mod table;
mod view;
mod world;

use std::env;

use connect::Session;
use model::{Change, Schema, Sql};
use random::Random;
use world::World;

const PAIRS_DEFAULT: u64 = 100;

fn seeds() -> Vec<u64> {
    let numbers = |name: &str| {
        let text = env::var(name).ok()?;
        Some(text.split(',').map(|number| number.trim().parse().expect("a number")).collect::<Vec<u64>>())
    };
    let number = |name: &str, default: u64| numbers(name).map_or(default, |numbers| numbers[0]);
    numbers("LOCKKEEPER_ROUND_TRIP_SEED").unwrap_or_else(|| {
        let first = number("LOCKKEEPER_ROUND_TRIP_FROM", 0);
        (first..first + number("LOCKKEEPER_ROUND_TRIPS", PAIRS_DEFAULT)).collect()
    })
}

async fn send(session: &Session, sql: &str) -> Result<(), String> {
    session.batch_execute(sql).await.map_err(|error| connect::describe(&error))
}

/// Builds a world in the open transaction and answers how many statements the server refused.
async fn build(session: &Session, world: &World) -> usize {
    let mut refused = 0;
    for statement in world.statements() {
        // Apart, since a statement that cannot be parsed takes all that is sent with it along.
        send(session, "SAVEPOINT s").await.expect("a savepoint");
        let sent = send(session, &format!("{statement}; RELEASE s")).await;
        if let Err(why) = sent {
            refused += 1;
            if env::var_os("LOCKKEEPER_ROUND_TRIP_REFUSALS").is_some() {
                eprintln!("{statement}\n  {why}");
            }
            send(session, "ROLLBACK TO s; RELEASE s").await.expect("a savepoint");
        }
    }
    refused
}

async fn begin(session: &Session) {
    send(session, "BEGIN; SET LOCAL check_function_bodies = off").await.expect("a transaction");
}

async fn rollback(session: &Session) {
    send(session, "ROLLBACK").await.expect("the end of a transaction");
}

async fn read(session: &Session) -> Schema {
    read::live::read_within(session).await.expect("a catalog can be read")
}

/// Makes changes, and says what goes wrong, or in what the schema is then not the wanted one.
async fn push(session: &Session, other: &Session, changes: &[Change], to: &Schema) -> Result<Schema, String> {
    make(session, changes).await?;
    let made = equals(session, other, to).await;
    made.map_err(|why| format!("{why}\nafter\n{}", listed(changes)))
}

fn changes(from: &Schema, to: &Schema) -> Result<Vec<Change>, String> {
    Ok(diff::diff(from, to, &[]).map_err(|fault| fault.to_string())?.changes)
}

fn listed(changes: &[Change]) -> String {
    changes.iter().flat_map(Change::sql).map(|sql| format!("  {sql};\n")).collect()
}

/// The lines in which two schemas are not alike.
fn unlike(made: &Schema, wanted: &Schema) -> String {
    let lines = |schema: &Schema| {
        let text = serde_json::to_string_pretty(&schema.canonical()).expect("plain data");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let pairs = lines(made).into_iter().zip(lines(wanted));
    pairs.filter(|(made, wanted)| made != wanted).take(9).map(|(a, b)| format!("  {a} | {b}\n")).collect()
}

async fn make(session: &Session, changes: &[Change]) -> Result<(), String> {
    let statements: Vec<Sql> = changes.iter().flat_map(Change::sql).collect();
    let statements: Vec<&Sql> = statements.iter().collect();
    for (at, sql) in statements.iter().enumerate() {
        send(session, sql.as_str()).await.map_err(|error| {
            let listed = |statements: &[&Sql]| -> String {
                statements.iter().map(|sql| format!("  {sql};\n")).collect()
            };
            let (before, after) = (listed(&statements[..at]), listed(&statements[at + 1..]));
            format!("{sql}\n{error}\nafter\n{before}and before\n{after}")
        })?;
    }
    Ok(())
}

/// The schema as it was made, where it is the wanted one.
async fn equals(session: &Session, other: &Session, to: &Schema) -> Result<Schema, String> {
    let made = read(session).await;
    let to = &read::settle(other, &made, to).await.map_err(|fault| fault.to_string())?;
    let rest = diff::diff(&made, to, &[]).map_err(|fault| fault.to_string())?.changes;
    if !rest.is_empty() {
        return Err(format!("still differs:\n{}{rest:?}", listed(&rest)));
    }
    if made.fingerprint() != to.fingerprint() {
        return Err(format!("nothing differs, but the fingerprints do:\n{}", unlike(&made, to)));
    }
    Ok(made)
}

async fn round_trip(
    session: &Session,
    other: &Session,
    seed: u64,
    refused: &mut (usize, usize),
) -> Result<(), String> {
    let mut random = Random::new(seed);
    let first = World::new(&mut random);
    let mut second = first.clone();
    second.mutate(&mut random);
    begin(session).await;
    refused.0 += build(session, &second).await;
    refused.1 += second.statements().len();
    let to = read(session).await;
    rollback(session).await;
    begin(session).await;
    build(session, &first).await;
    let from = read(session).await;
    let judged = there_and_back(session, other, &from, &to).await;
    rollback(session).await;
    judged
}

async fn there_and_back(
    session: &Session,
    other: &Session,
    from: &Schema,
    to: &Schema,
) -> Result<(), String> {
    let there = changes(from, to)?;
    push(session, other, &there, to).await.map_err(|why| format!("there: {why}"))?;
    let undo = diff::undo(from, to, &[]).map_err(|fault| fault.to_string())?.changes;
    let back = push(session, other, &undo, from).await.map_err(|why| format!("undone: {why}"))?;
    // As it was, but for what does not count: the order of columns, names that a server chose.
    let again = changes(&back, to)?;
    push(session, other, &again, to).await.map(|_| ()).map_err(|why| format!("again: {why}"))
}

/// All pairs on one server; answers what failed.
async fn on(major: u32) -> Vec<String> {
    let database = testkit::database(major).await;
    let session = database.connect().await;
    let empty = testkit::database(major).await;
    let other = empty.connect().await;
    let (mut refused, mut failures) = ((0, 0), Vec::new());
    let started = std::time::Instant::now();
    for seed in seeds() {
        if let Err(why) = round_trip(&session, &other, seed, &mut refused).await {
            let failure = format!("PostgreSQL {major}, LOCKKEEPER_ROUND_TRIP_SEED={seed}\n{why}");
            // At once: a long run may be ended before its end.
            eprintln!("{failure}\n");
            failures.push(failure);
        }
    }
    eprintln!("{major}: {} of {} statements refused, {:?}", refused.0, refused.1, started.elapsed());
    assert!(refused.0 * 2 < refused.1, "most of the random statements are refused: the test says little");
    session.close().await;
    other.close().await;
    failures
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_schemas_become_each_other() {
    let majors: Vec<_> = testkit::majors().into_iter().map(|major| tokio::spawn(on(major))).collect();
    let mut failures = Vec::new();
    for major in majors {
        failures.extend(major.await.expect("a major's pairs"));
    }
    assert!(failures.is_empty(), "{} pairs failed, each told above", failures.len());
}
