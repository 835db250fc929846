//! Tables with partitions.

use model::PhaseName::Contract;

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
