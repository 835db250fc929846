//! Random tables with their columns and partitions.

use crate::part;
use crate::random::Random;

/// Names that need care: quotes, unicode, keywords, newlines, 63 bytes.
pub(crate) const NAMES: &[&str] = &[
    "funds",
    "notes",
    "Select",
    "a\"b",
    "naïve_é",
    "user",
    "with space",
    "x.y",
    "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789",
    "new\nline",
    "it's $1 {} %s \\n",
    "表表表表表表表表表表表表表表表表表表表表表",
];
const COLUMNS: &[&str] = &["a", "b", "C", "d\"q", "order", "é", "g", "h", "it's {}", "new\nline", "x.y"];
const TYPES: &[(&str, &[&str])] = &[
    ("integer", &["1", "2 + 3"]),
    ("bigint", &["7"]),
    ("smallint", &["3"]),
    ("text", &["'x'", "'it''s'", "lower('A')", "E'back\\\\slash'", "'{} $1'"]),
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
    ("tsrange", &[]),
    ("interval", &["'1 day'"]),
    ("interval day to second(3)", &[]),
    ("bytea", &["'\\x00'"]),
    ("inet", &["'127.0.0.1'"]),
    ("double precision", &["0.5"]),
    ("bit(3)", &["B'101'"]),
    ("time(2) with time zone", &[]),
    ("tsvector", &["to_tsvector('english', 'a b')"]),
    ("xml", &[]),
    ("public.mood", &["'sad'", "'ok'::public.mood"]),
    ("public.mood[]", &["'{sad}'"]),
    ("public.pct", &["3"]),
    ("public.pct[]", &[]),
    ("public.\"Code\"", &[]),
    ("public.pair", &["ROW(1, 'a')"]),
    ("public.nest", &[]),
    ("public.span", &[]),
    ("public.hstore", &["'a=>1'"]),
    ("public.citext", &["'Ci'"]),
];

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// How many ways there are to make a table.
const KINDS: usize = 16;

#[derive(Clone)]
struct Column {
    name: &'static str,
    kind: usize,
    default: Option<usize>,
    not_null: bool,
    extra: usize,
    setting: usize,
}

#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    is_odd: bool,
    columns: Vec<Column>,
    /// Statements with `<<t>>` for the table and `<<n>>` for names of its own.
    parts: Vec<String>,
    kind: usize,
    key: usize,
}

impl Table {
    pub(crate) fn new(random: &mut Random, at: usize) -> Self {
        let mut table = Self {
            name: NAMES[at % NAMES.len()],
            is_odd: random.one_in(6),
            columns: Vec::new(),
            parts: Vec::new(),
            kind: random.below(KINDS),
            key: random.below(8),
        };
        let first = random.below(4);
        for name in &COLUMNS[first..first + 2 + random.below(COLUMNS.len() - 6)] {
            table.columns.push(column(random, name));
        }
        for _ in 0..random.below(7) {
            table.parts.push(part::random(random, &table));
        }
        table
    }

    pub(crate) fn has_children(&self) -> bool {
        matches!(self.kind, 0 | 1 | 4..=8)
    }

