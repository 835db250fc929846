//! The levels of risk that changes are expected to have, with tables and statistics of a real server.
//!
//! Five million rows are claimed in the catalog, where the server's own estimate of them stands.
//! `LOCKKEEPER_LEVELS_ROWS=5000000` fills the tables for good instead, and analyses them.

use std::collections::{BTreeMap, BTreeSet};

use assess::{CodeUse, Evidence, Input, Judged};
use model::RiskLevel::{Critical, High, Low, Medium};
use model::{Change, Name, RiskLevel, Schema, Silent, Statistics};
use read::{Reader, Source};
use testkit::TestDatabase;

/// What is expected of a change of `N.c`.
struct Case {
    name: &'static str,
    /// What makes the wanted schema of the one that is.
    change: &'static str,
    rename: Option<&'static str>,
    table: Table,
    levels: &'static [RiskLevel],
}

/// What `N.c` is; `N` is a namespace for each.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    /// Critical, five million rows, four indexes.
    Critical,
    /// Of a hundred rows, and nobody's concern.
    Small,
    /// Without a row.
    Empty,
}

const TABLES: [Table; 3] = [Table::Critical, Table::Small, Table::Empty];

impl Table {
    fn namespace(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Small => "small",
            Self::Empty => "empty",
        }
    }
}

const fn case(name: &'static str, change: &'static str, levels: &'static [RiskLevel]) -> Case {
    Case { name, change, rename: None, table: Table::Critical, levels }
}

const fn on(table: Table, case: Case) -> Case {
    Case { table, ..case }
}

const CASES: &[Case] = &[
    case("create table", "CREATE TABLE N.new (id int PRIMARY KEY)", &[Low]),
    case("nullable column", "ALTER TABLE N.c ADD COLUMN x text", &[Low]),
    case("constant default", "ALTER TABLE N.c ADD COLUMN x int DEFAULT 7", &[Low]),
    case("wider varchar", "ALTER TABLE N.c ALTER COLUMN name TYPE varchar(20)", &[Low]),
    on(Table::Empty, case("nullable on an empty table", "ALTER TABLE N.c ADD COLUMN x text", &[Low])),
    on(Table::Empty, case("rewrite of an empty table", "ALTER TABLE N.c ALTER COLUMN a TYPE bigint", &[Low])),
    case("NOT NULL with a constant", "ALTER TABLE N.c ADD COLUMN x int NOT NULL DEFAULT 7", &[Low, Medium]),
    case("create index", "CREATE INDEX plain ON N.c (note)", &[High]),
    case("set NOT NULL", "ALTER TABLE N.c ALTER COLUMN note SET NOT NULL", &[High]),
    case("add foreign key", "ALTER TABLE N.c ADD FOREIGN KEY (a) REFERENCES N.p", &[High]),
    case("int to bigint", "ALTER TABLE N.c ALTER COLUMN a TYPE bigint", &[Critical]),
    case("timestamp to text", "ALTER TABLE N.c ALTER COLUMN at TYPE text", &[Critical]),
    case("volatile default", "ALTER TABLE N.c ADD COLUMN x uuid DEFAULT gen_random_uuid()", &[Critical]),
    Case {
        rename: Some("N.c.note=remark"),
        ..case("rename a used column", "ALTER TABLE N.c RENAME COLUMN note TO remark", &[High])
    },
    case("NOT NULL without default", "ALTER TABLE N.c ADD COLUMN x int NOT NULL", &[High, Critical]),
    on(
        Table::Small,
        case("the same on a small table", "ALTER TABLE N.c ADD COLUMN x int NOT NULL", &[High, Critical]),
    ),
    case("drop a column with data", "ALTER TABLE N.c DROP COLUMN name", &[High, Critical]),
    on(Table::Small, case("the same, small", "ALTER TABLE N.c DROP COLUMN name", &[High, Critical])),
    case("drop a table with rows", "DROP TABLE N.c", &[Critical]),
    on(Table::Small, case("the same, small", "DROP TABLE N.c", &[Critical])),
    on(Table::Small, case("int to bigint, small", "ALTER TABLE N.c ALTER COLUMN a TYPE bigint", &[Low])),
    on(Table::Empty, case("drop an empty table", "DROP TABLE N.c", &[Low])),
];

const BASE: &str = "CREATE SCHEMA N; CREATE TABLE N.p (id int PRIMARY KEY);
    CREATE TABLE N.c (id int PRIMARY KEY, a int, name varchar(10), note text, at timestamp NOT NULL);
    CREATE INDEX c_a ON N.c (a); CREATE INDEX c_name ON N.c (name); CREATE INDEX c_at ON N.c (at);";

