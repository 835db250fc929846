//! What the data says before a change is what the server does when the change is made.

use std::time::Duration;

use assess::{Outcome, Precondition, Rows};
use inspect::{Limits, preconditions};
use model::{Schema, Silent};
use read::{Reader, Source};
use testkit::TestDatabase;

/// A database with rows, what is asked of it, and what the server makes of a push.
struct Scene {
    database: TestDatabase,
    from: Schema,
    to: Schema,
    changes: Vec<model::Change>,
    asked: Vec<Precondition>,
}

async fn schema(database: &TestDatabase) -> Schema {
    let source = Source::parse(&database.target().url_with_password()).expect("a URL");
    let mut reader = Reader::new(shadow::ShadowOptions::default(), &Silent);
    reader.read(&source).await.expect("it reads").schema
}

async fn scene(major: u32, before: &str, wanted: &str, renames: &[&str]) -> Scene {
    let (database, other) = (testkit::database(major).await, testkit::database(major).await);
    database.run(before).await;
    other.run(wanted).await;
    let (from, to) = (schema(&database).await, schema(&other).await);
    let renames: Vec<diff::Rename> = renames.iter().map(|text| text.parse().expect("a rename")).collect();
    let changes = diff::diff(&from, &to, &renames).expect("it compares").changes;
    let target = database.target();
    let asked = preconditions(target, &from, &to, &changes, Limits::default(), &Silent).await;
    Scene { asked: asked.expect("it answers"), database, from, to, changes }
}

impl Scene {
    /// The answer of a rule about an object of a namespace.
    fn one(&self, namespace: &str, rule: &str) -> &Precondition {
        let own: Vec<_> = self.asked.iter().filter(|asked| asked.object.starts_with(namespace)).collect();
        let found: Vec<_> = own.iter().filter(|asked| asked.rule == rule).collect();
        let own_changes =
            || self.changes.iter().filter(|change| change.object().to_string().starts_with(namespace));
        let worst = found.iter().max_by_key(|asked| asked.is_violated());
        worst.unwrap_or_else(|| panic!("{rule}: {own:?} of {:?}", own_changes().collect::<Vec<_>>()))
    }

    /// The rows that the query shows are as many as were counted, and the push fails just where that was said.
    async fn holds(&self, namespace: &str) {
        for asked in self.asked.iter().filter(|asked| asked.object.starts_with(namespace)) {
            if let (Rows::Exactly(rows), Some(query)) = (&asked.rows, &asked.query)
                && *rows > 0
                && asked.rule != "duplicate-values"
            {
                let count = model::sql!("SELECT count(*) FROM ({}) AS shown", query);
                let shown = self.database.ask(count.as_str()).await;
                let all = shown.and_then(|shown| shown.parse::<u64>().ok()).expect("a count");
                // Places of values that only converting finds are told for the first five.
                let told = if query.as_str().contains("ctid IN") { (*rows).min(5) } else { *rows };
                assert_eq!(all, told, "{query}");
            }
        }
        let session = self.database.connect().await;
        let is_own = |change: &model::Change| change.object().to_string().starts_with(namespace);
        for (at, change) in self.changes.iter().enumerate().filter(|(_, change)| is_own(change)) {
            let foreseen = self.asked.iter().any(|asked| {
                asked.change == at && asked.outcome == Outcome::Fails && asked.is_violated() == Some(true)
            });
            let mut failed = None;
            for sql in change.sql() {
                failed = failed.or(session.batch_execute(sql.as_str()).await.err());
            }
            let words = failed.as_ref().map(connect::describe);
            assert_eq!(failed.is_some(), foreseen, "{:?}: {words:?}, {:?}", change.sql(), self.asked);
            if failed.is_some() {
                break;
            }
        }
        session.close().await;
    }
}