    /// The name of some column.
    pub(crate) fn column(&self, at: usize) -> &'static str {
        self.columns[at % self.columns.len()].name
    }

    pub(crate) fn any_column(&self, random: &mut Random) -> String {
        quoted(self.column(random.below(64)))
    }

    /// Changes one thing.
    pub(crate) fn mutate(&mut self, random: &mut Random) {
        let at = random.below(self.columns.len());
        match random.below(10) {
            0 => {
                let name = random.pick(COLUMNS);
                if !self.columns.iter().any(|column| column.name == *name) {
                    self.columns.push(column(random, name));
                }
            }
            1 if self.columns.len() > 1 => _ = self.columns.remove(at),
            2 | 3 => self.columns[at] = column(random, self.columns[at].name),
            4 => {
                self.columns[at].setting = random.below(6);
                self.columns[at].not_null = random.one_in(2);
            }
            5 if !self.parts.is_empty() => _ = self.parts.remove(random.below(self.parts.len())),
            6 => self.kind = random.below(KINDS),
            7 => self.key = random.below(8),
            _ => self.parts.push(part::random(random, self)),
        }
    }

    pub(crate) fn qualified(&self) -> String {
        self.within_schema(self.name)
    }

    fn within_schema(&self, name: &str) -> String {
        format!("{}.{}", if self.is_odd { "\"Odd \"\"Schema\"" } else { "public" }, quoted(name))
    }

    /// The statements that make it, without what refers to other tables.
    pub(crate) fn create(&self) -> Vec<String> {
        let (plain, other): (Vec<_>, Vec<_>) = self.columns.iter().partition(|column| column.is_plain());
        let mut definitions = vec!["id bigint NOT NULL".to_owned()];
        definitions.extend(plain.into_iter().map(Column::definition));
        let name = self.qualified();
        let mut out = self.definition(&name, &definitions.join(", "));
        let more =
            other.into_iter().map(|column| format!("ALTER TABLE {name} ADD COLUMN {}", column.definition()));
        // Before its children are made, which cannot get a column with identity later.
        out.splice(1..1, more);
        out.extend(self.key(&name));
        for column in &self.columns {
            out.extend(column.settings(&name));
        }
        out
    }

    fn definition(&self, name: &str, body: &str) -> Vec<String> {
        let of = |suffix: &str, rest: &str| {
            format!("CREATE TABLE {} PARTITION OF {name} {rest}", self.child(suffix))
        };
        let first = quoted(self.column(0));
        match self.kind {
            0 => vec![
                format!("CREATE TABLE {name} ({body}) PARTITION BY RANGE (id)"),
                of("p1", "FOR VALUES FROM (0) TO (100)"),
                of("p2", "DEFAULT"),
            ],
            1 => vec![
                format!("CREATE TABLE {name} ({body})"),
                format!("CREATE TABLE {} (own text) INHERITS ({name})", self.child("c1")),
            ],
            2 => vec![format!("CREATE UNLOGGED TABLE {name} ({body})")],
            3 => vec![format!(
                "CREATE TABLE {name} ({body}) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false)"
            )],
            4 => vec![
                format!("CREATE TABLE {name} ({body}) PARTITION BY HASH (id)"),
                of("p1", "FOR VALUES WITH (MODULUS 2, REMAINDER 0)"),
                of("p2", "FOR VALUES WITH (MODULUS 2, REMAINDER 1) WITH (fillfactor = 60)"),
            ],
            5 => vec![
                format!("CREATE TABLE {name} ({body}) PARTITION BY RANGE (id)"),
                of("p1", "FOR VALUES FROM (MINVALUE) TO (100) PARTITION BY HASH (id)"),
                format!(
                    "CREATE TABLE {} PARTITION OF {} FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
                    self.child("s1"),
                    self.child("p1")
                ),
                of("p2", "DEFAULT PARTITION BY RANGE (id)"),
                format!("CREATE TABLE {} PARTITION OF {} DEFAULT", self.child("s2"), self.child("p2")),
            ],
            6 => {
                vec![format!("CREATE TABLE {name} ({body}) PARTITION BY LIST ({first})"), of("p2", "DEFAULT")]
            }
            7 => vec![
                format!("CREATE TABLE {name} ({body}) PARTITION BY RANGE (id)"),
                // Columns in another order, attached later.
                format!("CREATE TABLE {} (LIKE {name} INCLUDING ALL)", self.child("p1")),
                format!(
                    "ALTER TABLE {name} ATTACH PARTITION {} FOR VALUES FROM (5) TO (10)",
                    self.child("p1")
                ),
                format!("ALTER TABLE {} ADD CONSTRAINT own CHECK (id > 4)", self.child("p1")),
                format!("CREATE INDEX ON {} (id, {first})", self.child("p1")),
            ],
            8 => vec![
                format!("CREATE TABLE {name} ({body})"),
                format!("CREATE TABLE {} (id bigint NOT NULL, other text)", self.child("c0")),
                format!(
                    "CREATE TABLE {} (own text) INHERITS ({name}, {})",
                    self.child("c1"),
                    self.child("c0")
                ),
                format!("CREATE TABLE {} () INHERITS ({})", self.child("c2"), self.child("c1")),
                format!("ALTER TABLE {} ALTER COLUMN {first} SET STATISTICS 7", self.child("c1")),
            ],
            9 => vec![format!("CREATE TABLE {name} ({body}, CHECK (id <> 3) NO INHERIT, CHECK (id <> 4))")],
            _ => vec![format!("CREATE TABLE {name} ({body})")],
        }
    }

    fn key(&self, name: &str) -> Vec<String> {
        let first = quoted(self.column(0));
        match self.key {
            0 => vec![format!("ALTER TABLE {name} ADD CONSTRAINT \"the key\" PRIMARY KEY (id)")],
            1 => vec![
                format!("ALTER TABLE {name} ADD PRIMARY KEY (id) INCLUDE ({first})"),
                format!("ALTER TABLE {name} ADD PRIMARY KEY (id)"),
            ],
            2 => vec![format!("ALTER TABLE {name} ADD PRIMARY KEY (id) DEFERRABLE")],
            3 => vec![
                format!("ALTER TABLE {name} ADD UNIQUE (id)"),
                format!(
                    "ALTER TABLE {name} REPLICA IDENTITY USING INDEX {}",
                    quoted(&format!("{}_id_key", self.name))
                ),
            ],
            _ => vec![format!("ALTER TABLE {name} ADD PRIMARY KEY (id)")],
        }
    }

    fn child(&self, suffix: &str) -> String {
        let short: String = self.name.chars().take(10).collect();
        self.within_schema(&format!("{short}_{suffix}"))
    }

    /// What hangs on it, and what refers to other tables.
    pub(crate) fn furnish(&self) -> impl Iterator<Item = String> + '_ {
        let short: String = self.name.chars().take(10).collect();
        // On children such a constraint is proved or not by the order in which they were made.
        let is_apart = |part: &str| self.has_children() && part.contains("<<n>> NOT NULL ");
        self.parts.iter().enumerate().filter(move |(_, part)| !is_apart(part)).map(move |(at, part)| {
            part.replace("<<t>>", &self.qualified()).replace("<<n>>", &quoted(&format!("{short} part{at}")))
        })
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
        extra: random.below(18),
        setting: random.below(9),
    }
}