/// A text about `N`, in the namespace of a table.
fn within(text: &str, table: Table) -> String {
    let namespace = table.namespace();
    text.replace("N.", &format!("{namespace}.")).replace("SCHEMA N;", &format!("SCHEMA {namespace};"))
}

/// Rows, really or by what the catalog says of them.
fn rows(table: Table) -> String {
    let real = std::env::var("LOCKKEEPER_LEVELS_ROWS").ok().and_then(|rows| rows.parse::<u32>().ok());
    let (filled, claimed) = match (table, real) {
        (Table::Empty, _) => (0, 0),
        (Table::Small, _) => (100, 100),
        (Table::Critical, Some(rows)) => (rows, rows),
        (Table::Critical, None) => (20, 5_000_000),
    };
    let analysed = if real.is_some() {
        // The server's own estimate of rows that are there.
        "ANALYZE N.c".to_owned()
    } else {
        format!("ANALYZE N.c; UPDATE pg_class SET reltuples = {claimed} WHERE oid = 'N.c'::regclass")
    };
    let fill = "INSERT INTO N.p SELECT generate_series(1, 100);
        INSERT INTO N.c SELECT n, n % 100 + 1, 'name', 'note', now() FROM generate_series(1, FILLED) n;";
    within(&format!("{} {analysed}", fill.replace("FILLED", &filled.to_string())), table)
}

async fn schema(database: &TestDatabase) -> Schema {
    let source = Source::parse(&database.target().url_with_password()).expect("a URL");
    let mut reader = Reader::new(shadow::ShadowOptions::default(), &Silent);
    reader.read(&source).await.expect("it reads").schema
}

async fn statistics(database: &TestDatabase) -> Statistics {
    let session = database.connect().await;
    let mut statistics = read::statistics(&session).await.expect("it reads");
    for (name, table) in &mut statistics.tables {
        table.has_rows = read::has_rows(&session, name).await;
    }
    session.close().await;
    statistics
}

#[tokio::test(flavor = "multi_thread")]
async fn expected_levels() {
    for major in testkit::majors() {
        let (now, plain) = (testkit::database(major).await, testkit::database(major).await);
        for table in TABLES {
            now.run(&format!("{} {}", within(BASE, table), rows(table))).await;
            plain.run(&within(BASE, table)).await;
        }
        let (from, statistics) = (schema(&now).await, statistics(&now).await);
        for case in CASES {
            let wanted = plain.copy().await;
            wanted.run(&within(case.change, case.table)).await;
            let to = schema(&wanted).await;
            let rename = case.rename.map(|text| within(text, case.table).parse().expect("a rename"));
            let renames: Vec<_> = rename.into_iter().collect();
            let changes = diff::diff(&from, &to, &renames).expect("it compares").changes;
            expect(major, case, &changes, &from, &statistics);
        }
    }
}

fn expect(major: u32, case: &Case, own: &[Change], from: &Schema, statistics: &Statistics) {
    assert!(!own.is_empty(), "{}: nothing changes", case.name);
    let table = Name::new(case.table.namespace(), "c");
    let critical: BTreeSet<Name> =
        (case.table == Table::Critical).then(|| table.clone()).into_iter().collect();
    let place = CodeUse { file: "src/a.ts".to_owned(), line: 1, text: String::new(), in_database: false };
    let uses = BTreeMap::from([(format!("{table}.note"), vec![place])]);
    let assessment = assess::assess(Input {
        from,
        to: from.fingerprint(),
        server_version: Some(major * 10_000),
        changes: own.iter().map(|change| Judged::of(change, from, major)).collect(),
        statistics: Some(statistics),
        critical_tables: &critical,
        code_uses: Some(&uses),
        preconditions: &[],
        live: None,
        experience: &BTreeMap::new(),
        stall_budget_ms: 100.0,
        evidence: Evidence::default(),
    });
    let risk = &assessment.risk;
    if std::env::var_os("LOCKKEEPER_LEVELS_ROWS").is_some() {
        println!("{major} {:32} {} {:.1}: {}", case.name, risk.level, risk.score, risk.reasons.join("; "));
    }
    assert!(case.levels.contains(&risk.level), "{major}, {}: {risk:?}", case.name);
    let factors = risk.factors.total();
    assert!(risk.score + 0.05 >= factors.min(100.0), "{}: {risk:?}", case.name);
}
