//! Drizzle projects to read: the corpus, and such as are made at random.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part, and a test ends where something is amiss"
)]

use std::fs;
use std::path::{Path, PathBuf};

use model::Schema;

use crate::packages::packages;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The entries of the corpus of Drizzle projects, with the packages of a generation beside them.
pub(crate) fn corpus(generation: &str) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(packages(generation), folder.path().join("node_modules")).unwrap();
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/corpus"), folder.path());
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let schemas = entries.flat_map(|entry| ["schema.ts", "schema.js"].map(|name| entry.join(name)));
    let schemas = schemas.filter(|path| path.is_file()).collect();
    (folder, schemas)
}

/// The first part in which two schemas differ.
pub(crate) fn difference(known: &Schema, asked: &Schema) -> Option<String> {
    if known == asked {
        return None;
    }
    let text = |schema: &Schema| serde_json::to_string_pretty(schema).unwrap();
    let (known, asked) = (text(known), text(asked));
    let lines = known.lines().zip(asked.lines()).enumerate();
    let at = lines.filter(|(_, (a, b))| a != b).map(|(at, _)| at).next().unwrap_or(0);
    let around =
        |text: &str| text.lines().skip(at.saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
    Some(format!("known:\n{}\nasked:\n{}", around(&known), around(&asked)))
}

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[self.roll(from.len())]
    }
}

/// Columns of every known type: how Drizzle declares one, and what can be its default.
const COLUMNS: &[(&str, &str, &[&str])] = &[
    ("n", "bigint(\"n\", { mode: \"number\" })", &["0", "-1", "7000000000", "sql`'5'`", "sql`null`"]),
    ("i", "integer(\"i\")", &["0", "-12", "sql`'5'`", "sql`2147483647`"]),
    ("si", "smallint(\"si\")", &["3", "-3", "sql`'5'`"]),
    (
        "x",
        "numeric(\"x\", { precision: 12, scale: 2 })",
        &["\"1.50\"", "\"0\"", "sql`0`", "sql`-1.5`", "sql`0.10`"],
    ),
    ("x2", "numeric(\"x2\")", &["\"-3\"", "sql`12`", "sql`'0.5'`", "sql`null`"]),
    ("r", "real(\"r\")", &["1.5", "-2", "0"]),
    ("d", "doublePrecision(\"d\")", &["0.25", "-0.5", "9"]),
    ("t", "text(\"t\")", &["\"it's\"", "\"\"", "\"ü\"", "sql`'a'::text`", "sql`null`"]),
    ("v", "varchar(\"v\", { length: 20 })", &["\"draft\""]),
    ("v2", "varchar(\"v2\")", &["\"draft\"", "sql`null`"]),
    ("c", "char(\"c\", { length: 3 })", &["\"abc\"", "\"a\""]),
    ("b", "boolean(\"b\")", &["true", "false"]),
    ("ts", "timestamp(\"ts\")", &["sql`now()`", "sql`CURRENT_TIMESTAMP`"]),
    (
        "tz",
        "timestamp(\"tz\", { withTimezone: true, precision: 3 })",
        &["sql`now()`", "sql`current_timestamp`"],
    ),
    ("day", "date(\"day\")", &["sql`now()`", "sql`CURRENT_DATE`"]),
    ("u", "uuid(\"u\")", &["sql`gen_random_uuid()`", "\"00000000-0000-4000-8000-00000000000a\""]),
    ("j", "jsonb(\"j\")", &["{}", "[]"]),
    ("j2", "json(\"j2\")", &["{}", "{ a: 1 }"]),
    ("m", "mood(\"m\")", &["\"so so\"", "\"ok\""]),
    ("ta", "text(\"ta\").array()", &["[]"]),
    ("tm", "time(\"tm\")", &[]),
    ("iv", "interval(\"iv\")", &[]),
    ("a", "inet(\"a\")", &[]),
    ("select", "text(\"select\")", &["\"x\""]),
    ("Weird \\\"Name", "integer(\"Weird \\\"Name\")", &["1"]),
    ("ns", "bigserial(\"ns\", { mode: \"number\" })", &[]),
];

