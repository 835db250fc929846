//! What a change of type costs, way by way, in one run: `cargo run --release -p apply --example backfill`.
//!
//! One plain `UPDATE`, batches of 10,000 keys, the second column's backfill; then a rewrite by `ALTER TABLE` and the
//! copy that takes the table's place. An application writes 50 rows a second meanwhile. `LOCKKEEPER_BENCH_ROWS` sets
//! the rows (100,000; 2,000,000 for figures that mean something), `LOCKKEEPER_BENCH_MAJOR` the server (15).
//!
//! Rows per CPU second count the server with all its processes, and this program.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use apply::{ApplyOptions, Guard, GuardFuture};
use connect::{Session, Target, connect};
use model::{PhaseName, Plan, Risk, Silent, StepReceipt};
use shadow::{Database, Shadow, ShadowOptions};

const BEFORE: &str = "
CREATE TABLE public.items (id bigint PRIMARY KEY, account integer NOT NULL, amount integer NOT NULL, note text,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX items_account ON public.items (account);
CREATE INDEX items_created_at ON public.items (created_at)";

struct Live;

impl Guard for Live {
    fn fingerprint<'a>(&'a self, session: &'a Session) -> GuardFuture<'a> {
        Box::pin(async move { Ok(read::live::read(session).await?.fingerprint()) })
    }
}

struct Figure {
    way: &'static str,
    seconds: f64,
    cpu: f64,
    client_cpu: f64,
    worst_write_ms: f64,
    missed: i64,
}

struct Bench {
    server: Shadow,
    template: Database,
    rows: u64,
}

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let (rows, major) = (number("LOCKKEEPER_BENCH_ROWS", 100_000), number("LOCKKEEPER_BENCH_MAJOR", 15));
    let mut options = ShadowOptions::of(u32::try_from(major).expect("a major version"));
    // What autovacuum does meanwhile is luck.
    options.settings.push(("autovacuum".to_owned(), "off".to_owned()));
    options.settings.push(("max_wal_size".to_owned(), "8GB".to_owned()));
    let server = Shadow::start(&options, &Silent).await.unwrap();
    let template = server.create_database(None).await.unwrap();
    let session = connect(&template.target, "bench").await.unwrap();
    session.batch_execute(BEFORE).await.unwrap();
    let fill = format!(
        "INSERT INTO public.items SELECT n, n % 5000, n % 100000, 'note of item ' || n, now() - n * interval '1 s'
         FROM generate_series(1, {rows}) AS n; VACUUM ANALYZE public.items"
    );
    for statement in fill.split(';') {
        session.batch_execute(statement).await.unwrap();
    }
    session.close().await;
    let bench = Bench { server, template, rows };
    let update = [bench.one_update().await, bench.key_batches().await, bench.ours(false).await];
    let rewrite = [bench.rewrite().await, bench.ours(true).await];
    println!("{rows} rows, PostgreSQL {major}");
    for figures in [&update[..], &rewrite[..]] {
        let first = rows as f64 / figures[0].cpu;
        for figure in figures {
            let per_cpu = rows as f64 / figure.cpu;
            println!(
                "{:30} {:8.2} s {:9.0} rows/s {per_cpu:9.0} rows/CPU s ({:.2} of the first) of {:.1}, {:.1} of them here; worst write {:6.0} ms, missed {}",
                figure.way,
                figure.seconds,
                rows as f64 / figure.seconds,
                per_cpu / first,
                figure.cpu,
                figure.client_cpu,
                figure.worst_write_ms,
                figure.missed
            );
        }
    }
    bench.server.stop().await.unwrap();
}

impl Bench {
    async fn database(&self) -> (Database, Session) {
        let made = self.server.create_database(Some(self.template.name.as_str())).await.unwrap();
        let session = connect(&made.target, "bench").await.unwrap();
        session.batch_execute("CHECKPOINT").await.unwrap();
        (made, session)
    }

    async fn one_update(&self) -> Figure {
        let (made, session) = self.database().await;
        session.batch_execute("ALTER TABLE public.items ADD COLUMN second bigint").await.unwrap();
        let clock = self.start(&made.target);
        session.batch_execute("UPDATE public.items SET second = amount").await.unwrap();
        self.stop("one UPDATE", clock, made, session, "second IS DISTINCT FROM amount").await
    }

    async fn key_batches(&self) -> Figure {
        let (made, session) = self.database().await;
        session.batch_execute("ALTER TABLE public.items ADD COLUMN second bigint").await.unwrap();
        let clock = self.start(&made.target);
        for from in (1..=self.rows).step_by(10_000) {
            let to = from + 10_000;
            let update = format!(
                "UPDATE public.items SET second = amount WHERE id >= {from} AND id < {to} AND second IS NULL"
            );
            session.batch_execute(&update).await.unwrap();
        }
        self.stop("key batches of 10,000", clock, made, session, "second IS DISTINCT FROM amount").await
    }

    async fn rewrite(&self) -> Figure {
        let (made, session) = self.database().await;
        let clock = self.start(&made.target);
        session.batch_execute("ALTER TABLE public.items ALTER amount TYPE bigint").await.unwrap();
        self.stop("rewrite by ALTER TABLE", clock, made, session, "false").await
    }

