//! Random pairs of schemas in which everything hangs on one table: views, policies, triggers, generated columns,
//! partitions, keys. About a third of it differs between the two.
//!
//! The variables are those of `pairs`.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::kills::CHECKSUM;
use crate::pairs::{self, Random};
use crate::trial::{Trial, Writes};
use crate::yard::Yard;

const PAIRS_DEFAULT: u64 = 6;

/// The columns of the table, each in several shapes; every value converts to every shape.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("a", &["integer", "bigint", "integer DEFAULT 1", "integer NOT NULL DEFAULT 2", "numeric", "positive"]),
    ("b", &["text", "varchar(200)", "text NOT NULL", "text COLLATE \"C\"", "text DEFAULT 'it''s'"]),
    ("\"c D\"", &["timestamptz", "timestamp", "timestamptz NOT NULL DEFAULT now()", "date"]),
    ("d", &["numeric(12,2)", "numeric(14,2)", "numeric", "double precision", "numeric(12,2) DEFAULT 0"]),
    ("e", &["feeling", "feeling NOT NULL DEFAULT 'ok'", "text", "feeling DEFAULT 'good'"]),
    (
        "parent",
        &[
            "bigint",
            "bigint REFERENCES \"Order\"",
            "bigint REFERENCES \"Order\" ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "bigint REFERENCES \"Order\" ON DELETE SET NULL",
        ],
    ),
];

const LABELS: &[&str] = &[
    "'bad', 'ok', 'good'",
    "'bad', 'ok', 'good', 'great'",
    "'good', 'ok', 'bad'",
    "'bad', 'meh', 'ok', 'good'",
];

/// What hangs on the table, each in several forms; the first is that it is not there.
const BESIDE: &[&[&str]] = &[
    &[
        "",
        "ALTER TABLE \"Order\" ADD CONSTRAINT sane CHECK (a >= 0)",
        "ALTER TABLE \"Order\" ADD CONSTRAINT sane CHECK (a >= 0 AND b <> '')",
        "ALTER TABLE \"Order\" ADD CONSTRAINT sane CHECK (a >= 0) NOT VALID",
    ],
    &[
        "",
        "ALTER TABLE \"Order\" ADD CONSTRAINT once UNIQUE (b)",
        "ALTER TABLE \"Order\" ADD CONSTRAINT once UNIQUE (b, a)",
        "ALTER TABLE \"Order\" ADD CONSTRAINT once UNIQUE (b) DEFERRABLE",
        "CREATE UNIQUE INDEX once ON \"Order\" (lower(b))",
        "CREATE UNIQUE INDEX once ON \"Order\" (b) WHERE a > 5",
    ],
    &[
        "",
        "CREATE INDEX look ON \"Order\" (a)",
        "CREATE INDEX look ON \"Order\" (a) INCLUDE (b)",
        "CREATE INDEX look ON \"Order\" (a DESC NULLS LAST, \"c D\")",
        "CREATE INDEX look ON \"Order\" USING brin (\"c D\")",
        "CREATE INDEX look ON \"Order\" USING hash (b)",
    ],
    &[
        "",
        "ALTER TABLE \"Order\" ADD COLUMN g numeric GENERATED ALWAYS AS (a * 2) STORED",
        "ALTER TABLE \"Order\" ADD COLUMN g numeric GENERATED ALWAYS AS (a * 3) STORED",
        "ALTER TABLE \"Order\" ADD COLUMN g text GENERATED ALWAYS AS (b || '!') STORED",
    ],
    &[
        "",
        "CREATE VIEW seen AS SELECT id, a, b FROM \"Order\" WHERE a > 3",
        "CREATE VIEW seen AS SELECT id, a, b FROM \"Order\" WHERE a > 3; CREATE VIEW \"seen Too\" AS SELECT id, b FROM seen",
        "CREATE VIEW seen AS SELECT id, e, \"c D\" FROM \"Order\"",
        "CREATE MATERIALIZED VIEW seen AS SELECT id, d FROM \"Order\"",
        "CREATE MATERIALIZED VIEW seen AS SELECT id, d FROM \"Order\"; CREATE UNIQUE INDEX seen_id ON seen (id)",
    ],
    &[
        "",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER touch BEFORE UPDATE ON \"Order\" FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.b := NEW.b; RETURN NEW; END';
         CREATE TRIGGER touch BEFORE UPDATE ON \"Order\" FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER touch AFTER UPDATE OF a ON \"Order\" FOR EACH ROW WHEN (OLD.a IS DISTINCT FROM NEW.a) EXECUTE FUNCTION touch()",
    ],
    &[
        "",
        "ALTER TABLE \"Order\" ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON \"Order\" USING (a > 0)",
        "ALTER TABLE \"Order\" ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON \"Order\" FOR SELECT USING (b <> 'x')",
        "ALTER TABLE \"Order\" ENABLE ROW LEVEL SECURITY",
    ],
    &["", PARTS, PARTS_THREE, PARTS_INDEXED, PARTS_REFERRING],
    &["", "CREATE SEQUENCE s", "CREATE SEQUENCE s INCREMENT 5", "CREATE SEQUENCE s AS integer"],
    &["", "COMMENT ON TABLE \"Order\" IS 'orders'", "COMMENT ON COLUMN \"Order\".b IS 'it''s'"],
    &[
        "",
        "CREATE TABLE extra (id integer PRIMARY KEY, o bigint REFERENCES \"Order\")",
        "CREATE TABLE extra (id integer PRIMARY KEY, o bigint); CREATE INDEX ON extra (o)",
    ],
    &[
        "",
        "ALTER TABLE \"Order\" SET (fillfactor = 80)",
        "ALTER TABLE \"Order\" ALTER b SET STATISTICS 500",
        "ALTER TABLE \"Order\" REPLICA IDENTITY FULL",
    ],
    &[
        "",
        "CREATE FUNCTION twice(n integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT n * 2'",
        "CREATE FUNCTION twice(n integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT n + n'",
        "CREATE FUNCTION twice(n integer) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT 2::bigint * n'",
    ],
];

