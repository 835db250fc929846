//! Add, search and rebuild: `cargo bench -p remember --bench memory`.
//!
//! `LOCKKEEPER_BENCH_RECORDS` says how many records (100,000); `LOCKKEEPER_BENCH_PGVECTOR` names a folder with
//! the programs of a PostgreSQL, preferably one with pgvector: a throwaway server of them is then measured
//! instead of SQLite.

#![allow(clippy::unwrap_used)]

use std::time::Instant;

use model::{Name, Operation, Silent, StepReceipt};
use remember::{Body, Entry, INDEXED_FROM, Memory, Options, StatisticsQuery};
use shadow::{Shadow, ShadowOptions};

#[path = "../tests/common/mod.rs"]
mod common;
use common::Dice;

const OPERATIONS: [Operation; 5] = [
    Operation::AddColumn,
    Operation::CreateIndex,
    Operation::AddCheck,
    Operation::SetNotNull,
    Operation::AddForeignKey,
];

/// How often each question is asked.
const TIMES: usize = 200;

/// How often a process is started for one question.
const PROCESSES: usize = 20;

/// The folder whose memory such a process asks, and what.
const FOLDER: &str = "LOCKKEEPER_BENCH_FOLDER";
const QUESTION: &str = "LOCKKEEPER_BENCH_QUESTION";

const TEXT: &str = "long transactions kept the lock from being had";
const BOTH: &str = "operation:ADD_CHECK table:table_7 rows:>100k long transactions at night";

fn main() {
    if let (Ok(folder), Ok(question)) = (std::env::var(FOLDER), std::env::var(QUESTION)) {
        let memory = Memory::open(&Options::project(std::path::Path::new(&folder))).unwrap();
        search(&memory, &question);
        return println!("{}", cpu_of_thread_ms().unwrap_or(f64::NAN));
    }
    // `cargo test` builds and runs this too, to see that it works.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let default = if is_bench { 100_000 } else { 500 };
    let records = std::env::var("LOCKKEEPER_BENCH_RECORDS").map_or(default, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server =
        std::env::var("LOCKKEEPER_BENCH_PGVECTOR").ok().map(|programs| runtime.block_on(start(&programs)));
    let options = match &server {
        Some(server) => Options::team(folder.path(), server.target("postgres")),
        None => Options::project(folder.path()),
    };
    measure_all(&Memory::open(&options).unwrap(), records);
    if server.is_none() {
        let asked = predicates(&mut Dice::new(1));
        for (name, question) in [("predicates", asked.as_str()), ("text", TEXT), ("both", BOTH)] {
            of_a_process(name, folder.path(), question);
        }
    }
    if let Some(server) = server {
        runtime.block_on(server.stop()).unwrap();
    }
}

async fn start(programs: &str) -> Shadow {
    let path = std::env::var_os("PATH").unwrap_or_default();
    assert!(
        std::env::split_paths(&path).next().is_some_and(|first| first == std::path::Path::new(programs)),
        "put {programs} first in PATH as well"
    );
    Shadow::start(&ShadowOptions::default(), &Silent).await.unwrap()
}

fn measure_all(memory: &Memory, records: usize) {
    let lines = lines(memory, &mut Dice::new(7), records);
    once(&format!("import of {records}"), || _ = memory.import(&mut lines.as_slice(), false).unwrap());
    once("index of vectors", || _ = memory.index_vectors(INDEXED_FROM).unwrap());
    let mut ordinal = 0;
    measure("add one, durable", || {
        ordinal += 1;
        assert!(memory.record_step(&common::step("one", ordinal)).warning().is_none());
    });
    once("first search", || search(memory, "table:table_3 warm up"));
    let mut dice = Dice::new(1);
    measure("search by predicates", || search(memory, &predicates(&mut dice)));
    measure("search by text", || search(memory, TEXT));
    measure("search by both", || search(memory, BOTH));
    once("statistics, rebuilt from the ledger", || _ = memory.stats(&StatisticsQuery::default()).unwrap());
}

fn predicates(dice: &mut Dice) -> String {
    format!("operation:{} table:table_{} rows:>10k", dice.pick(&OPERATIONS), dice.below(40))
}

fn search(memory: &Memory, question: &str) {
    std::hint::black_box(memory.search(question, 5).unwrap());
}

fn lines(memory: &Memory, dice: &mut Dice, count: usize) -> Vec<u8> {
    let mut lines = Vec::new();
    for at in 0..count {
        let step = StepReceipt {
            operation: *dice.pick(&OPERATIONS),
            table: Some(Name::new("public", format!("table_{}", dice.below(40)))),
            rows: Some(10f64.powf(3.0 + 4.0 * dice.share()).round()),
            execution_ms: 1.0 + 1e4 * dice.share(),
            ..common::step(&format!("run-{}", at / 5), u32::try_from(at % 5).unwrap())
        };
        let entry = Entry::new(memory.tenant(), Body::Step(Box::new(step)));
        serde_json::to_writer(&mut lines, &entry).unwrap();
        lines.push(b'\n');
    }
    lines
}

fn once(name: &str, work: impl FnOnce()) {
    let started = Instant::now();
    work();
    println!("{name}: {:.2} s", started.elapsed().as_secs_f64());
}

fn measure(name: &str, mut work: impl FnMut()) {
    let (mut ms, mut cpu_ms) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let (started, cpu_started) = (Instant::now(), cpu_of_thread_ms());
        work();
        ms.push(started.elapsed().as_secs_f64() * 1e3);
        cpu_ms.extend(cpu_of_thread_ms().zip(cpu_started).map(|(end, start)| end - start));
    }
    ms.sort_by(f64::total_cmp);
    cpu_ms.sort_by(f64::total_cmp);
    let cpu = cpu_ms.get(TIMES / 2).map_or(String::new(), |ms| format!("; of the processor P50 {ms:.2} ms"));
    println!("{name}: P50 {:.2} ms, P99 {:.2} ms{cpu}", ms[TIMES / 2], ms[TIMES * 99 / 100]);
}

/// What a person feels: a process that starts, asks once and ends.
fn of_a_process(name: &str, folder: &std::path::Path, question: &str) {
    let mut cpu_ms = Vec::new();
    let mut ms: Vec<f64> = (0..PROCESSES)
        .map(|_| {
            let started = Instant::now();
            let mut process = std::process::Command::new(std::env::current_exe().unwrap());
            let told = process.env(FOLDER, folder).env(QUESTION, question).output().unwrap();
            cpu_ms.push(String::from_utf8(told.stdout).unwrap().trim().parse().unwrap());
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    ms.sort_by(f64::total_cmp);
    cpu_ms.sort_by(f64::total_cmp);
    let middle = PROCESSES / 2;
    println!(
        "a process that searches by {name}: P50 {:.0} ms; of the processor P50 {:.0} ms",
        ms[middle], cpu_ms[middle]
    );
}

/// What this thread has had of a processor, which other work on the machine does not change; none where the
/// system does not tell.
fn cpu_of_thread_ms() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(told.split(' ').next()?.parse::<f64>().ok()? / 1e6)
}