    /// The second column's backfill, or everything up to the place taken by a copy.
    async fn ours(&self, copies: bool) -> Figure {
        let (made, session) = self.database().await;
        let plan = self.plan(&session, copies).await;
        let run = |until| apply_until(&made.target, &plan, until);
        if !copies {
            run(PhaseName::Expand).await;
            session.batch_execute("CHECKPOINT").await.unwrap();
        }
        let clock = self.start(&made.target);
        let steps = run(if copies { PhaseName::Contract } else { PhaseName::Backfill }).await;
        for step in steps.iter().filter(|step| step.execution_ms > 50.0) {
            println!(
                "  {:8.0} ms, {:4} batches, longest {:5.0} ms: {}",
                step.execution_ms, step.batches, step.lock_hold_ms, step.step
            );
        }
        if copies {
            return self.stop("copy that takes the place", clock, made, session, "false").await;
        }
        let wrong = "_lockkeeper_new_amount IS DISTINCT FROM amount";
        self.stop("second column's backfill", clock, made, session, wrong).await
    }

    async fn plan(&self, session: &Session, copies: bool) -> Plan {
        let wanted = self.server.create_database(None).await.unwrap();
        let other = connect(&wanted.target, "bench").await.unwrap();
        other.batch_execute(&BEFORE.replace("amount integer", "amount bigint")).await.unwrap();
        let (from, to) = (read::live::read(session).await.unwrap(), read::live::read(&other).await.unwrap());
        let mut statistics = read::statistics(session).await.unwrap();
        // A table that is replicated by logical decoding is not copied.
        statistics.logical_slots = u32::from(!copies);
        let diff = diff::diff(&from, &to, &[]).unwrap();
        let plan = plan::plan(&plan::Input {
            from: &from,
            to: &to,
            changes: &diff.changes,
            server_major: session.server().major,
            statistics: Some(&statistics),
            stall_budget_ms: 100,
            risk_before: Risk::none(),
            told: &plan::Told::default(),
            memory: None,
        });
        other.close().await;
        self.server.drop_database(&wanted).await.unwrap();
        let plan = plan.unwrap();
        let recipe = if copies { "copy_table" } else { "second_column" };
        assert!(plan.steps.iter().any(|step| step.recipe == recipe), "{}", plan::review::review(&plan));
        plan
    }

    fn start(&self, target: &Target) -> Clock {
        let over = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn(write(target.clone(), self.rows, Arc::clone(&over)));
        Clock { started: Instant::now(), cpu: self.cpu_seconds(), client_cpu: own_cpu(), over, writer }
    }

    async fn stop(
        &self,
        way: &'static str,
        clock: Clock,
        made: Database,
        session: Session,
        wrong: &str,
    ) -> Figure {
        let (seconds, cpu) = (clock.started.elapsed().as_secs_f64(), self.cpu_seconds() - clock.cpu);
        let client_cpu = own_cpu() - clock.client_cpu;
        clock.over.store(true, Ordering::Relaxed);
        let worst_write_ms = clock.writer.await.unwrap();
        let count = format!("SELECT count(*) FROM public.items WHERE {wrong}");
        let missed = session.query_one(&count, &[]).await.unwrap().get(0);
        session.close().await;
        self.server.drop_database(&made).await.unwrap();
        Figure { way, seconds, cpu, client_cpu, worst_write_ms, missed }
    }

    /// The CPU time of the server with all its processes, past ones included, and of this program.
    fn cpu_seconds(&self) -> f64 {
        let postmaster = self.server.pid().expect("a server of our own");
        let children = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = children.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let living: f64 = pids.map(|pid| ticks(pid, &[11, 12], Some(postmaster))).sum();
        (own_cpu() * 100.0 + ticks(postmaster, &[11, 12, 13, 14], None) + living) / 100.0
    }
}

/// The CPU time of this program, in seconds.
fn own_cpu() -> f64 {
    ticks(std::process::id(), &[11, 12], None) / 100.0
}

/// What goes on while a way is measured.
struct Clock {
    started: Instant,
    cpu: f64,
    client_cpu: f64,
    over: Arc<AtomicBool>,
    writer: tokio::task::JoinHandle<f64>,
}

/// Fields of `/proc/PID/stat` added up, of a process with this parent.
fn ticks(pid: u32, fields: &[usize], parent: Option<u32>) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let Some((_, rest)) = stat.rsplit_once(')') else { return 0.0 };
    let all: Vec<&str> = rest.split_whitespace().collect();
    if parent.is_some_and(|parent| all[1] != parent.to_string()) {
        return 0.0;
    }
    fields.iter().map(|at| all[*at].parse::<f64>().unwrap_or(0.0)).sum()
}

/// Fifty writes a second; gives the longest, in ms.
async fn write(target: Target, rows: u64, over: Arc<AtomicBool>) -> f64 {
    let session = connect(&target, "application").await.unwrap();
    let (mut worst, mut at) = (0.0_f64, 0);
    while !over.load(Ordering::Relaxed) {
        at += 1;
        let id = (at * 7_919) % rows + 1;
        let statement = if at % 5 == 0 {
            format!("INSERT INTO public.items VALUES ({}, 1, 1, 'new')", rows + at)
        } else {
            format!("UPDATE public.items SET amount = amount + 1 WHERE id = {id}")
        };
        let started = Instant::now();
        session.batch_execute(&statement).await.expect("the application's writes succeed");
        worst = worst.max(started.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    session.close().await;
    worst
}

async fn apply_until(target: &Target, plan: &Plan, until: PhaseName) -> Vec<StepReceipt> {
    let mut options = ApplyOptions { until: Some(until), ..ApplyOptions::default() };
    apply::apply(target, plan, &Live, &mut options, &Silent).await.unwrap().steps
}