const PARTS: &str =
    "CREATE TABLE parts (day date NOT NULL, k bigint NOT NULL, PRIMARY KEY (day, k)) PARTITION BY RANGE (day);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2024-07-01') TO ('2025-01-01')";
const PARTS_THREE: &str =
    "CREATE TABLE parts (day date NOT NULL, k bigint NOT NULL, PRIMARY KEY (day, k)) PARTITION BY RANGE (day);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
    CREATE TABLE parts_3 PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2025-07-01')";
const PARTS_INDEXED: &str =
    "CREATE TABLE parts (day date NOT NULL, k bigint NOT NULL, PRIMARY KEY (day, k)) PARTITION BY RANGE (day);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
    CREATE INDEX parts_k ON parts (k)";
const PARTS_REFERRING: &str =
    "CREATE TABLE parts (day date NOT NULL, k bigint NOT NULL REFERENCES \"Order\", PRIMARY KEY (day, k)) PARTITION BY RANGE (day);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2024-07-01') TO ('2025-01-01')";

/// One schema: which shape each thing has.
#[derive(Clone)]
struct Shape {
    columns: Vec<&'static str>,
    labels: &'static str,
    beside: Vec<&'static str>,
}

impl Shape {
    fn of(random: &mut Random) -> Self {
        Self {
            columns: COLUMNS.iter().map(|(_, shapes)| random.pick(shapes)).collect(),
            labels: random.pick(LABELS),
            beside: BESIDE.iter().map(|forms| random.pick(forms)).collect(),
        }
    }

    /// The same with about a third of it drawn anew.
    fn changed(&self, random: &mut Random) -> Self {
        let is_kept = |random: &mut Random| !random.next().is_multiple_of(3);
        let (other, mut changed) = (Self::of(random), self.clone());
        for (at, column) in other.columns.iter().enumerate().filter(|_| !is_kept(random)) {
            changed.columns[at] = *column;
        }
        for (at, form) in other.beside.iter().enumerate().filter(|_| !is_kept(random)) {
            changed.beside[at] = *form;
        }
        if !is_kept(random) {
            changed.labels = other.labels;
        }
        changed
    }