impl Column {
    /// Whether every server takes it in every world: one that does not would take its whole table with it.
    fn is_plain(&self) -> bool {
        !matches!(self.extra, 6 | 7)
            && !matches!(
                TYPES[self.kind].0,
                "public.nest" | "public.hstore" | "public.citext" | "xml" | "public.pair"
            )
    }

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
            6 => format!("{name} text COLLATE public.ci{not_null}"),
            // Refused before 18.
            7 => format!("{name} bigint GENERATED ALWAYS AS (id + 5) VIRTUAL"),
            8 => format!(
                "{name} smallint GENERATED ALWAYS AS IDENTITY (MINVALUE -5 MAXVALUE 500 START 7 CACHE 3 CYCLE)"
            ),
            9 => format!("{name} integer GENERATED ALWAYS AS (public.f(id::integer)) STORED"),
            _ => {
                let default = self.default.map(|at| format!(" DEFAULT {}", defaults[at])).unwrap_or_default();
                format!("{name} {kind}{default}{not_null}")
            }
        }
    }

    fn settings(&self, table: &str) -> Vec<String> {
        let name = quoted(self.name);
        match self.setting {
            0 => vec![format!(
                "COMMENT ON COLUMN {table}.{name} IS E'it''s \"{}\" \\\\ {{}} \\n here'",
                self.extra
            )],
            1 => vec![format!("ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS {}", 100 + self.kind)],
            // How a type of an extension is stored by itself is not known, and has a name from 16 on only.
            2 if !TYPES[self.kind].1.contains(&"'a=>1'") && !TYPES[self.kind].1.contains(&"'Ci'") => {
                vec![format!("ALTER TABLE {table} ALTER COLUMN {name} SET STORAGE EXTERNAL")]
            }
            3 => vec![format!("ALTER TABLE {table} ALTER COLUMN {name} SET COMPRESSION pglz")],
            _ => Vec::new(),
        }
    }
}
