//! Tables with partitions.

use model::PhaseName::{Contract, Validate};
use model::{Action, LockMode, Step};

use crate::world::{Application, World};

const EVENTS: &str = "
    CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
    CREATE TABLE events_2025_a PARTITION OF events_2025 FOR VALUES IN ('a');
    CREATE TABLE events_2025_rest PARTITION OF events_2025 DEFAULT";
const ROWS: &str = "INSERT INTO events SELECT n, date '2024-01-01' + n % 700, chr(97 + n % 3) FROM generate_series(1, 5000) n";
const APPLICATION: [&str; 2] = [
    "INSERT INTO events VALUES ($n, '2025-03-04', 'a'), ($n, '2024-03-04', 'b')",
    "UPDATE events SET kind = 'c' WHERE id = $n - 20",
];

/// The index of a partitioned table comes through its partitions, and goes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_comes_through_the_partitions() {
    for major in testkit::majors() {
        let after = format!("{EVENTS}; CREATE INDEX events_kind ON events (kind, at) WHERE id > 5");
        let world = World::new(major, EVENTS, ROWS, &after, &[]).await;
        let application = Application::start(&world.database, &APPLICATION);
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        let valid = "SELECT count(*) || ' ' || bool_and(indisvalid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
            WHERE c.relname LIKE '%events_kind'";
        assert_eq!(world.database.ask(valid).await.as_deref(), Some("5 true"), "{major}");
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        assert_eq!(world.database.ask(valid).await, None, "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} statements failed on {major}");
    }
}

const LOG: &str = "
    CREATE TABLE sources (id bigint PRIMARY KEY);
    CREATE TABLE log (id bigint NOT NULL, at date NOT NULL, kind varchar(9), source bigint REFERENCES sources,
      PRIMARY KEY (id, at), CHECK (id > 0)) PARTITION BY RANGE (at);
    CREATE INDEX log_kind ON log (kind);
    CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE plain (id bigint NOT NULL CONSTRAINT log_id_check CHECK (id > 0), at date NOT NULL, kind varchar(9), source bigint)";
const REST: &str = "CREATE TABLE log_rest PARTITION OF log DEFAULT";
const LOGGED: &str = "INSERT INTO sources SELECT generate_series(1, 9);
    INSERT INTO log SELECT n, date '2024-01-01' + n % 300, 'a', 1 + n % 9 FROM generate_series(1, 3000) n;
    INSERT INTO plain SELECT n, date '2025-01-01' + n % 300, 'b', 1 + n % 9 FROM generate_series(1, 3000) n";
const COUNT: &str = "SELECT (SELECT sum(hashtextextended(l::text, 0)::numeric) FROM log l)
    || ' ' || (SELECT sum(hashtextextended(p::text, 0)::numeric) FROM plain p)";

/// How the whole looks when `plain` is a partition.
fn attached(rest: &str) -> String {
    let plain = LOG.find(";\n    CREATE TABLE plain").unwrap();
    format!(
        "{}; {rest}; CREATE TABLE plain PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        &LOG[..plain]
    )
}

fn step<'w>(world: &'w World, title: &str) -> &'w Step {
    let found = world.plan.steps.iter().find(|step| step.title.starts_with(title));
    found.unwrap_or_else(|| panic!("no step {title:?}\n{}", plan::review::review(&world.plan)))
}

/// How often rows of a table are read by the statements of a step, when they run now.
async fn scans(world: &World, step: &Step, table: &str) -> String {
    let Action::Transaction { sql } = &step.action else { panic!("{} is no transaction", step.title) };
    let sql: Vec<String> = sql.iter().map(|sql| format!("{sql};")).collect();
    let scans = format!("SELECT pg_stat_get_xact_numscans('public.{table}'::regclass)");
    let session = world.database.connect().await;
    session.batch_execute(&format!("BEGIN; {}", sql.concat())).await.unwrap();
    let found: i64 = session.query_one(&scans, &[]).await.unwrap().get(0);
    session.batch_execute("ROLLBACK").await.unwrap();
    session.close().await;
    found.to_string()
}

/// A table becomes a partition, beside a DEFAULT one and alone: ATTACH reads no row and builds no index.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_is_attached_without_a_scan() {
    for (major, rest) in testkit::majors().into_iter().flat_map(|major| [(major, ""), (major, REST)]) {
        let world = World::new(major, &format!("{LOG}; {rest}"), LOGGED, &attached(rest), &[]).await;
        let sum = world.database.ask(&format!("SET search_path = public; {COUNT}")).await;
        let application = Application::start(
            &world.database,
            &[
                "INSERT INTO log VALUES ($n, '2024-05-05', 'c', 3)",
                "INSERT INTO plain VALUES ($n, '2025-05-05', 'c', 3)",
                "DELETE FROM log WHERE id >= 1000000; DELETE FROM plain WHERE id >= 1000000",
            ],
        );
        assert_eq!(world.apply(Validate).await.arrived, None, "{major}");
        let attach = step(&world, "attach");
        assert_eq!(scans(&world, attach, "plain").await, "0", "{major} {rest}");
        if !rest.is_empty() {
            assert_eq!(scans(&world, attach, "log_rest").await, "0", "{major}");
        }
        let parent = attach.effect.locks.iter().find(|lock| lock.relation.name.as_str() == "log");
        assert_eq!(parent.unwrap().mode, LockMode::ShareUpdateExclusiveLock, "{major}");
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} statements failed on {major}");
        world
            .database
            .run("DELETE FROM public.log WHERE id >= 1000000; DELETE FROM public.plain WHERE id >= 1000000")
            .await;
        assert_eq!(world.database.ask(&format!("SET search_path = public; {COUNT}")).await, sum, "{major}");
    }
}

