//! Changes under something that stands on them: what PostgreSQL refuses to change in place steps aside, and is back
//! afterwards. The server judges: statement by statement, as a plain push sends them, and by its catalog.

use connect::Session;
use model::{Change, Schema};

/// A name, a schema, and what it is to become.
const CASES: &[(&str, &str, &str)] = &[
    (
        "views over a column that changes its type, and views over those",
        "CREATE TABLE public.funds (id int, size int);
         CREATE VIEW public.large AS SELECT id, size FROM public.funds WHERE size > 10;
         CREATE VIEW public.larger AS SELECT * FROM public.large WHERE size > 20;
         CREATE MATERIALIZED VIEW public.sums AS SELECT sum(size) AS s FROM public.large;
         CREATE UNIQUE INDEX sums_s ON public.sums (s);
         COMMENT ON VIEW public.large IS 'kept'",
        "CREATE TABLE public.funds (id int, size numeric(12,2));
         CREATE VIEW public.large AS SELECT id, size FROM public.funds WHERE size > 10;
         CREATE VIEW public.larger AS SELECT * FROM public.large WHERE size > 20;
         CREATE MATERIALIZED VIEW public.sums AS SELECT sum(size) AS s FROM public.large;
         CREATE UNIQUE INDEX sums_s ON public.sums (s);
         COMMENT ON VIEW public.large IS 'kept'",
    ),
    (
        "a view that names its columns otherwise, under another",
        "CREATE TABLE public.funds (id int, size int);
         CREATE VIEW public.a AS SELECT id, size FROM public.funds;
         CREATE VIEW public.b AS SELECT size FROM public.a",
        "CREATE TABLE public.funds (id int, size int);
         CREATE VIEW public.a AS SELECT size, id AS number FROM public.funds;
         CREATE VIEW public.b AS SELECT size FROM public.a",
    ),
    (
        "a function with another signature, in a default, a check, a generated column, an index and a policy",
        "CREATE FUNCTION public.f(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n';
         CREATE TABLE public.t (a int DEFAULT public.f(1), b int CHECK (public.f(b) > 0),
           c int GENERATED ALWAYS AS (public.f(4)) STORED);
         CREATE INDEX t_f ON public.t (public.f(a));
         CREATE POLICY p ON public.t USING (public.f(a) > 2)",
        "CREATE FUNCTION public.f(n int, m int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * m';
         CREATE TABLE public.t (a int DEFAULT public.f(1), b int CHECK (public.f(b) > 0),
           c int GENERATED ALWAYS AS (public.f(4)) STORED);
         CREATE INDEX t_f ON public.t (public.f(a));
         CREATE POLICY p ON public.t USING (public.f(a) > 2)",
    ),
    (
        "foreign keys in a circle that come, one of them on the key of a new table",
        "CREATE TABLE public.old (id int)",
        "CREATE TABLE public.a (id int PRIMARY KEY, b int);
         CREATE TABLE public.b (id int PRIMARY KEY, c int);
         CREATE TABLE public.c (id int PRIMARY KEY, a int REFERENCES public.a);
         ALTER TABLE public.a ADD FOREIGN KEY (b) REFERENCES public.b;
         ALTER TABLE public.b ADD FOREIGN KEY (c) REFERENCES public.c DEFERRABLE INITIALLY DEFERRED",
    ),
    (
        "the key under a foreign key changes its type, on both sides",
        "CREATE TABLE public.a (id int PRIMARY KEY);
         CREATE TABLE public.b (id int PRIMARY KEY, a int REFERENCES public.a ON DELETE CASCADE)",
        "CREATE TABLE public.a (id bigint PRIMARY KEY);
         CREATE TABLE public.b (id bigint PRIMARY KEY, a bigint REFERENCES public.a ON DELETE CASCADE)",
    ),
    (
        "a new label of an enum that a default, a check and a partial index name at once",
        "CREATE TYPE public.state AS ENUM ('draft', 'closed');
         CREATE TABLE public.t (s public.state NOT NULL DEFAULT 'draft')",
        "CREATE TYPE public.state AS ENUM ('draft', 'open', 'closed');
         CREATE TABLE public.t (s public.state NOT NULL DEFAULT 'open', CHECK (s <> 'open' OR true));
         CREATE INDEX t_open ON public.t (s) WHERE s = 'open'",
    ),
    (
        "an enum that loses a label, in columns, arrays, defaults, a function's arguments and a view",
        "CREATE TYPE public.state AS ENUM ('draft', 'open', 'closed');
         CREATE TABLE public.t (s public.state DEFAULT 'draft', l public.state[] DEFAULT '{open}');
         CREATE FUNCTION public.is_open(s public.state) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
         CREATE VIEW public.v AS SELECT s FROM public.t WHERE public.is_open(s);
         CREATE INDEX t_s ON public.t (s)",
        "CREATE TYPE public.state AS ENUM ('draft', 'open');
         CREATE TABLE public.t (s public.state DEFAULT 'draft', l public.state[] DEFAULT '{open}');
         CREATE FUNCTION public.is_open(s public.state) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
         CREATE VIEW public.v AS SELECT s FROM public.t WHERE public.is_open(s);
         CREATE INDEX t_s ON public.t (s)",
    ),
    (
        "a partitioned table with sub-partitions whose column, key and index change",
        "CREATE TABLE public.e (id int, at date, kind int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
         CREATE TABLE public.e1 PARTITION OF public.e FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
           PARTITION BY LIST (id);
         CREATE TABLE public.e1a PARTITION OF public.e1 DEFAULT;
         CREATE TABLE public.e2 PARTITION OF public.e DEFAULT",
        "CREATE TABLE public.e (id int, at date, kind bigint NOT NULL DEFAULT 3, more text, PRIMARY KEY (id, at))
           PARTITION BY RANGE (at);
         CREATE TABLE public.e1 PARTITION OF public.e FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
           PARTITION BY LIST (id);
         CREATE TABLE public.e1a PARTITION OF public.e1 DEFAULT;
         CREATE TABLE public.e2 PARTITION OF public.e DEFAULT;
         CREATE TABLE public.e3 PARTITION OF public.e FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
         CREATE INDEX e_kind ON public.e (kind);
         CREATE INDEX e2_more ON public.e2 (lower(more))",
    ),
    (
        "a table becomes partitioned under a view",
        "CREATE TABLE public.e (id int, at date);
         CREATE VIEW public.v AS SELECT at FROM public.e",
        "CREATE TABLE public.e (id int, at date) PARTITION BY HASH (id);
         CREATE TABLE public.e1 PARTITION OF public.e FOR VALUES WITH (MODULUS 1, REMAINDER 0);
         CREATE VIEW public.v AS SELECT at FROM public.e",
    ),
    (
        "names that need care",
        "CREATE SCHEMA \"select\"; CREATE TABLE \"select\".\"a\"\"b\nc\" (\"order\" int, \"it's\" text);
         CREATE TABLE public.\"abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789\" (id int)",
        "CREATE SCHEMA \"select\";
         CREATE TABLE \"select\".\"a\"\"b\nc\" (\"order\" bigint DEFAULT 3 CONSTRAINT \"so'\"\" {}\" CHECK (\"order\" > 0),
           \"it's\" text, \"表\" int UNIQUE);
         CREATE INDEX \"$1 {} \\\" ON \"select\".\"a\"\"b\nc\" (\"it's\" DESC) WHERE \"order\" > 3;
         COMMENT ON COLUMN \"select\".\"a\"\"b\nc\".\"it's\" IS 'it''s \\ \"{}\"';
         CREATE TABLE public.\"abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789\" (id int PRIMARY KEY, v int);
         CREATE VIEW public.\"user\" AS SELECT \"order\" AS \"table\" FROM \"select\".\"a\"\"b\nc\"",
    ),
];