    fn sql(&self) -> String {
        let columns = COLUMNS.iter().zip(&self.columns).map(|((name, _), shape)| format!(", {name} {shape}"));
        let columns: String = columns.collect();
        let mut sql = format!(
            "CREATE TYPE feeling AS ENUM ({});\nCREATE DOMAIN positive AS integer CHECK (VALUE >= 0);\n\
             CREATE TABLE \"Order\" (id bigint PRIMARY KEY{columns});\n",
            self.labels
        );
        for form in self.beside.iter().filter(|form| !form.is_empty()) {
            writeln!(sql, "{form};").unwrap();
        }
        sql
    }

    /// Rows for it, with nulls where both schemas take them.
    fn rows(&self, other: &Self) -> String {
        let values = [
            "g",
            "'b ' || g",
            "date '2024-01-01' + g",
            "round(g / 7.0, 2)",
            "(ARRAY['bad', 'ok', 'good'])[1 + g % 3]",
            "nullif(g / 2, 0)",
        ];
        let value = |at: usize| {
            let filled = [self, other].iter().any(|shape| shape.columns[at].contains("NOT NULL"));
            let base = self.columns[at].split_whitespace().next().unwrap_or_default();
            let cast = if base == "double" { "double precision" } else { base };
            let value = format!("({})::text::{cast}", values[at]);
            if filled || at == 1 { value } else { format!("CASE WHEN g % 7 > 0 THEN {value} END") }
        };
        let list: Vec<String> = (0..COLUMNS.len()).map(value).collect();
        let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        let mut sql = format!(
            "INSERT INTO \"Order\" (id, {}) SELECT g, {} FROM generate_series(1, 200) g",
            names.join(", "),
            list.join(", ")
        );
        if self.beside.iter().any(|form| form.contains("TABLE parts ")) {
            sql.push_str(
                "; INSERT INTO parts SELECT date '2024-01-01' + g, g FROM generate_series(1, 200) g",
            );
        }
        sql
    }
}

/// The rows of the table by key, in a form that no shape changes.
const KEPT: &str = "SET search_path = public; SELECT sum(hashtextextended(id || '|' || coalesce(a::numeric::bigint::text, '-')
      || '|' || b || '|' || coalesce(left(\"c D\"::text, 10), '-') || '|' || coalesce(round(d::numeric, 2)::text, '-')
      || '|' || coalesce(e::text, '-') || '|' || coalesce(parent::text, '-'), 0)) FROM \"Order\" WHERE id <= 200";

fn writes() -> Writes {
    Writes {
        make: "INSERT INTO public.\"Order\" (id, a, b, \"c D\", d, e, parent) VALUES (500, 7, 'written', '2024-05-05', 1.5, 'ok', 1); UPDATE public.\"Order\" SET b = 'changed' WHERE id = 9".to_owned(),
        find: "SELECT (SELECT count(*) = 1 FROM public.\"Order\" WHERE id = 500 AND b = 'written')
            AND (SELECT b = 'changed' FROM public.\"Order\" WHERE id = 9)".to_owned(),
        take_back: "DELETE FROM public.\"Order\" WHERE id = 500; UPDATE public.\"Order\" SET b = 'b 9' WHERE id = 9".to_owned(),
    }
}

async fn pair(yard: Arc<Yard>, seed: u64, major: u32) -> String {
    let mut random = Random(seed.wrapping_mul(104_729));
    let one = Shape::of(&mut random);
    let other = one.changed(&mut random);
    let trial = Trial {
        before: one.sql(),
        data: one.rows(&other),
        after: other.sql(),
        kept: KEPT.to_owned(),
        whole: CHECKSUM.to_owned(),
        writes: writes(),
    };
    trial.there_and_back(&yard, major, &mut random).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hangs_on_a_table_goes_there_and_back_with_it() {
    pairs::sweep(PAIRS_DEFAULT, pair).await;
}
