//! How long it takes to read a live database of some sizes, warm, with what that costs the client and the server:
//! `cargo run --release -p read --example live -- [TABLES...]`.
//!
//! A table is like one of production: ten columns, an identity as its primary key, a foreign key to another table, a
//! CHECK, defaults, an index of two columns and a partial one. Each size is a database of its own on one throwaway
//! server, whose catalogs were vacuumed and analyzed as autovacuum would have done. Every read is a transaction with
//! a snapshot of its own; the first one of a session, which fills the server's caches, is told apart.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use connect::Session;
use shadow::{Shadow, ShadowOptions};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reads per size, besides the first.
const READS: usize = 20;

#[tokio::main]
async fn main() -> ExitCode {
    let sizes: Result<Vec<usize>, _> = std::env::args().skip(1).map(|size| size.parse()).collect();
    let Ok(mut sizes) = sizes else {
        eprintln!("usage: live [TABLES...]");
        return ExitCode::from(2);
    };
    if sizes.is_empty() {
        sizes = vec![10, 100, 1_000, 3_000];
    }
    match all(&sizes).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::from(2)
        }
    }
}

async fn all(sizes: &[usize]) -> Result<(), model::Fault> {
    let shadow = Shadow::start(&ShadowOptions::default(), &model::Silent).await?;
    println!("PostgreSQL {}; milliseconds, {READS} reads of each size", shadow.version_num() / 10_000);
    println!(
        "{:>7} {:>8} {:>8} {:>8} {:>8} {:>11} {:>11} {:>10} {:>10}",
        "tables", "first", "p50", "best", "worst", "client CPU", "server CPU", "client MB", "us a table"
    );
    for tables in sizes {
        let database = shadow.create_database(None).await?;
        let session = connect::connect(&database.target, "lockkeeper read").await?;
        build(&session, *tables).await?;
        session.close().await;
        let session = connect::connect(&database.target, "lockkeeper read").await?;
        measure(&session, *tables).await?;
        session.close().await;
    }
    Ok(())
}

async fn build(session: &Session, tables: usize) -> Result<(), model::Fault> {
    let failed = |error| connect::fault("bench.build", "the tables could not be made", &error);
    for from in (0..tables).step_by(50) {
        let text: String = (from..tables.min(from + 50)).map(table).collect();
        session.batch_execute(&text).await.map_err(failed)?;
    }
    session.batch_execute("VACUUM ANALYZE").await.map_err(failed)
}

fn table(at: usize) -> String {
    let owner = at.saturating_sub(1);
    format!(
        "CREATE TABLE public.t{at} (
           id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
           owner_id bigint REFERENCES public.t{owner} ON DELETE CASCADE,
           name varchar(200) NOT NULL,
           slug text NOT NULL,
           state text NOT NULL DEFAULT 'draft' CONSTRAINT t{at}_state CHECK (state IN ('draft', 'open', 'closed')),
           amount numeric(12, 2) NOT NULL DEFAULT 0,
           tags text[],
           body jsonb,
           created_at timestamptz NOT NULL DEFAULT now(),
           deleted_at timestamptz);
         CREATE INDEX t{at}_owner ON public.t{at} (owner_id, created_at DESC);
         CREATE INDEX t{at}_slug ON public.t{at} (slug) WHERE deleted_at IS NULL;"
    )
}

async fn measure(session: &Session, tables: usize) -> Result<(), model::Fault> {
    let begun = Instant::now();
    let schema = read::live::read(session).await?;
    let first = begun.elapsed();
    assert_eq!(schema.tables.len(), tables, "every table is read");
    let (client, server) = (cpu_ms("self"), cpu_ms(&session.server().backend_pid.to_string()));
    let mut walls: Vec<Duration> = Vec::new();
    for _ in 0..READS {
        let begun = Instant::now();
        let again = read::live::read(session).await?;
        walls.push(begun.elapsed());
        assert_eq!(again.tables.len(), tables, "every table is read");
    }
    walls.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let a_read = |before: f64, after: f64| (after - before) / READS as f64;
    let p50 = ms(walls[READS / 2]);
    println!(
        "{tables:>7} {:>8.1} {p50:>8.1} {:>8.1} {:>8.1} {:>11.1} {:>11.1} {:>10} {:>10.1}",
        ms(first),
        ms(walls[0]),
        ms(walls[READS - 1]),
        a_read(client, cpu_ms("self")),
        a_read(server, cpu_ms(&session.server().backend_pid.to_string())),
        memory_mb(),
        p50 * 1_000.0 / tables as f64,
    );
    Ok(())
}

/// The CPU time that a process of this machine took so far, in ms.
fn cpu_ms(process: &str) -> f64 {
    const MS_PER_TICK: f64 = 10.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) * MS_PER_TICK
}

/// The most memory that this process ever had, in MB.
fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kb.unwrap_or_default() / 1_024
}
