//! Keys: of partitioned tables, defined anew under their names, and with identities.

use model::PhaseName::{Contract, Expand};
use model::{Action, Step};

use crate::world::{Application, World};

const EVENTS: &str = "
    CREATE TABLE funds (id bigint PRIMARY KEY);
    CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text NOT NULL, fund bigint) PARTITION BY RANGE (at);
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
    CREATE TABLE events_2025_a PARTITION OF events_2025 FOR VALUES IN ('a');
    CREATE TABLE events_2025_rest PARTITION OF events_2025 DEFAULT";
const ROWS: &str = "INSERT INTO funds SELECT generate_series(1, 9);
    INSERT INTO events SELECT n, date '2024-01-01' + n % 700, chr(97 + n % 3), 1 + n % 9 FROM generate_series(1, 5000) n";
const APPLICATION: [&str; 2] = [
    "INSERT INTO events VALUES ($n, '2025-03-04', 'a', 3), ($n, '2024-03-04', 'b', 4)",
    "UPDATE events SET fund = 5 WHERE id = $n - 20",
];

/// How often rows of the partitions are read by the statements of a step, when they run now.
async fn scans(world: &World, step: &Step) -> i64 {
    let Action::Transaction { sql } = &step.action else { panic!("{} is no transaction", step.title) };
    let sql: Vec<String> = sql.iter().map(|sql| format!("{sql};")).collect();
    let scans =
        "SELECT sum(pg_stat_get_xact_numscans(relid))::bigint FROM pg_partition_tree('public.events')";
    let session = world.database.connect().await;
    session.batch_execute(&format!("BEGIN; {}", sql.concat())).await.unwrap();
    let found: i64 = session.query_one(scans, &[]).await.unwrap().get(0);
    session.batch_execute("ROLLBACK").await.unwrap();
    session.close().await;
    found
}

/// UNIQUE, PRIMARY KEY and FOREIGN KEY come through the partitions; what joins them reads nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_come_through_the_partitions() {
    for major in testkit::majors() {
        let after = format!(
            "{EVENTS}; ALTER TABLE events ADD PRIMARY KEY (id, at, kind); ALTER TABLE events ADD UNIQUE (at, id, kind);
             ALTER TABLE events ADD FOREIGN KEY (fund) REFERENCES funds ON DELETE CASCADE"
        );
        let world = World::new(major, EVENTS, ROWS, &after, &[]).await;
        let application = Application::start(&world.database, &APPLICATION);
        world.apply(Expand).await;
        let joins = world.plan.steps.iter().filter(|step| step.title.contains("as events_fund_id"));
        for join in joins {
            assert_eq!(scans(&world, join).await, 0, "{major}: {}", join.title);
        }
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        let valid = "SELECT count(*) || ' ' || bool_and(convalidated) FROM pg_constraint
            WHERE contype IN ('p', 'u', 'f') AND conrelid::regclass::text LIKE '%events%'";
        assert_eq!(world.database.ask(valid).await.as_deref(), Some("15 true"), "{major}");
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        assert_eq!(world.database.ask(valid).await, None, "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} statements failed on {major}");
    }
}

/// A CHECK and a UNIQUE that keep their names: there is never a moment in which rows go unchecked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn constraints_defined_anew_are_never_missing() {
    let before = "CREATE TABLE funds (id bigint PRIMARY KEY, kind text NOT NULL, code text,
        CONSTRAINT kinds CHECK (kind IN ('a', 'b')), CONSTRAINT codes UNIQUE (code))";
    let after =
        before.replace("('a', 'b')", "('a', 'b', 'c')").replace("UNIQUE (code)", "UNIQUE (kind, code)");
    let rows = "INSERT INTO funds SELECT n, 'a', n FROM generate_series(1, 6000) n";
    for major in testkit::majors() {
        let world = World::new(major, before, rows, &after, &[]).await;
        let wrong = "DO $$ BEGIN INSERT INTO funds VALUES ($n, 'wrong', $n); RAISE 'it went in'; EXCEPTION WHEN check_violation THEN NULL; END $$";
        let twice = "DO $$ BEGIN INSERT INTO funds VALUES ($n, 'a', 17); RAISE 'it went in'; EXCEPTION WHEN unique_violation THEN NULL; END $$";
        let application = Application::start(&world.database, &[wrong, twice]);
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} statements failed on {major}");
        assert!(
            world.plan.steps.iter().all(|step| step.effect.scans.is_empty() || !step.blocks_writes),
            "{major}"
        );
    }
}

/// Numbers go on where they were, from a sequence to an identity and back, and behind what is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_never_come_twice() {
    let tables = |kinds: [&str; 3]| {
        let [a, b, c] = kinds;
        format!(
            "CREATE TABLE a (id {a} PRIMARY KEY, note text); CREATE TABLE b (id {b} PRIMARY KEY, note text); CREATE TABLE c (id {c} PRIMARY KEY, note text)"
        )
    };
    let identity = "integer GENERATED BY DEFAULT AS IDENTITY";
    let before = tables(["serial", identity, "integer"]);
    let after = tables([identity, "serial", identity]);
    let rows = "INSERT INTO a (note) SELECT n FROM generate_series(1, 700) n; INSERT INTO b (note) SELECT n FROM generate_series(1, 700) n;
        INSERT INTO c SELECT n FROM generate_series(1, 700) n";
    for major in testkit::majors() {
        let world = World::new(major, &before, rows, &after, &[]).await;
        let application = Application::start(
            &world.database,
            &["INSERT INTO a (note) VALUES ('$n')", "INSERT INTO b (note) VALUES ('$n')"],
        );
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        world.database.run("INSERT INTO public.c (note) VALUES ('new')").await;
        assert_eq!(
            world.database.ask("SELECT max(id) FROM public.c").await.as_deref(),
            Some("701"),
            "{major}"
        );
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} statements failed on {major}");
    }
}
