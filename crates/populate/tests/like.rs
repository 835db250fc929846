//! Rows like those of another database, judged by what ANALYZE says of both.

#![allow(clippy::unwrap_used, missing_docs)]

use connect::Session;
use model::{Name, Silent};
use populate::{Profile, Rows, populate_like};

/// As many rows as `LOCKKEEPER_POPULATE_LIKE_ROWS` says, 20,000 by default.
fn rows() -> u64 {
    std::env::var("LOCKKEEPER_POPULATE_LIKE_ROWS").map_or(20_000, |rows| rows.parse().unwrap())
}

const SCHEMA: &str = "
    CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
    CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL UNIQUE);
    CREATE TABLE public.items (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, fund_id bigint NOT NULL REFERENCES public.funds,
        other_id bigint REFERENCES public.funds,
        stage text, kind text NOT NULL CHECK (kind IN ('a', 'b', 'c')), amount numeric(12, 2) NOT NULL CHECK (amount >= 0),
        year integer NOT NULL CHECK (year BETWEEN 2000 AND 2030), at timestamptz NOT NULL, backwards date NOT NULL,
        feeling public.mood, ratio double precision, note text NOT NULL, code varchar(12), tags text[], never text)";

/// Skewed on purpose: a real database has hardly anything evenly spread.
fn data(rows: u64) -> String {
    format!(
        "INSERT INTO public.funds (slug) SELECT 'fund-' || i FROM generate_series(1, {rows} / 20) i;
         INSERT INTO public.items (fund_id, other_id, stage, kind, amount, year, at, backwards, feeling, ratio, note, code, tags)
         SELECT 1 + floor(power(r, 4) * {rows} / 20)::bigint, CASE WHEN i % 3 > 0 THEN 1 + i % 7 END,
             CASE WHEN r < 0.4 THEN 'seed' WHEN r < 0.6 THEN 'series a' WHEN r < 0.65 THEN 'series ' || i % 30 END,
             CASE WHEN r < 0.9 THEN 'a' WHEN r < 0.99 THEN 'b' ELSE 'c' END,
             round((exp(r * 12))::numeric, 2), 2000 + floor(r * r * 30)::int,
             '2020-01-01'::timestamptz + i * interval '1 minute', '2020-01-01'::date - (i / 10)::int,
             CASE WHEN r < 0.2 THEN NULL WHEN r < 0.9 THEN 'happy' ELSE 'sad' END::public.mood,
             sqrt(r), repeat('n', 80) || i, CASE WHEN i % 10 = 0 THEN 'c' || i END, ARRAY['x', 'y' || i % 3]
         FROM (SELECT i, (hashint8extended(i, 5) & 1048575) / 1048576.0 AS r FROM generate_series(1, {rows}) i) AS made;
         ANALYZE public.funds; ANALYZE public.items"
    )
}

/// What ANALYZE says of a column.
#[derive(Debug)]
struct Stats {
    nulls: f64,
    distinct: f64,
    correlation: f64,
    common: Option<f64>,
}

