//! A live read needs nothing but to connect, and a fixed number of queries.
//!
//! `LOCKKEEPER_READ_TABLES` is how many tables the timed reading has (100).

use std::time::Instant;

const RICH: &str = include_str!("rich.sql");

#[tokio::test]
async fn a_user_who_may_only_connect_reads_the_same() {
    for major in testkit::majors() {
        let database = testkit::database(major).await;
        database.run(RICH).await;
        let session = database.connect().await;
        let all = read::live::read(&session).await.expect("a superuser can read");
        session.batch_execute("CREATE ROLE reader_only; SET ROLE reader_only").await.expect("a role");
        let least = read::live::read(&session).await;
        session.batch_execute("RESET ROLE; DROP ROLE reader_only").await.expect("it goes");
        assert_eq!(least.expect("the catalog is everyone's").fingerprint(), all.fingerprint(), "{major}");
    }
}

#[tokio::test]
async fn many_tables_take_no_more_queries() {
    let count = std::env::var("LOCKKEEPER_READ_TABLES").map_or(100, |text| text.parse().expect("a number"));
    for major in testkit::majors() {
        let database = testkit::database(major).await;
        let tables: String = (0..count)
            .map(|n| {
                format!(
                    "CREATE TABLE public.t{n} (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'x', \
                     at timestamptz DEFAULT now(), other bigint REFERENCES public.t{n}, CHECK (id > 0));
                     CREATE INDEX ON public.t{n} (name, at);"
                )
            })
            .collect();
        database.run(&tables).await;
        let session = database.connect().await;
        read::live::read(&session).await.expect("it can be read");
        let mut best = f64::MAX;
        for _ in 0..5 {
            let started = Instant::now();
            let schema = read::live::read(&session).await.expect("it can be read");
            best = best.min(started.elapsed().as_secs_f64() * 1000.0);
            assert_eq!(schema.tables.len(), count);
        }
        eprintln!("{major}: {count} tables in {best:.0} ms");
    }
}
