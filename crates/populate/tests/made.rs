//! Made-up rows, judged by the server: it takes every row, and every constraint proves itself again.

#![allow(clippy::unwrap_used, missing_docs)]

use model::{Name, Silent};
use populate::{Filled, Rows, populate};
use testkit::TestDatabase;

/// Drops each constraint and adds it again, which has the server check every row.
const PROVE: &str = "DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS t, conname, pg_get_constraintdef(oid) AS d
        FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') AND conrelid <> 0 AND conislocal
            AND coninhcount = 0 AND conparentid = 0 LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.t, c.conname, c.d);
    END LOOP; END $$";

async fn filled(major: u32, ddl: &str, rows: &Rows) -> (TestDatabase, Filled) {
    let database = testkit::database(major).await;
    database.run(&format!("SET search_path = public; {ddl}")).await;
    let session = database.connect().await;
    let schema = read::live::read(&session).await.unwrap();
    let filled = populate(&session, &schema, rows, 7, &Silent).await.unwrap();
    for (table, rows) in &filled.tables {
        let count: i64 =
            session.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().get(0);
        assert_eq!(count, *rows as i64, "{table}");
        assert!(schema.tables[table].partition_of.is_none());
    }
    database.run(PROVE).await;
    (database, filled)
}

fn rows_of(filled: &Filled, table: &str) -> u64 {
    filled.tables.get(&Name::new("public", table)).copied().unwrap_or_default()
}

const TYPES: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
    CREATE TYPE pair AS (a integer, b text, m mood);
    CREATE TYPE floatrange AS RANGE (subtype = float8);
    CREATE DOMAIN percent AS numeric(5, 2) NOT NULL CHECK (VALUE >= 0 AND VALUE <= 100);
    CREATE DOMAIN country AS char(2) CHECK (VALUE IN ('DE', 'FR', 'US'));
    CREATE TABLE everything (
        id bigserial PRIMARY KEY, c1 smallint NOT NULL, c2 integer NOT NULL, c3 bigint NOT NULL,
        c4 numeric NOT NULL, c5 numeric(5, 2) NOT NULL, c6 numeric(3) NOT NULL, c7 real NOT NULL,
        c8 double precision NOT NULL, c9 boolean NOT NULL, c10 text NOT NULL, c11 varchar(3) NOT NULL,
        c12 varchar(200) NOT NULL, c13 char(1) NOT NULL, c14 char(30) NOT NULL, c15 name NOT NULL,
        c16 bytea NOT NULL, c17 uuid NOT NULL, c18 date NOT NULL, c19 time(3) NOT NULL, c20 timetz NOT NULL,
        c21 timestamp(0) NOT NULL, c22 timestamptz NOT NULL, c23 interval NOT NULL, c24 json NOT NULL,
        c25 jsonb NOT NULL, c27 inet NOT NULL, c28 cidr NOT NULL, c29 macaddr NOT NULL,
        c30 macaddr8 NOT NULL, c31 money NOT NULL, c32 oid NOT NULL, c33 pg_lsn NOT NULL, c34 \"char\" NOT NULL,
        c35 point NOT NULL, c36 line NOT NULL, c37 lseg NOT NULL, c38 box NOT NULL, c39 path NOT NULL,
        c40 polygon NOT NULL, c41 circle NOT NULL, c42 tsvector NOT NULL, c43 tsquery NOT NULL,
        c44 bit(5) NOT NULL, c45 varbit(7) NOT NULL, c46 int4range NOT NULL, c47 int8range NOT NULL,
        c48 numrange NOT NULL, c49 daterange NOT NULL, c50 tsrange NOT NULL, c51 tstzrange NOT NULL,
        c52 int4multirange NOT NULL, c53 tstzmultirange NOT NULL, c54 mood NOT NULL, c55 pair NOT NULL,
        c56 floatrange NOT NULL, c57 percent, c58 country NOT NULL, c59 text[] NOT NULL, c60 mood[] NOT NULL,
        c61 numeric(4, 1)[] NOT NULL, c62 jsonpath NOT NULL, c63 percent[] NOT NULL,
        \"Select\" varchar NOT NULL, c64 integer GENERATED ALWAYS AS (c2 % 10) STORED,
        c65 regclass, maybe text
    );";

#[tokio::test(flavor = "multi_thread")]
async fn every_type_has_values() {
    for major in testkit::majors() {
        let (database, filled) = filled(major, TYPES, &Rows::each(500)).await;
        assert_eq!(rows_of(&filled, "everything"), 500, "{major}: {filled:?}");
        assert_eq!(
            filled.notes,
            ["public.everything: column c65 has type regclass, for which no value can be made"]
        );
        let facts = "SELECT count(DISTINCT c17) > 490 AND count(DISTINCT c54) = 3 AND count(maybe) < 500
            AND count(maybe) > 400 AND max(c5) < 1000 AND count(DISTINCT c18) > 300 FROM public.everything";
        assert_eq!(database.ask(facts).await.as_deref(), Some("t"), "{major}");
        // The sequence stands behind the rows.
        let next = "SELECT nextval('public.everything_id_seq')";
        assert_eq!(database.ask(next).await.as_deref(), Some("501"));
        let analysed = "SELECT reltuples FROM pg_class WHERE oid = 'public.everything'::regclass";
        assert_eq!(database.ask(analysed).await.as_deref(), Some("500"));
    }
}

