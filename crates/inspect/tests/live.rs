//! Figures are those of the server.

use std::time::Duration;

use inspect::live;
use model::{Change, Index, Name, Silent};
use shadow::{Shadow, ShadowOptions};

#[tokio::test(flavor = "multi_thread")]
async fn sequences_end_where_their_columns_do() {
    for major in testkit::majors() {
        let database = testkit::database(major).await;
        let made = "CREATE TABLE public.a (id serial PRIMARY KEY, n smallint GENERATED ALWAYS AS IDENTITY);
            CREATE SEQUENCE public.down INCREMENT -1 MINVALUE -1000 CYCLE; CREATE SEQUENCE public.wide;
            CREATE SEQUENCE public.unused; SELECT setval('public.a_id_seq', 2000000000), setval('public.down', -900);
            ALTER SEQUENCE public.wide OWNED BY public.a.id; SELECT setval('public.wide', 2000000000)";
        database.run(made).await;
        let figures = live(database.target(), &[]).await.expect("it answers");
        let of = |name: &str| figures.sequences.iter().find(|each| each.name == Name::new("public", name));
        let (serial, down) = (of("a_id_seq").expect("it is used"), of("down").expect("it is used"));
        assert_eq!((serial.last, serial.limit), (2_000_000_000, 2_147_483_647), "{serial:?}");
        assert_eq!(serial.column.as_deref(), Some("integer public.a.id"));
        assert_eq!(of("wide").map(|each| each.limit), Some(2_147_483_647));
        assert_eq!((down.last, down.limit, down.cycles), (900, 1_000, true));
        assert!(of("unused").is_none() && of("a_n_seq").is_none(), "{:?}", figures.sequences);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_are_counted_between_two_samples() {
    let database = testkit::database(testkit::majors()[0]).await;
    database.run("CREATE TABLE public.w (id int)").await;
    let target = database.target().clone();
    let writer = connect::connect(&target, "lockkeeper test").await.expect("a session");
    let writing = tokio::spawn(async move {
        for _ in 0..40 {
            writer
                .batch_execute("INSERT INTO public.w SELECT generate_series(1, 50)")
                .await
                .expect("it writes");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let figures = live(&target, &[]).await.expect("it answers");
    writing.await.expect("it ends");
    let rate = figures.writes_per_second.get(&Name::new("public", "w")).copied().unwrap_or(0.0);
    assert!(figures.writes_basis.contains("samples"), "{}", figures.writes_basis);
    // The counters come in about once a second, so a sample can hold two seconds' writes or none of the last.
    assert!((0.0..=4_000.0).contains(&rate), "{rate}");
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_name_an_index_are_found() {
    let major = testkit::majors()[0];
    let settings = vec![("shared_preload_libraries".to_owned(), "pg_stat_statements".to_owned())];
    let options = ShadowOptions { settings, ..ShadowOptions::of(major) };
    let Ok(server) = Shadow::start(&options, &Silent).await else {
        testkit::skip("pg_stat_statements");
        return;
    };
    let database = server.create_database(None).await.expect("a database");
    let session = connect::connect(&database.target, "lockkeeper test").await.expect("a session");
    let made = "CREATE EXTENSION pg_stat_statements SCHEMA public;
        CREATE TABLE public.funds (id int, strategy text); CREATE INDEX by_strategy ON public.funds (strategy)";
    session.batch_execute(made).await.expect("it is made");
    for query in [
        "SELECT * FROM public.funds WHERE strategy = 'a'",
        "SELECT * FROM public.funds WHERE strategy = 'b'",
        "SELECT count(*) FROM public.funds",
    ] {
        session.simple_query(query).await.expect("it answers");
    }
    session.close().await;
    let (table, index) = (Name::new("public", "funds"), Index::btree("by_strategy", &["strategy"]));
    let figures = live(&database.target, &[Change::DropIndex { table, index }]).await.expect("it answers");
    let readers = figures.index_readers.get(&Name::new("public", "by_strategy"));
    assert_eq!(readers.map(|readers| (readers.statements, readers.calls)), Some((1, 2)), "{figures:?}");
}

/// Who may not look into the sessions of others knows that they are there, and not what they do.
#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_are_hidden_are_unknown_and_not_none() {
    for major in testkit::majors() {
        let database = testkit::database(major).await;
        let role = format!("lockkeeper_traffic_reader_{major}");
        database.run(&format!("CREATE ROLE {role} LOGIN")).await;
        let other = database.connect().await;
        other.batch_execute("BEGIN; SELECT pg_backend_pid()").await.expect("a transaction");
        let target = database.target().with_user(&role, None);
        let own = connect::connect(&target, "lockkeeper test").await.expect("a session");
        let hidden = read::statistics(&own).await.expect("it answers");
        database.run(&format!("GRANT pg_monitor TO {role}")).await;
        let shown = read::statistics(&own).await.expect("it answers");
        own.close().await;
        other.close().await;
        database.run(&format!("DROP ROLE {role}")).await;
        assert_eq!((hidden.active_transactions, hidden.longest_transaction_ms), (None, None), "{major}");
        assert_eq!(shown.active_transactions, Some(1), "{major}");
        assert!(shown.longest_transaction_ms.is_some(), "{major}");
    }
}
