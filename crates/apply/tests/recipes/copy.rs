//! Types that rewrite every row, changed by way of a copy of the table.

use std::time::Duration;

use model::PhaseName::{Backfill, Cleanup, Contract, Expand, Switch};

use crate::world::{Application, World};

/// Foreign keys from it, to it and to itself; what a schema tells of a table and what it does not.
const BEFORE: &str = "
    CREATE ROLE reader_$n; CREATE ROLE clerk_$n;
    CREATE TABLE owners (id bigint PRIMARY KEY);
    CREATE TABLE funds (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, size integer NOT NULL DEFAULT 7 CHECK (size > 0),
      code serial, owner_id bigint REFERENCES owners ON DELETE CASCADE, parent integer REFERENCES funds ON DELETE SET NULL,
      doubled bigint GENERATED ALWAYS AS (code * 2) STORED, touched integer NOT NULL DEFAULT 0) WITH (fillfactor = 90);
    COMMENT ON TABLE funds IS 'of all kinds';
    COMMENT ON COLUMN funds.size IS 'in euros';
    ALTER TABLE funds ALTER name SET STATISTICS 50;
    CREATE INDEX funds_size ON funds (size DESC, id) WHERE size > 3;
    CREATE INDEX funds_parent ON funds (parent);
    CREATE INDEX funds_owner_id ON funds (owner_id);
    CREATE TABLE investments (id bigint PRIMARY KEY, fund_id integer NOT NULL REFERENCES funds ON DELETE CASCADE);
    CREATE INDEX investments_fund_id ON investments (fund_id);
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END';
    CREATE TRIGGER touch BEFORE UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION touch();
    ALTER TABLE funds ENABLE ROW LEVEL SECURITY;
    CREATE POLICY all_of_it ON funds USING (size > 0);
    GRANT SELECT ON funds TO reader_$n; GRANT UPDATE (name) ON funds TO clerk_$n WITH GRANT OPTION";

const ROWS: &str = "
    INSERT INTO owners SELECT n FROM generate_series(1, 100) n;
    INSERT INTO funds (name, size, owner_id, parent) SELECT 'fund ' || n, n, 1 + n % 90, CASE WHEN n > 100 THEN n - 100 END
      FROM generate_series(1, 60000) n;
    INSERT INTO investments SELECT n, 1 + n % 5000 FROM generate_series(1, 8000) n";

const SUM: &str =
    "SELECT (SELECT sum(hashtextextended(f::text, 0)::numeric) FROM public.funds f WHERE id <= 50000) || ' '
    || (SELECT sum(hashtextextended(i::text, 0)::numeric) FROM public.investments i WHERE id <= 8000)";

/// What the model of a schema leaves out.
const LIKENESS: &str = "SELECT string_agg(concat_ws(' ', c.relacl, c.reloptions, pg_get_userbyid(c.relowner),
      (SELECT string_agg(concat_ws(' ', a.attname, a.attacl, nullif(a.attstattarget, -1)), ', ' ORDER BY a.attnum) FROM pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND (a.attacl IS NOT NULL OR a.attstattarget > 0)),
      pg_get_serial_sequence('public.funds', 'code'), pg_get_serial_sequence('public.funds', 'id')), ';')
    FROM pg_class c WHERE c.oid = 'public.funds'::regclass";

const APPLICATION: [&str; 8] = [
    "INSERT INTO funds (name, owner_id) VALUES ('new $n', 95)",
    "UPDATE funds SET size = size + 1 WHERE id = 50001 + $n % 9000 AND size < 2000000",
    "BEGIN; INSERT INTO owners VALUES ($n); INSERT INTO funds (name, owner_id) VALUES ('owned $n', $n); DELETE FROM owners WHERE id = $n; COMMIT",
    "DELETE FROM funds WHERE id = 59001 + $n % 999",
    "WITH f AS (INSERT INTO funds (name) VALUES ('with $n') RETURNING id) INSERT INTO investments SELECT $n + 1000000, id FROM f",
    "BEGIN; UPDATE funds SET name = 'swap' WHERE id = 55001; UPDATE funds SET name = 'fund 55001 of $n' WHERE id = 55002;
       UPDATE funds SET name = 'fund 55002 of $n' WHERE id = 55001; COMMIT",
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY; SELECT count(*) FROM funds WHERE id < 100; COMMIT",
    "INSERT INTO funds (name, parent) VALUES ('fund 5', 6) ON CONFLICT (name) DO UPDATE SET parent = EXCLUDED.parent WHERE funds.id > 50000",
];

fn before() -> String {
    // Roles belong to the whole server.
    BEFORE.replace("$n", &std::process::id().to_string())
}

fn wanted() -> String {
    let whole = before();
    let (_, tables) = whole.split_once(';').unwrap();
    let (_, tables) = tables.split_once(';').unwrap();
    tables
        .replace("id integer GENERATED", "id bigint GENERATED")
        .replace("size integer", "size numeric")
        .replace("parent integer", "parent bigint")
}

/// To the end of each phase and back, under an application that uses all of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_takes_the_place_and_gives_it_back() {
    for major in testkit::majors() {
        let world = World::new(major, &before(), ROWS, &wanted(), &[]).await;
        let review = plan::review::review(&world.plan);
        assert!(world.plan.steps.iter().any(|step| step.recipe == "copy_table"), "{review}");
        let database = &world.database;
        let (sum, likeness) = (database.ask(SUM).await, database.ask(LIKENESS).await);
        for phase in [Expand, Backfill, Switch] {
            let application = Application::start(database, &APPLICATION);
            tokio::time::sleep(Duration::from_millis(50)).await;
            world.apply(phase).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            let back = world.roll_back(None).await;
            let (failed, done) = application.stop().await;
            assert!(back.arrived == Some(true), "{major} to {phase} and back");
            assert!(
                failed == 0 && done > 20,
                "{failed} of {done} statements failed on {major} to {phase} and back"
            );
            assert_eq!(database.ask(SUM).await, sum, "{major} to {phase} and back");
            assert_eq!(database.ask(LIKENESS).await, likeness, "{major} to {phase} and back");
        }
        let application = Application::start(database, &APPLICATION);
        world.apply(Switch).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let back = world.roll_back(Some(Expand)).await;
        assert!(back.arrived.is_none(), "{major}");
        let again = world.apply(Contract).await;
        assert_eq!(again.arrived, Some(true), "{major}: {}", again.message);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (failed, done) = application.stop().await;
        assert!(failed == 0 && done > 20, "{failed} of {done} statements failed on {major} there");
        assert_eq!(database.ask(LIKENESS).await, likeness, "{major}");
        // The kept table is in step once everything noted is taken over.
        let rows = "SELECT count(*) || ' ' || sum(id) || ' ' || sum(size)::bigint FROM public.funds";
        let there = database.ask(rows).await;
        world.roll_back(None).await;
        assert_eq!(database.ask(rows).await, there, "{major}: rows written after the switch");
        world.apply(Cleanup).await;
        let left = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname LIKE 'lockkeeper%' AND c.relname NOT IN ('journal', 'runs', 'steps', 'attempts', 'backfills', 'settings') AND c.relkind = 'r'";
        assert_eq!(database.ask(left).await.as_deref(), Some("0"), "{major}");
        assert_eq!(
            database.ask("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%lockkeeper%'").await.as_deref(),
            Some("0")
        );
    }
}