async fn stats(session: &Session, column: &str, rows: u64) -> Stats {
    let query = "SELECT null_frac, n_distinct, correlation, most_common_freqs[1] FROM pg_stats
        WHERE tablename = 'items' AND attname = $1";
    let row = session.query_one(query, &[&column]).await.unwrap();
    let distinct = f64::from(row.get::<_, f32>(1));
    Stats {
        nulls: f64::from(row.get::<_, f32>(0)),
        distinct: if distinct < 0.0 { -distinct * rows as f64 } else { distinct },
        correlation: f64::from(row.get::<_, Option<f32>>(2).unwrap_or_default()),
        common: row.get::<_, Option<f32>>(3).map(f64::from),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statistics_are_those_of_the_live_database() {
    let rows = rows();
    for major in testkit::majors() {
        let live = testkit::database(major).await;
        live.run(SCHEMA).await;
        live.run(&data(rows)).await;
        let session = live.connect().await;
        let profile = Profile::read(&session).await.unwrap();
        assert!(profile.len() >= 15, "{profile:?}");
        assert!(!format!("{profile:?}").contains("seed"), "a profile does not show values");
        let copy = testkit::database(major).await;
        copy.run(SCHEMA).await;
        let there = copy.connect().await;
        let schema = read::live::read(&there).await.unwrap();
        let wanted = Rows::each(rows).with(Name::new("public", "funds"), rows / 20);
        let filled = populate_like(&there, &schema, &wanted, &profile, 7, &Silent).await.unwrap();
        assert!(filled.unfilled.is_empty(), "{filled:?}");
        assert_eq!(filled.tables[&Name::new("public", "items")], rows, "{filled:?}");
        prove(&there).await;
        let columns = [
            "fund_id",
            "other_id",
            "stage",
            "kind",
            "amount",
            "year",
            "at",
            "backwards",
            "feeling",
            "ratio",
            "note",
            "code",
            "never",
        ];
        for column in columns {
            let (one, two) = (stats(&session, column, rows).await, stats(&there, column, rows).await);
            let context = format!("{major} {column}: live {one:?}, made {two:?}");
            assert!((one.nulls - two.nulls).abs() < 0.02, "{context}");
            let ratio = (two.distinct + 5.0) / (one.distinct + 5.0);
            assert!((0.6..=1.5).contains(&ratio), "{context}");
            if ["at", "backwards"].contains(&column) {
                assert!((one.correlation - two.correlation).abs() < 0.1, "{context}");
            }
            if let (Some(one), Some(two)) = (one.common, two.common) {
                assert!((one - two).abs() < 0.02, "{context}");
            }
        }
        histogram_is_alike(&session, &there).await;
    }
}

/// Every constraint proves itself on every row.
async fn prove(session: &Session) {
    let dangling =
        "SELECT count(*) FROM public.items i LEFT JOIN public.funds f ON f.id = i.fund_id WHERE f.id IS NULL";
    assert_eq!(session.query_one(dangling, &[]).await.unwrap().get::<_, i64>(0), 0);
    let checked = "ALTER TABLE public.items DROP CONSTRAINT items_fund_id_fkey;
        ALTER TABLE public.items ADD FOREIGN KEY (fund_id) REFERENCES public.funds;
        ALTER TABLE public.items ADD CHECK (kind IN ('a', 'b', 'c') AND amount >= 0 AND year BETWEEN 2000 AND 2030)";
    session.batch_execute(checked).await.unwrap();
}

/// The quantiles of a skewed column are those of the live one.
async fn histogram_is_alike(live: &Session, made: &Session) {
    let query = "SELECT percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY ln(amount::float8 + 1)) FROM public.items";
    let one: Vec<f64> = live.query_one(query, &[]).await.unwrap().get(0);
    let two: Vec<f64> = made.query_one(query, &[]).await.unwrap().get(0);
    for (one, two) in one.iter().zip(&two) {
        assert!((one - two).abs() < 0.5, "{one} and {two}");
    }
}

/// Scaled down a hundred times the shares stay.
#[tokio::test(flavor = "multi_thread")]
async fn fewer_rows_are_alike_too() {
    let live = testkit::database(15).await;
    live.run(SCHEMA).await;
    live.run(&data(20_000)).await;
    let profile = Profile::read(&live.connect().await).await.unwrap();
    let copy = testkit::database(15).await;
    copy.run(SCHEMA).await;
    let there = copy.connect().await;
    let schema = read::live::read(&there).await.unwrap();
    let wanted = Rows::each(200).with(Name::new("public", "funds"), 10);
    let filled = populate_like(&there, &schema, &wanted, &profile, 7, &Silent).await.unwrap();
    assert_eq!(filled.tables[&Name::new("public", "items")], 200, "{filled:?}");
    let share = "SELECT (count(*) FILTER (WHERE stage = 'seed') BETWEEN 55 AND 105)
        AND count(*) FILTER (WHERE feeling IS NULL) BETWEEN 20 AND 60 FROM public.items";
    assert_eq!(copy.ask(share).await.as_deref(), Some("t"));
}
