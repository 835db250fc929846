//! Random schemas as lists of statements, and random changes of them.
//!
//! A statement that PostgreSQL refuses (because what it names went in a change, say) is left out by the
//! loader, so that every world is some valid schema.

use crate::random::Random;

/// Names that need care: quotes, unicode, keywords, 63 bytes.
const NAMES: &[&str] = &[
    "funds",
    "notes",
    "Select",
    "a\"b",
    "naïve_é",
    "user",
    "with space",
    "x.y",
    "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789",
];
const COLUMNS: &[&str] = &["a", "b", "C", "d\"q", "order", "é", "g", "h"];
const TYPES: &[(&str, &[&str])] = &[
    ("integer", &["1", "2 + 3"]),
    ("bigint", &["7"]),
    ("smallint", &["3"]),
    ("text", &["'x'", "'it''s'", "lower('A')", "E'back\\\\slash'"]),
    ("varchar(20)", &["'v'"]),
    ("varchar(40)", &["'v'"]),
    ("char(3)", &["'abc'"]),
    ("numeric(10,2)", &["1.5"]),
    ("numeric", &["0"]),
    ("boolean", &["true"]),
    ("date", &["CURRENT_DATE", "'2020-01-01'"]),
    ("timestamptz(3)", &["now()"]),
    ("timestamp", &["LOCALTIMESTAMP"]),
    ("jsonb", &["'{}'"]),
    ("uuid", &["gen_random_uuid()"]),
    ("text[]", &["'{}'", "ARRAY['a','b']"]),
    ("integer[]", &["'{1}'"]),
    ("int4range", &["'[1,2)'"]),
    ("interval", &["'1 day'"]),
    ("bytea", &["'\\x00'"]),
    ("inet", &["'127.0.0.1'"]),
    ("double precision", &["0.5"]),
    ("public.mood", &["'sad'"]),
    ("public.mood[]", &["'{sad}'"]),
    ("public.pct", &["3"]),
    ("public.pair", &[]),
    ("public.span", &[]),
];

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[derive(Clone)]
struct Column {
    name: &'static str,
    kind: usize,
    default: Option<usize>,
    not_null: bool,
    extra: usize,
    comment: usize,
}

#[derive(Clone)]
struct Table {
    name: String,
    columns: Vec<Column>,
    /// Statements with `{t}` for the table and `{n}` for names of its own, each with a tag for its kind.
    parts: Vec<String>,
    kind: usize,
}

/// A random schema.
#[derive(Clone)]
pub(crate) struct World {
    moods: Vec<&'static str>,
    domain: usize,
    pair: usize,
    span: usize,
    sequence: usize,
    functions: [usize; 3],
    tables: Vec<Table>,
    views: Vec<(usize, usize, usize)>,
}

