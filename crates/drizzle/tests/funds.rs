//! The example project says the same in TypeScript and in SQL.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

mod support;

use std::fs;
use std::path::Path;

use drizzle::{Note, Options};
use model::Name;
use support::{catalog, copy, load};

#[tokio::test(flavor = "multi_thread")]
async fn the_example_is_wanted_sql() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/funds");
    let folder = support::project("zero", &[]);
    fs::remove_file(folder.path().join("package.json")).unwrap();
    for name in ["package.json", "drizzle.config.ts"] {
        fs::copy(example.join(name), folder.path().join(name)).unwrap();
    }
    copy(&example.join("src"), &folder.path().join("src"));

    let project = drizzle::read(folder.path(), &Options::default()).unwrap();
    assert_eq!(project.notes, [Note::Environment { variable: "DATABASE_URL".into() }]);
    assert_eq!(project.tables.len(), 6);
    assert!(project.extensions.is_empty() && project.external.is_empty());
    let funds = project.tables.iter().find(|table| table.name == Name::new("public", "funds")).unwrap();
    let vintage = funds.columns.iter().find(|column| column.key == "vintageYear").unwrap();
    let source = fs::read_to_string(example.join("src/schema.ts")).unwrap();
    let line = source.lines().nth(vintage.line as usize - 1).unwrap();
    assert_eq!(vintage.name.as_str(), "vintage_year");
    assert_eq!(line.find("vintageYear:"), Some(vintage.column as usize - 1));

    let (read, wanted) = (testkit::database(15).await, testkit::database(15).await);
    let statements: Vec<String> =
        project.statements.iter().map(|statement| statement.sql.as_str().to_owned()).collect();
    assert!(load(&read, &statements).await.is_empty());
    let sql = fs::read_to_string(example.join("wanted.sql")).unwrap();
    assert!(load(&wanted, &[sql]).await.is_empty());
    assert_eq!(catalog(&read).await, catalog(&wanted).await);
}

/// `before.sql` and `wanted.sql` are the vintage year apart, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn before_becomes_wanted_by_the_change() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/funds");
    let sql = |name: &str| fs::read_to_string(example.join(name)).unwrap();
    let (before, wanted) = (testkit::database(15).await, testkit::database(15).await);
    let change = "ALTER TABLE funds ADD COLUMN vintage_year integer NOT NULL DEFAULT 2020;
        ALTER TABLE funds ADD CONSTRAINT funds_vintage_year_check CHECK (vintage_year BETWEEN 2000 AND 2030);
        CREATE INDEX funds_vintage_year_created_at_idx ON funds (vintage_year, created_at);";
    assert!(load(&before, &[sql("before.sql")]).await.is_empty());
    assert!(load(&wanted, &[sql("wanted.sql")]).await.is_empty());
    assert_ne!(catalog(&before).await, catalog(&wanted).await);
    assert!(load(&before, &[change.to_owned()]).await.is_empty());
    assert_eq!(catalog(&before).await, catalog(&wanted).await);
}