/// A partition becomes a table of its own; readers and writers of the others are let through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_is_detached_and_comes_back() {
    for (major, rest) in testkit::majors().into_iter().flat_map(|major| [(major, ""), (major, REST)]) {
        let after = format!("{}; ALTER TABLE log DETACH PARTITION plain; {rest}", attached(""));
        let before = attached(rest);
        let rows = LOGGED.replace("INSERT INTO plain", "INSERT INTO log");
        let world = World::new(major, &before, &rows, &after, &[]).await;
        let application = Application::start(
            &world.database,
            &["INSERT INTO log VALUES ($n, '2024-05-05', 'c', 3)", "SELECT count(*) FROM log WHERE id = 7"],
        );
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        world.database.run("INSERT INTO public.plain VALUES (7777777, '2025-07-07', 'since', 1)").await;
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        let since = "SELECT kind FROM public.log WHERE id = 7777777";
        assert_eq!(world.database.ask(since).await.as_deref(), Some("since"), "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} statements failed on {major}");
    }
}

/// A DETACH that was killed in the middle is ended, not begun anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_detached_partition_is_finished() {
    for major in testkit::majors().into_iter().filter(|major| *major >= 14) {
        let after = format!("{}; ALTER TABLE log DETACH PARTITION plain", attached(""));
        let rows = LOGGED.replace("INSERT INTO plain", "INSERT INTO log");
        let world = World::new(major, &attached(""), &rows, &after, &[]).await;
        world.apply(Validate).await;
        let detach = step(&world, "detach");
        let Action::Concurrent { sql, leftover: Some(leftover) } = &detach.action else {
            panic!("{detach:?}")
        };
        // A reader of the parent holds it up in the middle.
        let reader = world.database.connect().await;
        reader.batch_execute("BEGIN; SELECT FROM public.log LIMIT 1").await.unwrap();
        let session = world.database.connect().await;
        let late = format!("SET lock_timeout = '300ms'; SET statement_timeout = '900ms'; {sql}");
        for statement in late.split("; ") {
            let _ = session.batch_execute(statement).await;
        }
        reader.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(world.database.ask(leftover.probe.as_str()).await.as_deref(), Some("t"), "{major}");
        assert_eq!(world.database.ask(detach.probe.as_str()).await.as_deref(), Some("t"), "{major}");
        world.database.run(leftover.remove.as_str()).await;
        assert_eq!(world.database.ask(detach.verification.as_str()).await.as_deref(), Some("t"), "{major}");
        session.close().await;
        reader.close().await;
    }
}

/// A new partition and one that goes, with a DEFAULT partition beside them and without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_come_and_go() {
    for (major, rest) in testkit::majors().into_iter().flat_map(|major| [(major, ""), (major, REST)]) {
        let before = format!(
            "{LOG}; {rest}; CREATE TABLE log_2023 PARTITION OF log FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')"
        );
        let after = format!(
            "{LOG}; {rest}; CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
        );
        let rows = format!("{LOGGED}; INSERT INTO log VALUES (4000, '2023-03-03', 'old', 1)");
        let world = World::new(major, &before, &rows, &after, &[]).await;
        let create = step(&world, "create partition");
        assert!(!create.blocks_reads || !rest.is_empty(), "{create:?}");
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        if !rest.is_empty() {
            // Without the new partition the DEFAULT one takes its rows.
            world.database.run("INSERT INTO public.log VALUES (5000, '2025-03-03', 'new', 1)").await;
        }
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        let kinds = "SELECT string_agg(kind, ',' ORDER BY kind) FROM public.log WHERE id >= 4000";
        let wanted = if rest.is_empty() { "old" } else { "new,old" };
        assert_eq!(world.database.ask(kinds).await.as_deref(), Some(wanted), "{major}");
    }
}

/// Every kind of bound that is put into a CHECK is one that PostgreSQL believes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bounds_are_believed() {
    let bounds = [
        ("bigint", "RANGE (v)", "FROM (MINVALUE) TO (100)"),
        ("timestamptz", "RANGE (v)", "FROM ('2024-01-01 00:00+02') TO ('2025-01-01')"),
        ("text", "LIST (lower(v))", "IN ('it''s', 'b, c')"),
        ("varchar(9)", "LIST (v)", "IN ('a')"),
        ("integer", "LIST (v)", "IN (1, 2, NULL)"),
        ("boolean", "LIST (v)", "IN (true)"),
        ("bigint", "HASH (v)", "WITH (modulus 4, remainder 1)"),
        ("numeric", "RANGE ((v * 2))", "FROM (1.5) TO (MAXVALUE)"),
    ];
    for (at, (kind, key, bound)) in bounds.into_iter().enumerate() {
        let majors = testkit::majors();
        let major = majors[at % majors.len()];
        let parent = format!("CREATE TABLE p (\"a B\" integer, v {kind}) PARTITION BY {key}");
        let before = format!("{parent}; CREATE TABLE t (\"a B\" integer, v {kind})");
        let after = format!("{parent}; CREATE TABLE t PARTITION OF p FOR VALUES {bound}");
        let world = World::new(major, &before, "", &after, &[]).await;
        world.apply(Validate).await;
        assert_eq!(scans(&world, step(&world, "attach"), "t").await, "0", "{key} {bound} on {major}");
        assert_eq!(world.apply(Contract).await.arrived, Some(true));
        assert_eq!(world.roll_back(None).await.arrived, Some(true));
    }
}