impl World {
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut world = Self {
            moods: vec!["sad", "ok", "it's"],
            domain: random.below(4),
            pair: random.below(3),
            span: random.below(3),
            sequence: random.below(4),
            functions: [random.below(4), random.below(3), random.below(2)],
            tables: Vec::new(),
            views: Vec::new(),
        };
        for at in 0..2 + random.below(4) {
            world.add_table(random, at);
        }
        for _ in 0..random.below(5) {
            world.views.push((random.below(8), random.below(6), random.below(8)));
        }
        world
    }

    fn add_table(&mut self, random: &mut Random, at: usize) {
        let name = NAMES[at % NAMES.len()];
        if self.tables.iter().any(|table| table.name == name) {
            return;
        }
        let mut table =
            Table { name: name.to_owned(), columns: Vec::new(), parts: Vec::new(), kind: random.below(8) };
        for name in &COLUMNS[..2 + random.below(COLUMNS.len() - 2)] {
            table.columns.push(column(random, name));
        }
        for _ in 0..random.below(7) {
            let part = part(random, &table);
            table.parts.push(part);
        }
        self.tables.push(table);
    }

    /// Changes a few things.
    pub(crate) fn mutate(&mut self, random: &mut Random) {
        for _ in 0..1 + random.below(6) {
            self.mutate_once(random);
        }
    }

    fn mutate_once(&mut self, random: &mut Random) {
        match random.below(20) {
            0 => {
                self.moods = random
                    .pick(&[vec!["sad", "ok"], vec!["sad", "new", "ok", "it's"], vec!["ok", "sad"]])
                    .clone()
            }
            1 => self.domain = random.below(4),
            2 => self.pair = random.below(3),
            3 => self.span = random.below(3),
            4 => self.sequence = random.below(4),
            5 => self.functions[0] = random.below(4),
            6 => self.functions[1] = random.below(3),
            7 => self.functions[2] = random.below(2),
            8 => {
                let at = random.below(NAMES.len());
                self.add_table(random, at);
            }
            9 if self.tables.len() > 1 => _ = self.tables.remove(random.below(self.tables.len())),
            10 => self.views.push((random.below(8), random.below(6), random.below(8))),
            11 if !self.views.is_empty() => _ = self.views.remove(random.below(self.views.len())),
            _ => self.mutate_table(random),
        }
    }

    fn mutate_table(&mut self, random: &mut Random) {
        let at = random.below(self.tables.len());
        let table = &mut self.tables[at];
        match random.below(8) {
            0 => {
                let name = random.pick(COLUMNS);
                if !table.columns.iter().any(|column| column.name == *name) {
                    table.columns.push(column(random, name));
                }
            }
            1 if table.columns.len() > 1 => _ = table.columns.remove(random.below(table.columns.len())),
            2 | 3 => {
                let at = random.below(table.columns.len());
                table.columns[at] = column(random, table.columns[at].name);
            }
            4 => {
                let at = random.below(table.columns.len());
                table.columns[at].comment = random.below(3);
                table.columns[at].not_null = random.one_in(2);
            }
            5 if !table.parts.is_empty() => _ = table.parts.remove(random.below(table.parts.len())),
            6 => table.kind = random.below(8),
            _ => {
                let part = part(random, table);
                table.parts.push(part);
            }
        }
    }

    /// The statements that build it.
    pub(crate) fn statements(&self) -> Vec<String> {
        let labels: Vec<String> =
            self.moods.iter().map(|label| format!("'{}'", label.replace('\'', "''"))).collect();
        let mut out = vec![
            "CREATE SCHEMA \"Odd \"\"Schema\"".to_owned(),
            format!("CREATE TYPE public.mood AS ENUM ({})", labels.join(", ")),
            [
                "CREATE DOMAIN public.pct AS integer CHECK (VALUE >= 0)",
                "CREATE DOMAIN public.pct AS integer DEFAULT 3 CHECK (VALUE >= 0) CHECK (VALUE < 101)",
                "CREATE DOMAIN public.pct AS bigint NOT NULL",
                "CREATE DOMAIN public.pct AS integer",
            ][self.domain]
                .to_owned(),
            [
                "CREATE TYPE public.pair AS (x integer, y text)",
                "CREATE TYPE public.pair AS (x integer, y text, z public.mood)",
                "CREATE TYPE public.pair AS (x bigint, y text)",
            ][self.pair]
                .to_owned(),
            [
                "CREATE TYPE public.span AS RANGE (subtype = float8)",
                "CREATE TYPE public.span AS RANGE (subtype = float8, subtype_diff = float8mi)",
                "CREATE TYPE public.span AS RANGE (subtype = text, collation = \"C\")",
            ][self.span]
                .to_owned(),
            [
                "CREATE SEQUENCE public.ticket",
                "CREATE SEQUENCE public.ticket INCREMENT 5 START 100 MINVALUE 50",
                "CREATE SEQUENCE public.ticket AS smallint CYCLE",
                "COMMENT ON TYPE public.mood IS 'no sequence'",
            ][self.sequence]
                .to_owned(),
            [
                "CREATE FUNCTION public.f(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + 1'",
                "CREATE FUNCTION public.f(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + 2'",
                "CREATE FUNCTION public.f(m integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT m'",
                "CREATE FUNCTION public.f(n integer, k integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + k'",
            ][self.functions[0]]
                .to_owned(),
            [
                "CREATE FUNCTION public.feel(m public.mood) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x' $$",
                "CREATE FUNCTION public.feel(m public.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$",
                "CREATE PROCEDURE public.feel() LANGUAGE sql AS $$ SELECT 1 $$",
            ][self.functions[1]]
                .to_owned(),
            [
                "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
                "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            ][self.functions[2]]
                .to_owned(),
        ];
        for table in &self.tables {
            out.extend(table.create());
        }
        for table in &self.tables {
            out.extend(table.parts.iter().enumerate().map(|(at, part)| table.fill(part, at)));
        }
        self.add_views(&mut out);
        out
    }

    fn add_views(&self, out: &mut Vec<String>) {
        for (at, (table, shape, column)) in self.views.iter().enumerate() {
            let table = &self.tables[table % self.tables.len()];
            let (name, column) =
                (table.qualified(), quoted(table.columns[column % table.columns.len()].name));
            let view = format!("public.v{at}");
            out.push(match shape {
                0 => format!("CREATE VIEW {view} AS SELECT {column} FROM {name}"),
                1 => format!("CREATE VIEW {view} WITH (security_barrier) AS SELECT * FROM {name} WHERE {column} IS NOT NULL"),
                2 => format!("CREATE MATERIALIZED VIEW {view} AS SELECT {column} AS k, count(*) AS n FROM {name} GROUP BY 1"),
                3 if at > 0 => format!("CREATE VIEW {view} AS SELECT * FROM public.v{}", at - 1),
                4 => format!("CREATE VIEW {view} AS SELECT public.f(1) AS x, {column} AS y FROM {name}"),
                _ => format!("CREATE VIEW {view} AS SELECT row_number() OVER () AS n, t.{column} FROM {name} t"),
            });
            if *shape == 2 {
                out.push(format!("CREATE UNIQUE INDEX v{at}_k ON {view} (k)"));
            }
            out.push(format!(
                "COMMENT ON {}VIEW {view} IS 'view {column}'",
                if *shape == 2 { "MATERIALIZED " } else { "" }
            ));
        }
    }
}

