//! The example's data, judged by the server: every constraint proves itself on all rows.

#![allow(clippy::unwrap_used, missing_docs)]

use model::{Ident, Silent};
use populate::funds::{FundsRows, SCHEMA, load};
use testkit::TestDatabase;

/// Drops each constraint and adds it again, which has the server check every row.
const PROVE: &str = "DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS t, conname, pg_get_constraintdef(oid) AS d
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.t, c.conname, c.d);
    END LOOP; END $$";

async fn count(database: &TestDatabase, table: &str) -> u64 {
    let query = format!("SELECT count(*) FROM public.{table}");
    database.ask(&query).await.unwrap().parse().unwrap()
}

async fn holds(database: &TestDatabase, rows: &FundsRows) {
    for (table, expected) in [
        ("funds", rows.funds),
        ("investments", rows.investments),
        ("fund_events", rows.fund_events),
        ("scenarios", rows.scenarios),
        ("carry_waterfalls", rows.carry_waterfalls),
        ("monte_carlo_results", rows.monte_carlo_results),
    ] {
        assert_eq!(count(database, table).await, expected, "{table}");
    }
    database.run(PROVE).await;
    // Identity columns go on behind the rows.
    database.run("INSERT INTO public.funds (slug, name) VALUES ('new', 'new')").await;
    let indexes =
        "SELECT string_agg(indexdef, '; ' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'public'";
    let empty = testkit::database(15).await;
    empty.run(&format!("SET search_path = public; {SCHEMA}")).await;
    assert_eq!(database.ask(indexes).await, empty.ask(indexes).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_is_filled_as_asked() {
    for major in testkit::majors() {
        for rows in [FundsRows::with_funds(3_000), FundsRows::with_events(5_000), FundsRows::with_funds(1)] {
            let database = testkit::database(major).await;
            load(database.target(), &rows, &Silent).await.unwrap();
            holds(&database, &rows).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn investments_have_every_spelling_and_some_none() {
    let database = testkit::database(15).await;
    load(database.target(), &FundsRows::with_investments(20_000), &Silent).await.unwrap();
    let spellings = "SELECT count(DISTINCT stage) FROM public.investments";
    assert!(database.ask(spellings).await.unwrap().parse::<u32>().unwrap() > 150);
    let none = "SELECT count(*) > 100 FROM public.investments WHERE stage IS NULL";
    assert_eq!(database.ask(none).await.as_deref(), Some("t"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_power_fills_it_too() {
    let database = testkit::database(15).await;
    let role = format!("filler_{}", std::process::id());
    let (ident, name) = (Ident::new(role.as_str()), database.name());
    database.run(&format!("CREATE ROLE {ident} LOGIN; GRANT CREATE ON SCHEMA public TO {ident}")).await;
    database.run(&format!("GRANT ALL ON DATABASE {name} TO {ident}")).await;
    let target = database.target().with_user(&role, None);
    let loaded = load(&target, &FundsRows::with_funds(2_000), &Silent).await;
    let count = count(&database, "funds").await;
    database.run(&format!("DROP OWNED BY {ident}; DROP ROLE {ident}")).await;
    loaded.unwrap();
    assert_eq!(count, 2_000);
}