const KEYS: &str = "
    CREATE TABLE tenants (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug varchar(40) NOT NULL UNIQUE);
    CREATE TABLE users (tenant_id integer NOT NULL REFERENCES tenants, id integer NOT NULL, email text NOT NULL,
        PRIMARY KEY (tenant_id, id), CHECK (email LIKE '%@%'));
    CREATE UNIQUE INDEX ON users (lower(email));
    CREATE TABLE profiles (tenant_id integer, user_id integer, bio text, PRIMARY KEY (tenant_id, user_id),
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id));
    CREATE TABLE groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), parent uuid REFERENCES groups, name text);
    CREATE TABLE members (group_id uuid REFERENCES groups, tenant_id integer, user_id integer,
        role text NOT NULL CHECK (role IN ('owner', 'guest')),
        PRIMARY KEY (group_id, tenant_id, user_id), FOREIGN KEY (tenant_id, user_id) REFERENCES users);
    CREATE TABLE settings (tenant_id integer PRIMARY KEY REFERENCES tenants, theme boolean);
    CREATE TABLE codes (currency char(3) PRIMARY KEY CHECK (currency = upper(currency)));
    CREATE TABLE flags (a boolean, b boolean, UNIQUE (a, b));
    CREATE TABLE chicken (id bigint PRIMARY KEY, egg bigint NOT NULL);
    CREATE TABLE egg (id bigint PRIMARY KEY, chicken bigint NOT NULL REFERENCES chicken DEFERRABLE);
    ALTER TABLE chicken ADD FOREIGN KEY (egg) REFERENCES egg DEFERRABLE;
    CREATE TABLE bookings (id serial PRIMARY KEY, room integer NOT NULL, during tstzrange NOT NULL,
        EXCLUDE USING gist (during WITH &&));
    CREATE TABLE bases (id serial PRIMARY KEY, tenant_id integer NOT NULL REFERENCES tenants, is_base boolean NOT NULL);
    CREATE UNIQUE INDEX ON bases (tenant_id) WHERE is_base;
    CREATE TABLE base_notes (base_id integer NOT NULL REFERENCES bases, note text);";

#[tokio::test(flavor = "multi_thread")]
async fn keys_hold() {
    for major in testkit::majors() {
        let rows = Rows::each(300).with(Name::new("public", "tenants"), 20);
        let (_database, filled) = filled(major, KEYS, &rows).await;
        assert!(filled.unfilled.is_empty(), "{major}: {filled:?}");
        for table in
            ["users", "profiles", "groups", "members", "codes", "chicken", "egg", "bookings", "base_notes"]
        {
            assert_eq!(rows_of(&filled, table), 300, "{table}: {filled:?}");
        }
        // As many as there can be, and said.
        assert_eq!((rows_of(&filled, "settings"), rows_of(&filled, "flags")), (20, 4));
        assert!(
            filled.notes.iter().any(|note| note.contains("public.flags") && note.contains("4 different"))
        );
        // Half of the bases would have been the second base of a tenant.
        let bases = rows_of(&filled, "bases");
        assert!((150..=300).contains(&bases), "{filled:?}");
    }
}

const CHECKS: &str = "
    CREATE TABLE simple (
        id integer PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('a', 'b')),
        year integer NOT NULL CHECK (year BETWEEN 2000 AND 2030), share numeric(6, 4) NOT NULL CHECK (share > 0 AND share < 1),
        name text NOT NULL CHECK (char_length(name) BETWEEN 3 AND 12), since date NOT NULL CHECK (since >= '2020-01-01' AND since < '2020-02-01'),
        ratio double precision NOT NULL CHECK (ratio > 0.25 AND ratio <= 0.5), iso char(2) NOT NULL CHECK (iso ~ '^[A-Z]{2}$'),
        low integer NOT NULL CHECK (low < 0));
    CREATE TABLE related (
        id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a integer NOT NULL CHECK (a > 0 AND a < 100), b integer NOT NULL CHECK (b > 0 AND b < 100),
        x text, y text, CHECK (a <= b), CHECK (num_nonnulls(x, y) >= 1));
    CREATE TABLE related_notes (id bigint PRIMARY KEY, related integer NOT NULL REFERENCES related);
    CREATE TABLE never (id integer PRIMARY KEY, code text NOT NULL CHECK (code ~ '^[0-9a-f]{40}$'));
    CREATE TABLE after_never (id integer PRIMARY KEY, never integer NOT NULL REFERENCES never);
    CREATE TABLE after_never_maybe (id integer PRIMARY KEY, never integer REFERENCES never);
    CREATE TABLE odd (id integer PRIMARY KEY, what aclitem NOT NULL);
    CREATE TABLE full_already (id integer PRIMARY KEY); INSERT INTO full_already VALUES (42);
    CREATE TABLE after_full (id integer PRIMARY KEY, other integer NOT NULL REFERENCES full_already);";

