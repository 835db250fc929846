//! A sample holds rows of the live database, and every reference of them.

#![allow(clippy::unwrap_used, missing_docs)]

use model::{Name, Silent};
use populate::{Rows, sample};

const SCHEMA: &str = "
    CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, parent bigint REFERENCES public.funds,
        twice bigint GENERATED ALWAYS AS (id * 2) STORED);
    CREATE TABLE public.links (a bigint NOT NULL, b text NOT NULL, PRIMARY KEY (a, b));
    CREATE TABLE public.items (id serial PRIMARY KEY, fund_id bigint REFERENCES public.funds, a bigint, b text, tags text[], note text,
        FOREIGN KEY (a, b) REFERENCES public.links);
    CREATE TABLE public.chicken (id bigint PRIMARY KEY, egg bigint NOT NULL);
    CREATE TABLE public.egg (id bigint PRIMARY KEY, chicken bigint NOT NULL REFERENCES public.chicken);";
const CIRCLE: &str =
    "ALTER TABLE public.chicken ADD FOREIGN KEY (egg) REFERENCES public.egg DEFERRABLE INITIALLY DEFERRED";
const ROWS: &str = "
    INSERT INTO public.funds (name, parent) SELECT E'fund\\t' || i || E'\\n\\\\', CASE WHEN i > 10 THEN i - 10 END FROM generate_series(1, 2000) i;
    INSERT INTO public.links SELECT i, 'b' || i FROM generate_series(1, 2000) i;
    INSERT INTO public.items (fund_id, a, b, tags) SELECT 1 + i % 2000, CASE WHEN i % 2 = 0 THEN 1 + i % 2000 END, 'b' || (1 + i % 2000), ARRAY['x', NULL, 'y,z']
        FROM generate_series(1, 5000) i;
    INSERT INTO public.egg SELECT i, i FROM generate_series(1, 300) i;";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_copied_is_whole() {
    for major in testkit::majors() {
        let (live, copy) = (testkit::database(major).await, testkit::database(major).await);
        for database in [&live, &copy] {
            database.run(SCHEMA).await;
        }
        live.run("INSERT INTO public.chicken SELECT i, i FROM generate_series(1, 300) i").await;
        live.run(ROWS).await;
        for database in [&live, &copy] {
            database.run(CIRCLE).await;
        }
        let (from, to) = (live.connect().await, copy.connect().await);
        let schema = read::live::read(&to).await.unwrap();
        let rows = Rows::each(100).with(Name::new("public", "items"), 400);
        let filled = sample(&from, &to, &schema, &rows, &Silent).await.unwrap();
        assert_eq!(filled.tables[&Name::new("public", "funds")], 100, "{filled:?}");
        let items: i64 = to.query_one("SELECT count(*) FROM public.items", &[]).await.unwrap().get(0);
        assert!((50..=400).contains(&items), "{items}");
        // The rows are those of the live database, value for value.
        let sum = "SELECT sum(hashtextextended(t::text, 0))::text FROM public.funds t WHERE id IN";
        let ids = copy.ask("SELECT string_agg(id::text, ',') FROM public.funds").await.unwrap();
        let query = format!("{sum} ({ids})");
        assert_eq!(live.ask(&query).await, copy.ask(&query).await);
        // Every reference proves itself.
        let prove = "DO $$ DECLARE c record; BEGIN FOR c IN SELECT conrelid::regclass AS t, conname, pg_get_constraintdef(oid) AS d
            FROM pg_constraint WHERE contype = 'f' LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.t, c.conname, c.d); END LOOP; END $$";
        copy.run(prove).await;
        // A new row gets a new number.
        copy.run(
            "INSERT INTO public.funds (name) VALUES ('new'); INSERT INTO public.items (note) VALUES ('new')",
        )
        .await;
    }
}
