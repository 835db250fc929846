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

/// Two tables with a key between them, and all that reads them.
const READ: &str = "
    CREATE TABLE funds (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text NOT NULL, cents integer NOT NULL DEFAULT 0,
      net integer GENERATED ALWAYS AS (cents / 2) STORED);
    CREATE TABLE investments (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
      fund_id integer NOT NULL REFERENCES funds ON DELETE CASCADE, units integer NOT NULL DEFAULT 1);
    CREATE INDEX investments_fund_id ON investments (fund_id);
    CREATE TABLE notes (id bigint PRIMARY KEY, fund_id bigint);
    CREATE VIEW names WITH (security_barrier = true) AS SELECT name FROM funds;
    CREATE VIEW loud_names AS SELECT upper(name) AS name FROM names;
    CREATE VIEW totals AS SELECT f.id, sum(i.units) AS units FROM funds f JOIN investments i ON i.fund_id = f.id GROUP BY f.id;
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_funds ON notes USING (EXISTS (SELECT FROM funds f WHERE f.id = fund_id))";

/// From 14 on the server knows what such a function reads.
const ATOMIC: &str = "; CREATE FUNCTION count_funds() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM funds; END";

const READ_ROWS: &str = "
    INSERT INTO funds (name, cents) SELECT 'fund ' || n, n FROM generate_series(1, 2000) n;
    INSERT INTO investments (fund_id) SELECT 1 + n % 2000 FROM generate_series(1, 60000) n;
    INSERT INTO notes SELECT n, n FROM generate_series(1, 100) n";

const READ_SUM: &str = "SET search_path = public;
    SELECT (SELECT sum(hashtextextended(f::text, 0)::numeric) FROM (SELECT id, name, cents, net FROM funds WHERE id <= 2000) f) || ' '
    || (SELECT sum(hashtextextended(i::text, 0)::numeric) FROM (SELECT id, fund_id, units FROM investments WHERE id <= 60000) i)";

/// Whether everything that reads the tables reads those that the application writes to.
const AGREES: &str = "SET search_path = public; SELECT ((SELECT count(*) FROM names) = count(*)
    AND (SELECT count(*) FROM loud_names) = count(*) AND (SELECT count(*) FROM totals WHERE id > 2000) = count(*) FILTER (WHERE id > 2000))::text
    || (SELECT count(*) FROM pg_class WHERE oid = 'names'::regclass AND 'security_barrier=true' = ANY (reloptions)) FROM funds";

/// Views, a policy and a function read the copies from the moment of the swap on, and the tables after the way back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_change_places_together_with_all_that_reads_them() {
    for major in testkit::majors() {
        let before = if major < 14 { READ.to_owned() } else { format!("{READ}{ATOMIC}") };
        let after = before
            .replace("id integer", "id bigint")
            .replace("cents integer", "cents bigint")
            .replace("net integer", "label text GENERATED ALWAYS AS (name || '!') STORED, net bigint")
            .replace("(fund_id);", "(fund_id, units);");
        let world = World::new(major, &before, READ_ROWS, &after, &[]).await;
        let database = &world.database;
        let told = format!("{major}\n{}", plan::review::review(&world.plan));
        let copies = world.plan.steps.iter().filter(|step| step.title.contains("compare every row")).count();
        assert_eq!(copies, 2, "{told}");
        let sum = database.ask(READ_SUM).await;
        let counts = if major < 14 { "SELECT 1" } else { "SELECT count_funds()" };
        let statements = [
            "WITH f AS (INSERT INTO funds (name, cents) VALUES ('new $n', 1) RETURNING id) INSERT INTO investments (fund_id) SELECT id FROM f",
            "UPDATE funds SET cents = cents + 1 WHERE id > 2000",
            "SELECT count(*) FROM loud_names WHERE name LIKE 'NEW%1'",
            "SELECT sum(units) FROM totals WHERE id < 50",
            "SELECT count(*) FROM notes",
            counts,
        ];
        for phase in [Backfill, Switch, Contract] {
            let application = Application::start(database, &statements);
            tokio::time::sleep(Duration::from_millis(50)).await;
            let there = world.apply(phase).await;
            assert_ne!(there.arrived, Some(false), "{}\n{told}", world.difference().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert_eq!(database.ask(READ_SUM).await, sum, "to {phase} on {told}");
            let back = world.roll_back(None).await;
            let (failed, done) = application.stop().await;
            assert_eq!(database.ask(AGREES).await.as_deref(), Some("true1"), "{phase} and back on {told}");
            assert!(back.arrived == Some(true), "{phase} and back on {told}");
            assert!(
                failed == 0 && done > 20,
                "{failed} of {done} statements failed: {phase} and back on {told}"
            );
            assert_eq!(database.ask(READ_SUM).await, sum, "{phase} and back on {told}");
        }
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{told}");
        database.run("INSERT INTO public.funds (name) VALUES ('last')").await;
        database.run("INSERT INTO public.investments (fund_id) SELECT max(id) FROM public.funds").await;
        assert_eq!(database.ask(AGREES).await.as_deref(), Some("true1"), "{told}");
        world.apply(Cleanup).await;
    }
}

/// What reads the table and came after the plan was made stops the swap, and nothing of it is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_that_the_plan_does_not_know_stops_the_swap() {
    let before = "CREATE TABLE funds (id bigint PRIMARY KEY, cents integer)";
    let rows = "INSERT INTO funds SELECT n, n FROM generate_series(1, 50000) n";
    let world = World::new(16, before, rows, &before.replace("integer", "bigint"), &[]).await;
    world.apply(Expand).await;
    let count = "SELECT count(*) FROM public.late";
    world.database.run("CREATE VIEW public.late AS SELECT id FROM public.funds").await;
    let fault = world.try_apply(Contract).await.unwrap_err().to_string();
    assert!(fault.contains("late stands on") || fault.contains("drift"), "{fault}");
    assert_eq!(world.database.ask(count).await.as_deref(), Some("50000"));
    world.database.run("DROP VIEW public.late").await;
    assert_eq!(world.apply(Contract).await.arrived, Some(true));
    assert_eq!(world.roll_back(None).await.arrived, Some(true));
}