/// Before, wanted, the rule, and how many rows it finds.
type Case = (&'static str, &'static str, &'static str, Rows);

const CASES: &[Case] = &[
    (
        "CREATE TABLE public.t (id int, c text); INSERT INTO public.t VALUES (1, 'a'), (2, NULL), (3, NULL)",
        "CREATE TABLE public.t (id int, c text NOT NULL)",
        "null-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (id int, c text); INSERT INTO public.t VALUES (1, 'a')",
        "CREATE TABLE public.t (id int, c text NOT NULL)",
        "null-values",
        Rows::Exactly(0),
    ),
    (
        "CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1), (2)",
        "CREATE TABLE public.t (id int, c text NOT NULL)",
        "not-null-without-default",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (id int, c int); INSERT INTO public.t VALUES (1, 5), (2, -5), (3, NULL)",
        "CREATE TABLE public.t (id int, c int, CONSTRAINT positive CHECK (c > 0))",
        "check-violations",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1), (2)",
        "CREATE TABLE public.t (id int, c int DEFAULT -1, CONSTRAINT positive CHECK (c > 0))",
        "check-violations",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (id int, c text); INSERT INTO public.t VALUES (1, 'a'), (2, 'a'), (3, 'b'), (4, NULL), (5, NULL)",
        "CREATE TABLE public.t (id int, c text CONSTRAINT once UNIQUE)",
        "duplicate-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (id int, c text, gone bool); INSERT INTO public.t VALUES (1, 'a', false), (2, 'A', false), (3, 'A', true)",
        "CREATE TABLE public.t (id int, c text, gone bool); CREATE UNIQUE INDEX once ON public.t (lower(c)) WHERE NOT gone",
        "duplicate-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1), (2)",
        "CREATE TABLE public.t (id int, n bigint GENERATED ALWAYS AS IDENTITY UNIQUE)",
        "duplicate-values",
        Rows::Exactly(0),
    ),
    (
        "CREATE TABLE public.p (id int PRIMARY KEY); CREATE TABLE public.t (id int, p int);
         INSERT INTO public.p VALUES (1); INSERT INTO public.t VALUES (1, 1), (2, 7), (3, NULL)",
        "CREATE TABLE public.p (id int PRIMARY KEY); CREATE TABLE public.t (id int, p int REFERENCES public.p)",
        "orphan-rows",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (id int, p int); INSERT INTO public.t VALUES (1, 1)",
        "CREATE TABLE public.p (id int PRIMARY KEY); CREATE TABLE public.t (id int, p int REFERENCES public.p)",
        "orphan-rows",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.p (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE public.t (a int, b int);
         INSERT INTO public.t VALUES (NULL, 2), (NULL, NULL)",
        "CREATE TABLE public.p (a int, b int, PRIMARY KEY (a, b));
         CREATE TABLE public.t (a int, b int, FOREIGN KEY (a, b) REFERENCES public.p MATCH FULL)",
        "orphan-rows",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c varchar(200)); INSERT INTO public.t VALUES ('ab'), ('abc'), ('ab    '), (NULL)",
        "CREATE TABLE public.t (c varchar(2))",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c varchar(200)); INSERT INTO public.t VALUES ('ab'), ('ab    '), (NULL)",
        "CREATE TABLE public.t (c varchar(2))",
        "changed-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c numeric(15,4)); INSERT INTO public.t VALUES (1.5), (2.0000), (3.25), (NULL)",
        "CREATE TABLE public.t (c numeric(15,0))",
        "changed-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (c numeric(15,4)); INSERT INTO public.t VALUES (99.99), (12345)",
        "CREATE TABLE public.t (c numeric(4,2))",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c bigint); INSERT INTO public.t VALUES (1), (2147483648), (-2147483649)",
        "CREATE TABLE public.t (c integer)",
        "unconvertible-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (c timestamptz); INSERT INTO public.t VALUES ('2026-01-01 00:00:00+00'), ('2026-01-01 10:30+00'), (NULL)",
        "CREATE TABLE public.t (c date)",
        "changed-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c timestamp(6)); INSERT INTO public.t VALUES ('2026-01-01 10:30:00.123456'), ('2026-01-01')",
        "CREATE TABLE public.t (c timestamp(3))",
        "changed-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c text); INSERT INTO public.t SELECT CASE WHEN n % 10 = 0 THEN 'n/a' ELSE n::text END FROM generate_series(1, 100) n",
        "CREATE TABLE public.t (c integer)",
        "unconvertible-values",
        Rows::Exactly(10),
    ),
    (
        "CREATE TABLE public.t (c text); INSERT INTO public.t VALUES ('1'), (' 2 '), (NULL)",
        "CREATE TABLE public.t (c integer)",
        "unconvertible-values",
        Rows::Exactly(0),
    ),
    (
        "CREATE TABLE public.t (c integer); INSERT INTO public.t VALUES (20260101), (7)",
        "CREATE TABLE public.t (c date)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c text[]); INSERT INTO public.t VALUES ('{1,2}'), ('{1,x}')",
        "CREATE TABLE public.t (c integer[])",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TYPE public.e AS ENUM ('a', 'b', 'c'); CREATE TABLE public.t (c public.e);
         INSERT INTO public.t VALUES ('a'), ('b'), ('b')",
        "CREATE TYPE public.e AS ENUM ('a', 'c'); CREATE TABLE public.t (c public.e)",
        "enum-values-in-use",
        Rows::Exactly(2),
    ),
    (
        "CREATE TYPE public.e AS ENUM ('a', 'b', 'c'); CREATE TABLE public.t (c public.e[]);
         INSERT INTO public.t VALUES ('{a,b}'), ('{c}')",
        "CREATE TYPE public.e AS ENUM ('a', 'c'); CREATE TABLE public.t (c public.e[])",
        "enum-values-in-use",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c text); INSERT INTO public.t VALUES ('a'), ('z')",
        "CREATE TYPE public.e AS ENUM ('a'); CREATE TABLE public.t (c public.e)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (id int, c text); INSERT INTO public.t VALUES (1, 'a'), (2, NULL)",
        "CREATE TABLE public.t (id int)",
        "lost-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1), (2), (3)",
        "SELECT",
        "lost-rows",
        Rows::Exactly(3),
    ),
    (
        "CREATE DOMAIN public.d AS int; CREATE TABLE public.t (c public.d); INSERT INTO public.t VALUES (1), (-2), (NULL)",
        "CREATE DOMAIN public.d AS int CHECK (VALUE > 0); CREATE TABLE public.t (c public.d)",
        "check-violations",
        Rows::Exactly(1),
    ),
    (
        "CREATE DOMAIN public.d AS text CHECK (VALUE <> ''); CREATE TABLE public.t (value int, c public.d); INSERT INTO public.t VALUES (1, 'a'), (2, NULL)",
        "CREATE DOMAIN public.d AS text CHECK (VALUE <> '') NOT NULL; CREATE TABLE public.t (value int, c public.d)",
        "null-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE DOMAIN public.d AS int; ALTER DOMAIN public.d ADD CONSTRAINT low CHECK (VALUE < 9) NOT VALID; CREATE TABLE public.t (c public.d); INSERT INTO public.t VALUES (1)",
        "CREATE DOMAIN public.d AS int CONSTRAINT low CHECK (VALUE < 9); CREATE TABLE public.t (c public.d)",
        "check-violations",
        Rows::Exactly(0),
    ),
    (
        "CREATE TABLE public.t (c int); INSERT INTO public.t VALUES (1), (-2), (-3)",
        "CREATE DOMAIN public.d AS int CHECK (VALUE > 0); CREATE TABLE public.t (c public.d)",
        "check-violations",
        Rows::Exactly(2),
    ),
    (
        "CREATE DOMAIN public.d AS int NOT NULL; CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1), (2)",
        "CREATE DOMAIN public.d AS int NOT NULL; CREATE TABLE public.t (id int, c public.d)",
        "not-null-without-default",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.p (at date) PARTITION BY RANGE (at); CREATE TABLE public.t (at date); INSERT INTO public.t VALUES ('2026-01-01'), ('2026-12-31'), ('2027-01-01'), (NULL)",
        "CREATE TABLE public.p (at date) PARTITION BY RANGE (at); CREATE TABLE public.t PARTITION OF public.p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "rows-outside-bound",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.p (a int, b int) PARTITION BY RANGE (a, b); CREATE TABLE public.t (a int, b int); INSERT INTO public.t VALUES (1, -9), (5, 9), (6, 0)",
        "CREATE TABLE public.p (a int, b int) PARTITION BY RANGE (a, b); CREATE TABLE public.t PARTITION OF public.p FOR VALUES FROM (1, MINVALUE) TO (5, MAXVALUE)",
        "rows-outside-bound",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.p (c text) PARTITION BY LIST (lower(c)); CREATE TABLE public.t (c text); INSERT INTO public.t VALUES ('A'), ('b'), (NULL)",
        "CREATE TABLE public.p (c text) PARTITION BY LIST (lower(c)); CREATE TABLE public.t PARTITION OF public.p FOR VALUES IN ('a', NULL)",
        "rows-outside-bound",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.p (a int) PARTITION BY HASH (a); CREATE TABLE public.t (a int); INSERT INTO public.t SELECT generate_series(1, 100)",
        "CREATE TABLE public.p (a int) PARTITION BY HASH (a); CREATE TABLE public.t PARTITION OF public.p FOR VALUES WITH (modulus 1, remainder 0)",
        "rows-outside-bound",
        Rows::Exactly(0),
    ),
    (
        "CREATE TABLE public.p (a int) PARTITION BY LIST (a); CREATE TABLE public.one PARTITION OF public.p FOR VALUES IN (1); CREATE TABLE public.t (a int); INSERT INTO public.t VALUES (1), (2)",
        "CREATE TABLE public.p (a int) PARTITION BY LIST (a); CREATE TABLE public.one PARTITION OF public.p FOR VALUES IN (1); CREATE TABLE public.t PARTITION OF public.p DEFAULT",
        "rows-outside-bound",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.p (at date) PARTITION BY RANGE (at); CREATE TABLE public.rest PARTITION OF public.p DEFAULT; INSERT INTO public.p VALUES ('2026-01-01'), ('2026-06-01'), ('2028-01-01'), (NULL)",
        "CREATE TABLE public.p (at date) PARTITION BY RANGE (at); CREATE TABLE public.rest PARTITION OF public.p DEFAULT; CREATE TABLE public.t PARTITION OF public.p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "rows-in-default-partition",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.p (at date) PARTITION BY RANGE (at); CREATE TABLE public.rest PARTITION OF public.p DEFAULT; CREATE TABLE public.t (at date); INSERT INTO public.p VALUES ('2026-01-01')",
        "CREATE TABLE public.p (at date) PARTITION BY RANGE (at); CREATE TABLE public.rest PARTITION OF public.p DEFAULT; CREATE TABLE public.t PARTITION OF public.p FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)",
        "rows-in-default-partition",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c int4range); INSERT INTO public.t VALUES ('[1,5)'), ('[4,9)'), ('[9,10)'), ('[2,3)'), (NULL)",
        "CREATE TABLE public.t (c int4range, CONSTRAINT apart EXCLUDE USING gist (c WITH &&))",
        "excluded-rows",
        Rows::Exactly(3),
    ),
    (
        "CREATE TABLE public.t (c int4range, gone bool); INSERT INTO public.t VALUES ('[1,5)', false), ('[4,9)', true)",
        "CREATE TABLE public.t (c int4range, gone bool, CONSTRAINT apart EXCLUDE USING gist (c WITH &&) WHERE (NOT gone))",
        "excluded-rows",
        Rows::Exactly(0),
    ),
    (
        "CREATE TABLE public.t (a int, c text); INSERT INTO public.t VALUES (1, 'A'), (2, 'a'), (3, NULL), (4, NULL)",
        "CREATE TABLE public.t (a int, c text); CREATE UNIQUE INDEX once ON public.t (lower(c))",
        "duplicate-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (id int, c int); INSERT INTO public.t VALUES (1, 1), (1, 2), (NULL, 3)",
        "CREATE TABLE public.t (id int NOT NULL, c int, CONSTRAINT t_pkey PRIMARY KEY (id))",
        "duplicate-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (c int[]); INSERT INTO public.t VALUES ('{1,70000}'), ('{1,2}'), (NULL)",
        "CREATE TABLE public.t (c smallint[])",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c varchar(200)[]); INSERT INTO public.t VALUES ('{ab,abc}'), ('{a}')",
        "CREATE TABLE public.t (c varchar(2)[])",
        "changed-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c numeric(15,4)[]); INSERT INTO public.t VALUES ('{1.5,2}'), ('{2,3}')",
        "CREATE TABLE public.t (c numeric(15,0)[])",
        "changed-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c double precision); INSERT INTO public.t VALUES (1.5), (2), ('NaN')",
        "CREATE TABLE public.t (c integer)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c text); INSERT INTO public.t VALUES ('6ba7b810-9dad-11d1-80b4-00c04fd430c8'), ('nobody'), ('')",
        "CREATE TABLE public.t (c uuid)",
        "unconvertible-values",
        Rows::Exactly(2),
    ),
    (
        "CREATE TABLE public.t (c text); INSERT INTO public.t VALUES ('2026-01-31'), ('2026-02-31'), (NULL)",
        "CREATE TABLE public.t (c date)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c text); INSERT INTO public.t VALUES ('yes'), ('maybe')",
        "CREATE TABLE public.t (c boolean)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c text); INSERT INTO public.t VALUES ('{\"a\": 1}'), ('{a: 1}')",
        "CREATE TABLE public.t (c jsonb)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c json); INSERT INTO public.t VALUES ('{\"a\": 1}'), ('{\"a\": \"\\u0000\"}')",
        "CREATE TABLE public.t (c jsonb)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c json); INSERT INTO public.t VALUES ('{\"a\": 1, \"b\": [{\"c\": 1, \"c\": 2}]}'), ('{\"a\": 1, \"b\": 1}'), ('[1, 1]'), (NULL)",
        "CREATE TABLE public.t (c jsonb)",
        "changed-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c interval); INSERT INTO public.t VALUES ('1 hour'), ('2 days')",
        "CREATE TABLE public.t (c time)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.t (c char(8)); INSERT INTO public.t VALUES ('ab'), ('abcdef')",
        "CREATE TABLE public.t (c char(4))",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TYPE public.e AS ENUM ('a', 'b', 'c'); CREATE DOMAIN public.d AS public.e; CREATE TABLE public.t (c public.d); INSERT INTO public.t VALUES ('a'), ('b')",
        "CREATE TYPE public.e AS ENUM ('a', 'c'); CREATE DOMAIN public.d AS public.e; CREATE TABLE public.t (c public.d)",
        "unconvertible-values",
        Rows::Exactly(1),
    ),
    (
        "CREATE TYPE public.e AS ENUM ('a', 'b'); CREATE TABLE public.t (c public.e DEFAULT 'b', id int); INSERT INTO public.t VALUES ('b', 1)",
        "CREATE TYPE public.e AS ENUM ('a'); CREATE TABLE public.t (c public.e DEFAULT 'a', id int)",
        "enum-values-in-use",
        Rows::Exactly(1),
    ),
    (
        "CREATE TYPE public.e AS ENUM ('a', 'b'); CREATE TABLE public.t (c public.e, id int) PARTITION BY LIST (id); CREATE TABLE public.t1 PARTITION OF public.t FOR VALUES IN (1); INSERT INTO public.t VALUES ('b', 1), ('a', 1)",
        "CREATE TYPE public.e AS ENUM ('a'); CREATE TABLE public.t (c public.e, id int) PARTITION BY LIST (id); CREATE TABLE public.t1 PARTITION OF public.t FOR VALUES IN (1)",
        "enum-values-in-use",
        Rows::Exactly(1),
    ),
    (
        "CREATE TABLE public.\"T t\" (\"C\" text); INSERT INTO public.\"T t\" VALUES ('a'), (NULL)",
        "CREATE TABLE public.\"T t\" (\"C\" text NOT NULL)",
        "null-values",
        Rows::Exactly(1),
    ),
];

