//! What random sweeps found, by name.

use apply::Moment;
use apply::machine::Command;
use model::PhaseName::Contract;
use model::Silent;

use crate::kills::CHECKSUM;
use crate::trial::{Trial, Writes};
use crate::world::{self, Alone, Live, World};
use crate::yard::{self, Yard};

/// Names that change hands, and what hangs on columns that change their type: each a pair that a random sweep found.
const PAIRS: [(&str, &str, &str); 8] = [
    (
        "a key whose name an index takes",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, CONSTRAINT once UNIQUE (b))",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text); CREATE UNIQUE INDEX once ON t (lower(b))",
    ),
    (
        "an index whose name a key takes",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text); CREATE UNIQUE INDEX once ON t (lower(b))",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, CONSTRAINT once UNIQUE (b))",
    ),
    (
        "a generated column that goes and comes again with another type",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a integer, g numeric GENERATED ALWAYS AS (a * 2) STORED)",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a integer, g text GENERATED ALWAYS AS (b || '!') STORED)",
    ),
    (
        "another expression over a column with another type",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a integer, g numeric GENERATED ALWAYS AS (a * 2) STORED)",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a bigint, g numeric GENERATED ALWAYS AS (a * 3) STORED)",
    ),
    (
        "a generated column that goes from over a column with another type",
        "CREATE TABLE t (id bigint PRIMARY KEY, b varchar(20), a integer, g text GENERATED ALWAYS AS (b || '!') STORED)",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a integer)",
    ),
    (
        "a foreign key of a partitioned table that goes",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text); CREATE TABLE parts (day date, k bigint REFERENCES t) PARTITION BY RANGE (day);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text); CREATE TABLE parts (day date, k bigint) PARTITION BY RANGE (day);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    ),
    (
        "policies on columns with another type, one that comes and one that goes",
        "CREATE TABLE t (id bigint PRIMARY KEY, b varchar(20), a integer); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
         CREATE POLICY went ON t USING (a > 0)",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a bigint); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
         CREATE POLICY came ON t USING (a > 0 AND b <> '')",
    ),
    (
        "a materialized view with an index over a column with another type",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a integer); CREATE MATERIALIZED VIEW seen AS SELECT id, a FROM t;
         CREATE UNIQUE INDEX seen_id ON seen (id)",
        "CREATE TABLE t (id bigint PRIMARY KEY, b text, a bigint); CREATE MATERIALIZED VIEW seen AS SELECT id, a FROM t;
         CREATE UNIQUE INDEX seen_id ON seen (id)",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_change_hands_and_come_back() {
    let yard = Yard::new(&testkit::majors()).await;
    let rows = "INSERT INTO t (id, b) SELECT g, 'b ' || g FROM generate_series(1, 50) g";
    for major in testkit::majors() {
        for (what, before, after) in PAIRS {
            let trial = Trial {
                before: before.to_owned(),
                data: rows.to_owned(),
                after: after.to_owned(),
                kept: "SELECT string_agg(id || b, ',' ORDER BY id) FROM public.t WHERE id <= 50".to_owned(),
                whole: CHECKSUM.to_owned(),
                writes: Writes {
                    make: "INSERT INTO public.t (id, b) VALUES (60, 'new')".to_owned(),
                    find: "SELECT count(*) = 1 FROM public.t WHERE id = 60 AND b = 'new'".to_owned(),
                    take_back: "DELETE FROM public.t WHERE id = 60".to_owned(),
                },
            };
            // To the end of the plan, whatever phases it has.
            let end = trial.to_the_end_and_back(&yard, major).await;
            assert!(end.starts_with("to contract"), "{what} on {major}: {end}");
        }
    }
}

/// A session keeps what PL/pgSQL made of a trigger's function; its writes go on when a column has another type, and
/// when it has its own again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_fired_a_trigger_before_go_on() {
    let touch = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.b := NEW.b; NEW.a := NEW.a + 1; RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()";
    let before = format!("CREATE TABLE t (id bigint PRIMARY KEY, b varchar(20), a integer); {touch}");
    let after = format!("CREATE TABLE t (id bigint PRIMARY KEY, b text, a bigint); {touch}");
    let rows = "INSERT INTO t SELECT g, 'b ' || g, g FROM generate_series(1, 20) g";
    for major in testkit::majors() {
        let yard = Yard::new(&[major]).await;
        let (database, session) = yard.make(major, &before, rows).await;
        let (from, to) = (world::schema(&session).await, yard.schema_of(major, &after).await);
        let plan = yard::plan(&from, &to, major).unwrap();
        let world = World { database, plan, to, guard: Box::new(Alone::of(&from)) };
        yard::run(&session, "UPDATE public.t SET b = 'before' WHERE id = 1").await;
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{major}");
        yard::run(&session, "UPDATE public.t SET b = 'there' WHERE id = 2").await;
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{major}");
        yard::run(&session, "UPDATE public.t SET b = 'back' WHERE id = 3").await;
        let found =
            yard::ask(&session, "SELECT string_agg(b || a, ' ' ORDER BY id) FROM public.t WHERE id < 4")
                .await;
        assert_eq!(found.as_deref(), Some("before2 there3 back4"), "{major}");
    }
}

/// Stopped right after a swap, before the steps that have work only on the way back: the way back is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_a_way_back_from_right_after_a_swap() {
    let before = "CREATE TABLE t (id integer PRIMARY KEY, b text NOT NULL, CONSTRAINT sane CHECK (id > 0));
        CREATE TABLE child (id bigint PRIMARY KEY, t integer REFERENCES t)";
    let after = "CREATE TABLE t (id bigint PRIMARY KEY, b text NOT NULL, CONSTRAINT sane CHECK (id > 0));
        CREATE TABLE child (id bigint PRIMARY KEY, t bigint REFERENCES t)";
    let rows = "INSERT INTO t SELECT g, 'b' FROM generate_series(1, 50) g; INSERT INTO child SELECT g, g FROM generate_series(1, 50) g";
    for major in testkit::majors() {
        let yard = Yard::new(&[major]).await;
        let (database, session) = yard.make(major, before, rows).await;
        let (from, to) = (world::schema(&session).await, yard.schema_of(major, after).await);
        let plan = yard::plan(&from, &to, major).unwrap();
        let whole = yard::ask(&session, CHECKSUM).await;
        let swap = plan.steps.iter().position(|step| step.title.contains("take over")).unwrap();
        let mut options = world::options();
        options.until = Some(Contract);
        let stop = options.stop.clone();
        options.on_moment = Box::new(move |moment| {
            if matches!(moment, Moment::Before(Command::Execute(at)) if at == swap) {
                stop.raise();
            }
        });
        let run = apply::apply(database.target(), &plan, &Live, &mut options, &Silent).await.unwrap();
        assert_eq!(run.steps.len(), swap + 1, "{major}: it was to stop after the swap");
        let back =
            apply::rollback(database.target(), &plan, None, &Live, &mut world::options(), &Silent).await;
        assert_eq!(back.unwrap().arrived, Some(true), "{major}");
        assert_eq!(yard::ask(&session, CHECKSUM).await, whole, "{major}");
    }
}