async fn read(session: &Session) -> Schema {
    read::live::read(session).await.expect("a catalog can be read")
}

fn listed(changes: &[Change]) -> Vec<String> {
    changes.iter().flat_map(Change::sql).map(|sql| sql.to_string()).collect()
}

/// Makes the one schema into the other, and says what still differs.
async fn push(session: &Session, from: &Schema, to: &Schema) -> Result<Schema, String> {
    let statements = listed(&diff::diff(from, to, &[]).expect("no renames").changes);
    for sql in &statements {
        let sent = session.batch_execute(sql).await;
        sent.map_err(|error| format!("{sql}\n{}\nof {statements:#?}", connect::describe(&error)))?;
    }
    let made = read(session).await;
    let rest = listed(&diff::diff(&made, to, &[]).expect("no renames").changes);
    if rest.is_empty() && made.fingerprint() == to.fingerprint() {
        return Ok(made);
    }
    Err(format!("still differs: {rest:#?}\nafter {statements:#?}"))
}

#[tokio::test]
async fn what_stands_on_a_change_steps_aside() {
    let mut failures = Vec::new();
    for major in testkit::majors() {
        for (name, before, after) in CASES {
            let wanted = testkit::database(major).await;
            wanted.run(after).await;
            let database = testkit::database(major).await;
            database.run(before).await;
            let to = read(&wanted.connect().await).await;
            let session = database.connect().await;
            let from = read(&session).await;
            let there = push(&session, &from, &to).await;
            let back = match there {
                Ok(made) => push(&session, &made, &from).await.map_err(|why| format!("back: {why}")),
                Err(why) => Err(why),
            };
            failures.extend(back.err().map(|why| format!("{major}, {name}: {why}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