#[tokio::test(flavor = "multi_thread")]
async fn checks_are_met_or_it_is_said() {
    for major in testkit::majors() {
        let (database, filled) = filled(major, CHECKS, &Rows::each(200)).await;
        for table in ["simple", "related", "related_notes", "after_full"] {
            assert_eq!(rows_of(&filled, table), 200, "{major} {table}: {filled:?}");
        }
        let why = |table: &str| filled.unfilled.get(&Name::new("public", table)).cloned().unwrap_or_default();
        assert!(why("never").contains("never_code_check"), "{filled:?}");
        assert!(why("odd").contains("aclitem"));
        assert!(why("after_never").contains("no rows"), "{filled:?}");
        assert_eq!(rows_of(&filled, "after_never_maybe"), 200, "{filled:?}");
        assert_eq!(database.ask("SELECT count(*) FROM public.full_already").await.as_deref(), Some("1"));
    }
}

const PARTITIONS: &str = "
    CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, kind text, PRIMARY KEY (id, at))
        PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
    CREATE TABLE event_notes (id integer PRIMARY KEY, event_id bigint NOT NULL, event_at timestamptz NOT NULL,
        FOREIGN KEY (event_id, event_at) REFERENCES events);
    CREATE TABLE sales (id integer NOT NULL, region text NOT NULL, amount integer NOT NULL) PARTITION BY LIST (region);
    CREATE TABLE sales_eu PARTITION OF sales FOR VALUES IN ('de', 'fr') PARTITION BY RANGE (amount);
    CREATE TABLE sales_eu_small PARTITION OF sales_eu FOR VALUES FROM (MINVALUE) TO (100);
    CREATE TABLE sales_eu_large PARTITION OF sales_eu FOR VALUES FROM (100) TO (MAXVALUE);
    CREATE TABLE sales_us PARTITION OF sales FOR VALUES IN ('us');
    CREATE TABLE sales_other PARTITION OF sales DEFAULT;
    CREATE TABLE hashed (id integer PRIMARY KEY) PARTITION BY HASH (id);
    CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);";

#[tokio::test(flavor = "multi_thread")]
async fn rows_find_their_partitions() {
    for major in testkit::majors() {
        let (database, filled) = filled(major, PARTITIONS, &Rows::each(400)).await;
        assert!(filled.unfilled.is_empty() && filled.notes.is_empty(), "{major}: {filled:?}");
        for table in ["events", "event_notes", "sales", "hashed"] {
            assert_eq!(rows_of(&filled, table), 400, "{table}");
        }
        for partition in
            ["events_1", "events_2", "sales_eu_small", "sales_eu_large", "sales_us", "hashed_0", "hashed_1"]
        {
            let count = database.ask(&format!("SELECT count(*) FROM public.{partition}")).await;
            assert!(count.unwrap().parse::<u32>().unwrap() > 50, "{partition}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_makes_the_same_rows() {
    let sum = "SELECT sum(hashtextextended(t::text, 0)) FROM public.simple AS t";
    let (one, _) = filled(15, CHECKS, &Rows::each(50)).await;
    let (two, _) = filled(15, CHECKS, &Rows::each(50)).await;
    assert_eq!(one.ask(sum).await, two.ask(sum).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_power_is_checked_row_by_row() {
    let database = testkit::database(15).await;
    let role = model::Ident::new(format!("maker_{}", std::process::id()));
    database.run(&format!("CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role}")).await;
    let target = database.target().with_user(role.as_str(), None);
    let session = connect::connect(&target, "lockkeeper test").await.unwrap();
    session
        .batch_execute(&format!("SET search_path = public; {KEYS}; {CHECKS}; SET search_path = pg_catalog"))
        .await
        .unwrap();
    let schema = read::live::read(&session).await.unwrap();
    let filled = populate(&session, &schema, &Rows::each(60), 1, &Silent).await;
    session.close().await;
    database.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    let filled = filled.unwrap();
    assert_eq!(rows_of(&filled, "members"), 60, "{filled:?}");
    // Each needs the other first: without the power to look away there is no first row.
    assert!(filled.unfilled.contains_key(&Name::new("public", "chicken")), "{filled:?}");
}

/// As many rows as `LOCKKEEPER_POPULATE_ROWS` says, 20,000 by default, in every table of the example.
#[tokio::test(flavor = "multi_thread")]
async fn the_example_can_be_made_up_too() {
    let rows = std::env::var("LOCKKEEPER_POPULATE_ROWS").map_or(20_000, |rows| rows.parse().unwrap());
    let began = std::time::Instant::now();
    let (_database, filled) = filled(18, populate::funds::SCHEMA, &Rows::each(rows)).await;
    println!("{:?}: {filled:?}", began.elapsed());
    assert!(filled.unfilled.is_empty(), "{filled:?}");
    for table in ["funds", "investments", "fund_events", "carry_waterfalls", "monte_carlo_results"] {
        assert_eq!(rows_of(&filled, table), rows, "{table}: {filled:?}");
    }
}
