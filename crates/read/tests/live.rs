//! A live database read, written as SQL by diff, applied to an empty one, read again: nothing differs.

use model::{Ident, Name, Schema};

const RICH: &str = include_str!("rich.sql");

async fn read(database: &testkit::TestDatabase) -> Schema {
    let session = database.connect().await;
    read::live::read(&session).await.expect("a catalog can be read")
}

async fn push(database: &testkit::TestDatabase, from: &Schema, to: &Schema) {
    let session = database.connect().await;
    session.batch_execute("SET check_function_bodies = off").await.expect("a setting");
    for change in diff::diff(from, to, &[]).expect("no renames").changes {
        for sql in change.sql() {
            let sent = session.batch_execute(sql.as_str()).await;
            sent.unwrap_or_else(|error| panic!("{sql}\n{}", connect::describe(&error)));
        }
    }
}

#[tokio::test]
async fn a_rich_schema_survives_diff_and_apply() {
    for major in testkit::majors() {
        let original = testkit::database(major).await;
        original.run(RICH).await;
        let wanted = read(&original).await;
        let copy = testkit::database(major).await;
        let empty = read(&copy).await;
        push(&copy, &empty, &wanted).await;
        let made = read(&copy).await;
        let rest = diff::diff(&made, &wanted, &[]).expect("no renames").changes;
        assert!(rest.is_empty(), "{major}: {rest:#?}");
        assert_eq!(made.fingerprint(), wanted.fingerprint(), "on {major}");
        push(&copy, &made, &empty).await;
        let emptied = read(&copy).await;
        let rest = diff::diff(&emptied, &empty, &[]).expect("no renames").changes;
        assert!(rest.is_empty(), "{major}: {rest:#?}");
    }
}

#[tokio::test]
async fn volatility_of_defaults_is_that_of_their_functions() {
    let database = testkit::database(testkit::majors()[0]).await;
    database
        .run(
            "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
             CREATE TABLE public.t (a int DEFAULT 1, b timestamptz DEFAULT now(), c float8 DEFAULT random(),
               d date DEFAULT CURRENT_DATE, e int DEFAULT public.mine(), f text DEFAULT lower('A'), g serial,
               h timestamptz DEFAULT clock_timestamp(), i uuid DEFAULT gen_random_uuid())",
        )
        .await;
    let schema = read(&database).await;
    let table = schema.table(&Name::new("public", "t")).expect("it was made");
    for column in &table.columns {
        let query = format!(
            "SELECT max(CASE p.provolatile WHEN 'v' THEN 'volatile' WHEN 's' THEN 'stable' ELSE 'immutable' END)
             FROM pg_proc p WHERE p.proname = '{}'",
            match column.name.as_str() {
                "b" => "now",
                "c" => "random",
                "e" => "mine",
                "g" => "nextval",
                "h" => "clock_timestamp",
                "i" => "gen_random_uuid",
                _ => continue,
            }
        );
        let expected = database.ask(&query).await.expect("a function of pg_proc");
        let found = serde_json::to_value(column.default_volatility).expect("plain data");
        assert_eq!(found, serde_json::Value::String(expected), "{}", column.name);
    }
    let of = |name: &str| table.column(&Ident::new(name)).and_then(|column| column.default_volatility);
    assert_eq!(of("a"), Some(model::Volatility::Immutable));
    assert_eq!(of("d"), Some(model::Volatility::Stable));
}
