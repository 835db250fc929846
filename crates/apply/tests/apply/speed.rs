//! How fast a backfill is beside one plain `UPDATE` and batches of 10,000 keys, and a plan beside its statements.
//!
//! `LOCKKEEPER_SPEED_ROWS` sets the rows (2,000,000 for figures that mean something); small by default,
//! where only the counts are checked. Figures are printed with `--nocapture`.

use std::time::Instant;

use apply::{ApplyOptions, apply};
use connect::{Session, connect};
use model::{PhaseName, Silent};
use shadow::{Shadow, ShadowOptions};

use crate::plans::{CASES, Deparse, FUNDS, of, plan};
use crate::quick;

/// The CPU time of a server with all its processes, past ones included, in seconds.
fn cpu_seconds(postmaster: u32) -> f64 {
    let ticks = |path: std::path::PathBuf, fields: &[usize], of: Option<u32>| -> f64 {
        let Ok(stat) = std::fs::read_to_string(path) else { return 0.0 };
        let Some((_, rest)) = stat.rsplit_once(')') else { return 0.0 };
        let fields_all: Vec<&str> = rest.split_whitespace().collect();
        if of.is_some_and(|parent| fields_all[1] != parent.to_string()) {
            return 0.0;
        }
        fields.iter().map(|at| fields_all[*at].parse::<f64>().unwrap_or(0.0)).sum()
    };
    let own = ticks(format!("/proc/{postmaster}/stat").into(), &[11, 12, 13, 14], None);
    let children = std::fs::read_dir("/proc").unwrap().flatten();
    let living: f64 =
        children.map(|entry| ticks(entry.path().join("stat"), &[11, 12], Some(postmaster))).sum();
    (own + living) / 100.0
}

/// The process that is the postmaster: the shadow may run it under a keeper.
fn postmaster(server: &Shadow) -> u32 {
    server.pid().unwrap()
}

struct Figure {
    way: &'static str,
    seconds: f64,
    cpu: f64,
    missed: i64,
}

async fn missed(session: &Session) -> i64 {
    session.query_one("SELECT count(*) FROM public.funds WHERE token IS NULL", &[]).await.unwrap().get(0)
}

async fn prepared(server: &Shadow, rows: u64, with_column: bool) -> (shadow::Database, Session) {
    let made = server.create_database(None).await.unwrap();
    let session = connect(&made.target, "test").await.unwrap();
    session.batch_execute(&FUNDS.replace("2000", &rows.to_string())).await.unwrap();
    if with_column {
        session.batch_execute("ALTER TABLE public.funds ADD COLUMN token uuid, ALTER COLUMN token SET DEFAULT gen_random_uuid()").await.unwrap();
    }
    session.batch_execute("CHECKPOINT").await.unwrap();
    (made, session)
}

async fn plain(server: &Shadow, rows: u64) -> Figure {
    let (made, session) = prepared(server, rows, true).await;
    let (started, cpu) = (Instant::now(), cpu_seconds(postmaster(server)));
    session
        .batch_execute("UPDATE public.funds SET token = gen_random_uuid() WHERE token IS NULL")
        .await
        .unwrap();
    let figure = figure("one UPDATE", started, cpu, server, &session).await;
    session.close().await;
    server.drop_database(&made).await.unwrap();
    figure
}

async fn key_batches(server: &Shadow, rows: u64) -> Figure {
    let (made, session) = prepared(server, rows, true).await;
    let (started, cpu) = (Instant::now(), cpu_seconds(postmaster(server)));
    for from in (1..=rows).step_by(10_000) {
        let update = format!(
            "UPDATE public.funds SET token = gen_random_uuid() WHERE id >= {from} AND id < {} AND token IS NULL",
            from + 10_000
        );
        session.batch_execute(&update).await.unwrap();
    }
    let figure = figure("key batches of 10 k", started, cpu, server, &session).await;
    session.close().await;
    server.drop_database(&made).await.unwrap();
    figure
}

async fn ours(server: &Shadow, rows: u64) -> Figure {
    let (made, session) = prepared(server, rows, false).await;
    let from = of(&session).await;
    let plan = plan(15, from.clone(), from, (CASES[1].steps)());
    let mut options = ApplyOptions { until: Some(PhaseName::Expand), ..quick() };
    apply(&made.target, &plan, &Deparse, &mut options, &Silent).await.unwrap();
    session.batch_execute("CHECKPOINT").await.unwrap();
    let (started, cpu) = (Instant::now(), cpu_seconds(postmaster(server)));
    let mut options = ApplyOptions { until: Some(PhaseName::Backfill), ..quick() };
    let report = apply(&made.target, &plan, &Deparse, &mut options, &Silent).await.unwrap();
    let receipt = report.steps.last().unwrap();
    println!("{} batches, the longest {:.0} ms", receipt.batches, receipt.lock_hold_ms);
    let figure = figure("ctid ranges, adaptive", started, cpu, server, &session).await;
    session.close().await;
    server.drop_database(&made).await.unwrap();
    figure
}

async fn figure(way: &'static str, started: Instant, cpu: f64, server: &Shadow, session: &Session) -> Figure {
    let seconds = started.elapsed().as_secs_f64();
    Figure { way, seconds, cpu: cpu_seconds(postmaster(server)) - cpu, missed: missed(session).await }
}

#[tokio::test]
async fn a_backfill_beside_other_ways() {
    let rows =
        std::env::var("LOCKKEEPER_SPEED_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(20_000);
    let mut options = ShadowOptions::of(15);
    options.settings.push(("autovacuum".to_owned(), "off".to_owned()));
    let server = Shadow::start(&options, &Silent).await.unwrap();
    for figure in [plain(&server, rows).await, key_batches(&server, rows).await, ours(&server, rows).await] {
        let (per_second, per_cpu) = (rows as f64 / figure.seconds, rows as f64 / figure.cpu.max(0.001));
        println!(
            "{:24} {:8.2} s {per_second:10.0} rows/s {per_cpu:10.0} rows/CPU s",
            figure.way, figure.seconds
        );
        assert_eq!(figure.missed, 0, "{}", figure.way);
    }
    server.stop().await.unwrap();
}

/// Scenario 1 beside its bare statements, one after the other, on copies of one database.
#[tokio::test]
async fn a_plan_beside_its_bare_statements() {
    let rows =
        std::env::var("LOCKKEEPER_SPEED_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(20_000);
    let (database, plan) = CASES[0].prepare(15, rows).await;
    let copy = database.copy().await;
    let session = copy.connect().await;
    let bare = Instant::now();
    for step in &plan.steps {
        for sql in statements(&step.action) {
            session.batch_execute(&sql).await.unwrap();
        }
    }
    let bare_ms = bare.elapsed().as_secs_f64() * 1e3;
    session.close().await;
    let mut options = ApplyOptions { stall: true, ..quick() };
    let report = apply(database.target(), &plan, &Deparse, &mut options, &Silent).await.unwrap();
    assert_eq!(report.arrived, Some(true));
    println!("bare {bare_ms:.0} ms, ours {:.0} ms with a baseline of 500 ms", report.total_ms);
    println!("lock hold {:.1} ms, wait {:.1} ms", report.lock_hold_ms_max, report.lock_wait_ms_max);
    println!("stall {:?}, baseline {:?}", report.stall, report.baseline);
}

fn statements(action: &model::Action) -> Vec<String> {
    match action {
        model::Action::Transaction { sql } => sql.iter().map(ToString::to_string).collect(),
        model::Action::Concurrent { sql, .. } => vec![sql.to_string()],
        _ => Vec::new(),
    }
}