/// Comparisons of each column that SQL takes.
const COMPARISONS: &[&str] = &[
    "n > 0",
    "n >= -5",
    "n in (1, 2, -3)",
    "n <> 7000000000",
    "n between 1 and 5",
    "n not in (4)",
    "i = 3",
    "i < n",
    "i in (1,2)",
    "i > 0.5",
    "si <= 3",
    "si in (1, 2)",
    "si = 70000",
    "x > 0",
    "x >= 0.5",
    "x <> -1",
    "x < -0.25",
    "x in (1, 2)",
    "x2 = x",
    "r > 0",
    "d < 0.5",
    "d >= -1",
    "t = 'a'",
    "t <> 'it''s'",
    "t in ('a', 'b')",
    "t not in ('a', 'ü')",
    "t in ('a')",
    "t like '%a_'",
    "t not like 'x'",
    "t ilike 'a'",
    "t ~ '^a+$'",
    "t !~* 'b'",
    "t = v",
    "v = v2",
    "v = 'a'",
    "v in ('a', 'b', 'c')",
    "v not in ('a','b')",
    "v like 'a%'",
    "v in ('z')",
    "b",
    "not b",
    "b = true",
    "b is null",
    "ts < ts",
    "tz is not null",
    "u = u",
    "j is not null",
    "m = 'ok'",
    "m in ('ok', 'so so')",
    "m <> 'so so'",
    "m is null",
    "ta is null",
    "length(t) > 2",
    "char_length(v) <= 10",
    "lower(t) = 'a'",
    "upper(v) in ('A', 'B')",
    "lower(t) = t",
    "day < day",
    "octet_length(t) between 1 and 9",
    "n not between 1 and 2",
    "\"t\" > 'a'",
    "(n) > 0",
    "length(v) in (1, 2)",
];

pub(crate) fn condition(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(if depth == 0 { 1 } else { 6 }) {
        0..=2 => dice.pick(COMPARISONS).to_owned(),
        3 => format!("{} and {}", operand(dice, depth), operand(dice, depth)),
        4 => format!("{} OR {} or {}", operand(dice, depth), operand(dice, depth), operand(dice, depth)),
        _ => format!("not ({})", condition(dice, depth - 1)),
    }
}

fn operand(dice: &mut Dice, depth: usize) -> String {
    let inner = condition(dice, depth - 1);
    if dice.roll(2) == 0 { format!("({inner})") } else { inner }
}

/// A project of tables with every column, random defaults, conditions, keys and indexes.
pub(crate) fn random_project(dice: &mut Dice, tables: usize) -> String {
    let mut text = String::from(
        "import * as pg from \"drizzle-orm/pg-core\";\nimport { sql } from \"drizzle-orm\";\n\
         const { pgTable, pgEnum, bigint, bigserial, integer, smallint, numeric, real, doublePrecision, text, varchar, char, boolean, timestamp, date, uuid, jsonb, json, time, interval, inet, check, index, uniqueIndex, unique, primaryKey } = pg;\n\
         export const mood = pgEnum(\"mood\", [\"ok\", \"so so\"]);\n",
    );
    for at in 0..tables {
        text.push_str(&format!("export const t{at} = pgTable(\"t{at}\", {{\n"));
        for (nth, (_, column, defaults)) in COLUMNS.iter().enumerate() {
            text.push_str(&format!("  k{nth}: {column}"));
            if !defaults.is_empty() && dice.roll(3) > 0 {
                text.push_str(&format!(".default({})", dice.pick(defaults)));
            }
            text.push_str(dice.pick(&["", "", ".notNull()"]));
            text.push_str(",\n");
        }
        let key = dice.pick(&[
            "generatedAlwaysAsIdentity()",
            "generatedByDefaultAsIdentity({ startWith: 10, increment: 5 })",
        ]);
        text.push_str(&format!("  id: integer(\"id\").{key}.primaryKey(),\n"));
        if at > 0 {
            let to = dice.roll(at);
            text.push_str(&format!(
                "  up: integer(\"up\").references(() => t{to}.id, {{ onDelete: \"cascade\" }}),\n"
            ));
        }
        text.push_str("}, (t) => [\n");
        for nth in 0..6 {
            text.push_str(&format!("  check(\"t{at}_c{nth}\", sql.raw({:?})),\n", condition(dice, 3)));
        }
        let one = dice.pick(&["t.k0", "t.k7", "t.k8", "t.k18", "t.k13.desc()", "t.k3.nullsFirst()"]);
        let other = dice.pick(&["t.k11", "t.k15", "t.k14", "t.k19"]);
        text.push_str(&format!(
            "  index(\"t{at}_i\").on({one}, {other}).where(sql.raw({:?})),\n",
            condition(dice, 2)
        ));
        text.push_str(&format!("  uniqueIndex(\"t{at}_u\").on({other}), unique().on(t.k1, t.k7),\n"));
        text.push_str(&format!(
            "  index(\"t{at}_g\").using(\"gin\", t.k16), index(\"t{at}_h\").using(\"hash\", t.k8),\n"
        ));
        text.push_str("]);\n");
    }
    text
}

/// A project of one table with many checks, none of which is left to the server.
pub(crate) fn many_conditions(dice: &mut Dice, checks: usize) -> String {
    let mut text = random_project(dice, 0);
    text.push_str("export const t0 = pgTable(\"t0\", {\n");
    for (nth, (_, column, _)) in COLUMNS.iter().enumerate() {
        text.push_str(&format!("  k{nth}: {column},\n"));
    }
    text.push_str("}, () => [\n");
    for nth in 0..checks {
        let known =
            std::iter::repeat_with(|| condition(dice, 3)).find(|text| !text.contains("(n) > 0")).unwrap();
        text.push_str(&format!("  check(\"c{nth}\", sql.raw({known:?})),\n"));
    }
    text + "]);\n"
}