/// What only some majors know, with the first of them.
const LATER: &[(u32, Case)] = &[
    (
        15,
        (
            "CREATE TABLE public.t (id int, c text); INSERT INTO public.t VALUES (1, 'a'), (2, NULL), (3, NULL)",
            "CREATE TABLE public.t (id int, c text, CONSTRAINT once UNIQUE NULLS NOT DISTINCT (c))",
            "duplicate-values",
            Rows::Exactly(2),
        ),
    ),
    (
        18,
        (
            "CREATE TABLE public.t (id int4range, at daterange);
             INSERT INTO public.t VALUES ('[1,2)', '[2026-01-01,2026-02-01)'), ('[1,2)', '[2026-01-15,2026-03-01)'),
               ('[2,3)', '[2026-01-15,2026-03-01)'), ('[3,4)', 'empty')",
            "CREATE TABLE public.t (id int4range NOT NULL, at daterange NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (id, at WITHOUT OVERLAPS))",
            "excluded-rows",
            Rows::Exactly(3),
        ),
    ),
    (
        18,
        (
            "CREATE TABLE public.p (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
             INSERT INTO public.p VALUES ('[1,2)', '[2026-01-01,2026-02-01)'), ('[1,2)', '[2026-02-01,2026-03-01)');
             CREATE TABLE public.t (id int4range, at daterange);
             INSERT INTO public.t VALUES ('[1,2)', '[2026-01-15,2026-02-15)'), ('[1,2)', '[2026-02-15,2026-04-15)'), (NULL, NULL)",
            "CREATE TABLE public.p (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
             CREATE TABLE public.t (id int4range, at daterange, FOREIGN KEY (id, PERIOD at) REFERENCES public.p (id, PERIOD at))",
            "orphan-rows",
            Rows::Exactly(1),
        ),
    ),
];