fn column(random: &mut Random, name: &'static str) -> Column {
    let kind = random.below(TYPES.len());
    let defaults = TYPES[kind].1.len();
    Column {
        name,
        kind,
        default: if defaults > 0 && random.one_in(2) { Some(random.below(defaults)) } else { None },
        not_null: random.one_in(3),
        extra: random.below(12),
        comment: random.below(6),
    }
}

impl Table {
    fn qualified(&self) -> String {
        format!("public.{}", quoted(&self.name))
    }

    fn create(&self) -> Vec<String> {
        let mut definitions = vec!["id bigint NOT NULL".to_owned()];
        definitions.extend(self.columns.iter().map(Column::definition));
        let name = self.qualified();
        let body = definitions.join(", ");
        let mut out = match self.kind {
            0 => vec![
                format!("CREATE TABLE {name} ({body}) PARTITION BY RANGE (id)"),
                format!("CREATE TABLE {} PARTITION OF {name} FOR VALUES FROM (0) TO (100)", self.child("p1")),
                format!("CREATE TABLE {} PARTITION OF {name} DEFAULT", self.child("p2")),
            ],
            1 => vec![
                format!("CREATE TABLE {name} ({body})"),
                format!("CREATE TABLE {} (own text) INHERITS ({name})", self.child("c1")),
            ],
            2 => vec![format!("CREATE UNLOGGED TABLE {name} ({body})")],
            3 => vec![format!("CREATE TABLE {name} ({body}) WITH (fillfactor = 70)")],
            _ => vec![format!("CREATE TABLE {name} ({body})")],
        };
        out.push(format!("ALTER TABLE {name} ADD PRIMARY KEY (id)"));
        for column in &self.columns {
            out.extend(column.settings(&name));
        }
        out
    }

    fn child(&self, suffix: &str) -> String {
        let short: String = self.name.chars().take(20).collect();
        format!("public.{}", quoted(&format!("{short}_{suffix}")))
    }

    fn fill(&self, part: &str, at: usize) -> String {
        let short: String = self.name.chars().take(20).collect();
        part.replace("{t}", &self.qualified()).replace("{n}", &quoted(&format!("{short} part{at}")))
    }
}

impl Column {
    fn definition(&self) -> String {
        let (kind, defaults) = TYPES[self.kind];
        let name = quoted(self.name);
        let not_null = if self.not_null { " NOT NULL" } else { "" };
        match self.extra {
            0 => format!("{name} integer GENERATED ALWAYS AS IDENTITY"),
            1 => format!("{name} bigint GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 2)"),
            2 => format!("{name} serial"),
            3 => format!("{name} bigint GENERATED ALWAYS AS (id * 2) STORED"),
            4 => format!("{name} text COLLATE \"C\"{not_null}"),
            5 => format!("{name} integer DEFAULT public.f(3){not_null}"),
            _ => {
                let default = self.default.map(|at| format!(" DEFAULT {}", defaults[at])).unwrap_or_default();
                format!("{name} {kind}{default}{not_null}")
            }
        }
    }

