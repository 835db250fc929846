//! What a new column and a change of type cost, way by way, in one run: `cargo run --release -p apply --example backfill`.
//!
//! One plain `UPDATE`, batches of 10,000 keys, the backfill of a new column by one worker and by two, the second
//! column's backfill; then a rewrite by `ALTER TABLE`, and the copy that takes the table's place, with its comparison
//! of all rows and without. An application writes 50 rows a second meanwhile. `LOCKKEEPER_BENCH_ROWS` sets the rows
//! (100,000; 2,000,000 for figures that mean something), `LOCKKEEPER_BENCH_MAJOR` the server (15),
//! `LOCKKEEPER_BENCH_TABLE` the table (`narrow`, or `wide`: twelve columns and five indexes), and
//! `LOCKKEEPER_BENCH_WAYS` the ways, by words in their names with commas between them.
//!
//! Rows per CPU second count the server with all its processes, and this program.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod clock;

use apply::{ApplyOptions, Guard, GuardFuture};
use connect::{Session, Target, connect};
use model::{Expr, Ident, Name, PhaseName, Plan, Risk, Silent, StepReceipt};
use shadow::{Database, Shadow, ShadowOptions};

use crate::clock::{Clock, Measured};

const NARROW: &str = "
CREATE TABLE public.items (id bigint PRIMARY KEY, account integer NOT NULL, amount integer NOT NULL, note text,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX items_account ON public.items (account);
CREATE INDEX items_created_at ON public.items (created_at)";

const WIDE: &str = "
CREATE TABLE public.items (id bigint PRIMARY KEY, account integer NOT NULL, amount integer NOT NULL, note text,
  created_at timestamptz NOT NULL DEFAULT now(), reference uuid NOT NULL DEFAULT gen_random_uuid(),
  price numeric(12, 2) NOT NULL DEFAULT 12345.67, currency text NOT NULL DEFAULT 'EUR', stage text NOT NULL DEFAULT 'series-a',
  description text DEFAULT 'what a person wrote of it, in about as many words as people write', active boolean NOT NULL DEFAULT true,
  updated_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX items_account ON public.items (account);
CREATE INDEX items_created_at ON public.items (created_at);
CREATE UNIQUE INDEX items_reference ON public.items (reference);
CREATE INDEX items_stage ON public.items (stage, updated_at)";

const WAYS: [(&str, Way); 5] = [
    ("one UPDATE", Way::Update),
    ("key batches of 10,000", Way::Keys),
    ("new column's backfill", Way::Ours(Plans::Column, 1)),
    ("new column's backfill, two workers", Way::Ours(Plans::Column, 2)),
    ("second column's backfill", Way::Ours(Plans::Second, 1)),
];

const WAYS_TO_REWRITE: [(&str, Way); 3] = [
    ("rewrite by ALTER TABLE", Way::Rewrite),
    ("copy that takes the place", Way::Ours(Plans::Copy, 1)),
    ("copy without comparison", Way::Ours(Plans::CopyUnseen, 1)),
];

#[derive(Clone, Copy)]
enum Way {
    Update,
    Keys,
    Rewrite,
    /// A plan, and how many workers.
    Ours(Plans, u32),
}

#[derive(Clone, Copy, PartialEq)]
enum Plans {
    Column,
    Second,
    Copy,
    CopyUnseen,
}

struct Live;

impl Guard for Live {
    fn fingerprint<'a>(&'a self, session: &'a Session) -> GuardFuture<'a> {
        Box::pin(async move { Ok(read::live::read(session).await?.fingerprint()) })
    }
}

struct Figure {
    measured: Measured,
    missed: i64,
}

struct Bench {
    server: Shadow,
    template: Database,
    table: &'static str,
    rows: u64,
}

#[tokio::main]
async fn main() {
    let told = |name: &str| std::env::var(name).ok();
    let number = |name: &str, default| told(name).map_or(default, |text| text.parse().expect("a number"));
    let (rows, major) = (number("LOCKKEEPER_BENCH_ROWS", 100_000), number("LOCKKEEPER_BENCH_MAJOR", 15));
    let table = if told("LOCKKEEPER_BENCH_TABLE").as_deref() == Some("wide") { WIDE } else { NARROW };
    let words = told("LOCKKEEPER_BENCH_WAYS").unwrap_or_default();
    let bench = Bench::prepare(table, rows, u32::try_from(major).expect("a major version")).await;
    println!("{rows} rows, PostgreSQL {major}");
    for ways in [&WAYS[..], &WAYS_TO_REWRITE[..]] {
        let wanted = ways.iter().filter(|(name, _)| words.split(',').any(|word| name.contains(word)));
        let mut first = None;
        for (name, way) in wanted {
            let figure = bench.figure(*way).await;
            let first = first.get_or_insert(figure.measured.cpu);
            figure.print(name, rows, *first);
        }
    }
    bench.server.stop().await.unwrap();
}

impl Figure {
    fn print(&self, way: &str, rows: u64, first_cpu: f64) {
        let Measured { seconds, cpu, client_cpu, worst_write_ms } = self.measured;
        println!(
            "{way:34} {:8.2} s {:9.0} rows/s {:9.0} rows/CPU s ({:.2} of the first) of {:.1}, {:.1} of them here; worst write {:6.0} ms, missed {}",
            seconds,
            rows as f64 / seconds,
            rows as f64 / cpu,
            first_cpu / cpu,
            cpu,
            client_cpu,
            worst_write_ms,
            self.missed
        );
    }
}

impl Bench {
    async fn prepare(table: &'static str, rows: u64, major: u32) -> Self {
        let mut options = ShadowOptions::of(major);
        // What autovacuum does meanwhile is luck.
        options.settings.push(("autovacuum".to_owned(), "off".to_owned()));
        options.settings.push(("max_wal_size".to_owned(), "8GB".to_owned()));
        let server = Shadow::start(&options, &Silent).await.unwrap();
        let template = server.create_database(None).await.unwrap();
        let session = connect(&template.target, "bench").await.unwrap();
        session.batch_execute(table).await.unwrap();
        let fill = format!(
            "INSERT INTO public.items (id, account, amount, note, created_at)
             SELECT n, n % 5000, n % 100000, 'note of item ' || n, now() - n * interval '1 s'
             FROM generate_series(1, {rows}) AS n; VACUUM ANALYZE public.items"
        );
        for statement in fill.split(';') {
            session.batch_execute(statement).await.unwrap();
        }
        session.close().await;
        Self { server, template, table, rows }
    }

    async fn figure(&self, way: Way) -> Figure {
        match way {
            Way::Update => self.one_update().await,
            Way::Keys => self.key_batches().await,
            Way::Rewrite => self.rewrite().await,
            Way::Ours(plans, workers) => self.ours(plans, workers).await,
        }
    }

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
        self.stop(clock, made, session, "second IS DISTINCT FROM amount").await
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
        self.stop(clock, made, session, "second IS DISTINCT FROM amount").await
    }

    async fn rewrite(&self) -> Figure {
        let (made, session) = self.database().await;
        let clock = self.start(&made.target);
        session.batch_execute("ALTER TABLE public.items ALTER amount TYPE bigint").await.unwrap();
        self.stop(clock, made, session, "false").await
    }

    /// A backfill, or everything up to the place taken by a copy.
    async fn ours(&self, plans: Plans, workers: u32) -> Figure {
        let (made, session) = self.database().await;
        let plan = self.plan(&session, plans).await;
        let run = |until| apply_until(&made.target, &plan, until, workers);
        let copies = matches!(plans, Plans::Copy | Plans::CopyUnseen);
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
        let wrong = match plans {
            Plans::Copy | Plans::CopyUnseen => "false",
            // The application's code does not know it, and its default is for new rows.
            Plans::Column => "second IS NULL",
            Plans::Second => "_lockkeeper_new_amount IS DISTINCT FROM amount",
        };
        self.stop(clock, made, session, wrong).await
    }

    async fn plan(&self, session: &Session, plans: Plans) -> Plan {
        let wanted = self.server.create_database(None).await.unwrap();
        let other = connect(&wanted.target, "bench").await.unwrap();
        let (table, recipe) = match plans {
            Plans::Column => (
                self.table.replace("note text", "note text, second bigint NOT NULL DEFAULT 0"),
                "fill_column",
            ),
            Plans::Second => (self.table.replace("amount integer", "amount bigint"), "second_column"),
            _ => (self.table.replace("amount integer", "amount bigint"), "copy_table"),
        };
        other.batch_execute(&table).await.unwrap();
        let (from, to) = (read::live::read(session).await.unwrap(), read::live::read(&other).await.unwrap());
        let mut statistics = read::statistics(session).await.unwrap();
        // A table that is replicated by logical decoding is not copied.
        statistics.logical_slots = u32::from(plans == Plans::Second);
        let fill = plan::Fill {
            table: Name::new("public", "items"),
            column: Ident::new("second"),
            with: Expr::new("amount"),
        };
        let told = plan::Told {
            fills: if plans == Plans::Column { vec![fill] } else { Vec::new() },
            ..plan::Told::default()
        };
        let diff = diff::diff(&from, &to, &[]).unwrap();
        let plan = plan::plan(&plan::Input {
            from: &from,
            to: &to,
            changes: &diff.changes,
            server_major: session.server().major,
            statistics: Some(&statistics),
            stall_budget_ms: 100,
            risk_before: Risk::none(),
            told: &told,
            memory: None,
        });
        other.close().await;
        self.server.drop_database(&wanted).await.unwrap();
        let mut plan = plan.unwrap();
        assert!(plan.steps.iter().any(|step| step.recipe == recipe), "{}", plan::review::review(&plan));
        if plans == Plans::CopyUnseen {
            plan.steps.retain(|step| !step.title.starts_with("compare every row"));
        }
        plan
    }

    fn start(&self, target: &Target) -> Clock {
        Clock::start(self.server.pid().expect("a server of our own"), target, self.rows)
    }

    async fn stop(&self, clock: Clock, made: Database, session: Session, wrong: &str) -> Figure {
        let measured = clock.stop().await;
        let count = format!("SELECT count(*) FROM public.items WHERE {wrong}");
        let missed = session.query_one(&count, &[]).await.unwrap().get(0);
        session.close().await;
        self.server.drop_database(&made).await.unwrap();
        Figure { measured, missed }
    }
}

async fn apply_until(target: &Target, plan: &Plan, until: PhaseName, workers: u32) -> Vec<StepReceipt> {
    let mut options = ApplyOptions { until: Some(until), workers, ..ApplyOptions::default() };
    apply::apply(target, plan, &Live, &mut options, &Silent).await.unwrap().steps
}
