//! What only a team's memory in PostgreSQL has.

use remember::{ListQuery, Memory, Options, Recorded};
use testkit::TestDatabase;

use crate::common;

fn options(folder: &tempfile::TempDir, database: &TestDatabase) -> Options {
    Options::team(folder.path(), database.target().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn may_be_called_within_a_runtime_and_set_up_by_several_at_once() {
    let database = testkit::database(15).await;
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &'static str| {
        let options = options(&folder, &database);
        std::thread::spawn(move || {
            let memory = Memory::open(&options).unwrap();
            assert!(matches!(memory.record_step(&common::step(name, 0)), Recorded::Stored));
        })
    };
    let opened: Vec<_> = ["r1", "r2", "r3"].map(open).into_iter().collect();
    opened.into_iter().for_each(|thread| thread.join().unwrap());
    let memory = Memory::open(&options(&folder, &database)).unwrap();
    assert_eq!(memory.list(&ListQuery::default()).unwrap().entries.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_down_makes_receipts_wait() {
    let database = testkit::database(15).await;
    let folder = tempfile::tempdir().unwrap();
    let away = Options::team(folder.path(), database.target().with_database("not_there"));
    let memory = Memory::open_lazily(&away);
    for ordinal in 0..3 {
        assert!(matches!(memory.record_step(&common::step("r1", ordinal)), Recorded::Spooled(_)));
    }
    let memory = Memory::open(&options(&folder, &database)).unwrap();
    assert_eq!(memory.list(&ListQuery::default()).unwrap().entries.len(), 3);
}

/// A role with what `role.sql` grants can do its work, and the server itself keeps it to its tenant.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_little_privilege_sees_its_tenant_alone() {
    let database = testkit::database(15).await;
    let folder = tempfile::tempdir().unwrap();
    for tenant in ["ours", "theirs"] {
        let options = options(&folder, &database).tenant(tenant.parse().unwrap());
        Memory::open(&options).unwrap().record_step(&common::step(tenant, 0));
    }
    let role = format!("memory_user_{}", database.name().as_str().to_lowercase());
    let role = model::Ident::new(role.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    let grants =
        include_str!("../../src/store/postgres/role.sql").replace("lockkeeper_user", &role.to_string());
    database.run(model::sql!("CREATE ROLE {} LOGIN", role).as_str()).await;
    database.run(&grants).await;

    let as_role = Options::team(folder.path(), database.target().with_user(role.as_str(), None));
    let ours = Memory::open(&as_role.clone().tenant("ours".parse().unwrap())).unwrap();
    assert!(matches!(ours.record_step(&common::step("ours", 1)), Recorded::Stored));
    assert_eq!(ours.search("type:step", 9).unwrap().results.len(), 2);

    let session = connect::connect(&database.target().with_user(role.as_str(), None), "test").await.unwrap();
    for (tenant, seen) in [("", 0), ("ours", 2), ("theirs", 1)] {
        session.execute("SELECT set_config('lockkeeper.tenant', $1, false)", &[&tenant]).await.unwrap();
        for table in ["entry", "document"] {
            let count = model::sql!("SELECT count(*) FROM lockkeeper_memory.{}", model::Ident::new(table));
            let count: i64 = session.query_one(count.as_str(), &[]).await.unwrap().get(0);
            assert_eq!(count, seen, "{table} as {tenant:?}");
        }
    }
    for refused in ["UPDATE lockkeeper_memory.entry SET body = ''", "TRUNCATE lockkeeper_memory.entry"] {
        assert!(session.batch_execute(refused).await.is_err(), "{refused}");
    }
    let update = database.connect().await.batch_execute("UPDATE lockkeeper_memory.entry SET body = ''").await;
    assert!(connect::describe(&update.unwrap_err()).contains("append-only"));
    drop(ours);
    session.close().await;
    database.run(model::sql!("DROP OWNED BY {}", role).as_str()).await;
    database.run(model::sql!("DROP ROLE {}", role).as_str()).await;
}
