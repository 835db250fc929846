//! What stands on a change is never missing.

use std::time::Duration;

use model::PhaseName::Contract;

use crate::world::{Application, World};

/// A view is made anew with a column less, and another is only in the way of a change of type.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_are_never_missing() {
    let before = "CREATE TABLE funds (id bigint PRIMARY KEY, name text, size integer, note text);
        CREATE VIEW big AS SELECT id, name, note FROM funds WHERE size > 100;
        CREATE VIEW names AS SELECT id FROM big";
    let after = "CREATE TABLE funds (id bigint PRIMARY KEY, name text, size bigint, note text);
        CREATE VIEW big AS SELECT id, name FROM funds WHERE size > 10;
        CREATE VIEW names AS SELECT id FROM big";
    let rows = "INSERT INTO funds SELECT n, n, n, n FROM generate_series(1, 500) n";
    for major in testkit::majors() {
        let world = World::new(major, before, rows, after, &[]).await;
        let application = Application::start(
            &world.database,
            &["SELECT count(id) FROM big", "SELECT count(*) FROM names WHERE id > 7"],
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 10, "{failed} of {done} statements failed on {major}");
    }
}
