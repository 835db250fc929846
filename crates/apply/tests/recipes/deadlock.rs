//! An application that locks in the other order.

use model::PhaseName::Contract;

use crate::world::{Application, World};

/// The plan's transaction gives way, whatever the order in which an application takes its locks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_application_is_never_the_victim_of_a_deadlock() {
    let before = "CREATE TABLE a (id bigint PRIMARY KEY, n integer); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, n integer)";
    let after = "CREATE TABLE a (id bigint PRIMARY KEY, n integer);
        CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a, n integer)";
    let rows = "INSERT INTO a SELECT n, n FROM generate_series(1, 200) n; INSERT INTO b SELECT n, n, n FROM generate_series(1, 200) n";
    let statements = ["BEGIN; UPDATE b SET n = 1 WHERE id = $n % 200; SELECT pg_sleep(0.02); UPDATE a SET n = 2 WHERE id = $n % 200; COMMIT";
        3];
    for major in testkit::majors() {
        let world = World::new(major, before, rows, after, &[]).await;
        let application = Application::start(&world.database, &statements);
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} transactions failed on {major}");
    }
}