fn cases(major: u32) -> Vec<&'static Case> {
    let later = LATER.iter().filter(|(first, _)| *first <= major).map(|(_, case)| case);
    CASES.iter().chain(later).collect()
}

/// Every case in a namespace of its own: two databases a major serve all of them.
fn together(major: u32, side: impl Fn(&Case) -> &'static str) -> String {
    let each = cases(major).into_iter().enumerate().map(|(at, case)| {
        let own = side(case).replace("public.", &format!("c{at}."));
        format!("CREATE SCHEMA c{at}; {own}; ")
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_is_what_the_server_refuses() {
    let mut wrong = Vec::new();
    for major in testkit::majors() {
        let scene = scene(major, &together(major, |case| case.0), &together(major, |case| case.1), &[]).await;
        for (at, (before, wanted, rule, rows)) in cases(major).into_iter().enumerate() {
            let namespace = format!("c{at}.");
            let asked = scene.one(&namespace, rule);
            if asked.rows != *rows {
                wrong.push(format!("{major}: {before} to {wanted}: {asked:?}"));
                continue;
            }
            scene.holds(&namespace).await;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_column_is_asked_about_under_its_name_of_now() {
    let before = "CREATE TABLE public.t (id int, c text); INSERT INTO public.t VALUES (1, 'a'), (2, NULL)";
    let wanted = "CREATE TABLE public.u (id int, d text NOT NULL CHECK (d <> 'a'))";
    let scene = scene(testkit::majors()[0], before, wanted, &["public.t=u", "public.t.c=d"]).await;
    assert_eq!(scene.one("public.", "null-values").rows, Rows::Exactly(1), "{:?}", scene.asked);
    assert_eq!(scene.one("public.", "check-violations").rows, Rows::Exactly(1), "{:?}", scene.asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_column_that_goes_loses_nothing() {
    let before = "CREATE TABLE public.t (a int, b int GENERATED ALWAYS AS (a + 1) STORED); INSERT INTO public.t VALUES (1)";
    let scene = scene(testkit::majors()[0], before, "CREATE TABLE public.t (a int)", &[]).await;
    assert!(scene.asked.is_empty(), "{:?}", scene.asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_and_the_time_is_kept() {
    let before = "CREATE TABLE public.t (c text); INSERT INTO public.t SELECT n::text FROM generate_series(1, 200000) n";
    let wanted = "CREATE TABLE public.t (c text CONSTRAINT slow CHECK (length(repeat(c, 2000)) > 0))";
    let scene = scene(testkit::majors()[0], before, wanted, &[]).await;
    let limits =
        Limits { query: Duration::from_millis(60), total: Duration::from_millis(100), ..Limits::default() };
    let target = scene.database.target();
    let began = std::time::Instant::now();
    let Scene { from, to, changes, .. } = &scene;
    let asked = preconditions(target, from, to, changes, limits, &Silent).await.expect("it answers");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let unknown = matches!(&asked[0].rows, Rows::Unknown(why) if why.contains("s"));
    assert!(unknown && asked[0].is_violated().is_none(), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_unknown() {
    let before = "CREATE TABLE public.t (c text); INSERT INTO public.t VALUES (NULL)";
    let scene = scene(testkit::majors()[0], before, "CREATE TABLE public.t (c text NOT NULL)", &[]).await;
    let Scene { from, to, changes, database, .. } = &scene;
    let hidden = "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        DROP ROLE IF EXISTS lockkeeper_inspect_reader; CREATE ROLE lockkeeper_inspect_reader LOGIN;
        GRANT SELECT ON public.t TO lockkeeper_inspect_reader";
    database.run(hidden).await;
    let target = database.target().with_user("lockkeeper_inspect_reader", None);
    let asked = preconditions(&target, from, to, changes, Limits::default(), &Silent).await;
    let asked = asked.expect("it answers");
    database.run("DROP OWNED BY lockkeeper_inspect_reader; DROP ROLE lockkeeper_inspect_reader").await;
    assert!(matches!(&asked[0].rows, Rows::Unknown(why) if why.contains("42501")), "{asked:?}");
}