    fn settings(&self, table: &str) -> Vec<String> {
        let name = quoted(self.name);
        match self.comment {
            0 => vec![format!("COMMENT ON COLUMN {table}.{name} IS 'it''s \"{}\" \\ here'", self.extra)],
            1 => vec![format!("ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS {}", 100 + self.kind)],
            2 => vec![format!("ALTER TABLE {table} ALTER COLUMN {name} SET STORAGE EXTERNAL")],
            _ => Vec::new(),
        }
    }
}

/// A statement about a table, with `{t}` and `{n}` to be filled in.
fn part(random: &mut Random, table: &Table) -> String {
    let a = quoted(random.pick(&table.columns).name);
    let b = quoted(random.pick(&table.columns).name);
    let other = quoted(NAMES[random.below(NAMES.len())]);
    match random.below(22) {
        0 => format!("CREATE INDEX {{n}} ON {{t}} ({a}, {b} DESC NULLS LAST)"),
        1 => format!("CREATE UNIQUE INDEX {{n}} ON {{t}} (id, {a}) INCLUDE ({b})"),
        2 => format!("CREATE INDEX {{n}} ON {{t}} (({a}::text)) WHERE {b} IS NOT NULL"),
        3 => format!("CREATE INDEX {{n}} ON {{t}} USING gin ({a})"),
        4 => format!("CREATE INDEX {{n}} ON {{t}} USING hash ({a})"),
        5 => format!("CREATE INDEX {{n}} ON {{t}} (lower({a}::text) COLLATE \"C\", id)"),
        6 => format!("ALTER TABLE {{t}} ADD CONSTRAINT {{n}} CHECK ({a} IS NOT NULL OR id > 0)"),
        7 => format!("ALTER TABLE {{t}} ADD CONSTRAINT {{n}} CHECK ({a} IN ('a', 'b', 'c'))"),
        8 => "ALTER TABLE {t} ADD CONSTRAINT {n} CHECK (public.f(id::integer) > 0) NOT VALID".to_owned(),
        9 => format!("ALTER TABLE {{t}} ADD CONSTRAINT {{n}} UNIQUE (id, {a}) DEFERRABLE INITIALLY DEFERRED"),
        10 | 11 => format!(
            "ALTER TABLE {{t}} ADD CONSTRAINT {{n}} FOREIGN KEY (id) REFERENCES public.{other} ON DELETE CASCADE"
        ),
        12 => format!(
            "ALTER TABLE {{t}} ADD CONSTRAINT {{n}} FOREIGN KEY ({a}) REFERENCES public.{other} ON UPDATE SET NULL"
        ),
        13 => format!("ALTER TABLE {{t}} ADD CONSTRAINT {{n}} FOREIGN KEY ({a}) REFERENCES {{t}} DEFERRABLE"),
        14 => format!(
            "CREATE TRIGGER {{n}} BEFORE UPDATE OF {a} ON {{t}} FOR EACH ROW WHEN (OLD.{b} IS DISTINCT FROM NEW.{b}) EXECUTE FUNCTION public.touch()"
        ),
        15 => format!("CREATE POLICY {{n}} ON {{t}} FOR SELECT USING ({a} IS NOT NULL)"),
        16 => format!(
            "CREATE POLICY {{n}} ON {{t}} AS RESTRICTIVE FOR ALL USING (id > 0) WITH CHECK ({b} IS NOT NULL)"
        ),
        17 => "ALTER TABLE {t} ENABLE ROW LEVEL SECURITY".to_owned(),
        18 => "COMMENT ON TABLE {t} IS 'a \"table\" with \\ and ''quotes'''".to_owned(),
        19 => "ALTER TABLE {t} REPLICA IDENTITY FULL".to_owned(),
        20 => format!("CREATE RULE {{n}} AS ON DELETE TO {{t}} WHERE OLD.{a} IS NULL DO INSTEAD NOTHING"),
        _ => format!("ALTER TABLE {{t}} ADD CONSTRAINT {{n}} EXCLUDE USING gist ({a} WITH &&)"),
    }
}
