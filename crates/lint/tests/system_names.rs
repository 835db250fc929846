//! What the linter knows of the system's functions and types is what servers say.
//!
//! `LOCKKEEPER_WRITE_NAMES=1` with `LOCKKEEPER_TEST_MAJORS=13,14,15,16,17,18` writes the files anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).expect("the file is there")
}

fn writes() -> bool {
    std::env::var_os("LOCKKEEPER_WRITE_NAMES").is_some()
}

async fn lines(major: u32, question: &str) -> Vec<String> {
    let database = testkit::database(major).await;
    let all = ["SELECT string_agg(line, E'\\n') FROM (", question, ") AS lines (line)"].concat();
    database.ask(&all).await.unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Names with the most volatile of their overloads: `s` sorts between `i` and `v`.
const FUNCTIONS: &str = "SELECT proname || ' ' || CASE max(provolatile::text) WHEN 'i' THEN 'immutable'
        WHEN 's' THEN 'stable' ELSE 'volatile' END
    FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind IN ('f', 'w', 'a')
    GROUP BY proname";

const TYPES: &str = "SELECT typname::text FROM pg_catalog.pg_type
    WHERE typnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      AND typcategory <> 'A' AND (typrelid = 0 OR typnamespace = 'pg_catalog'::regnamespace)";

#[tokio::test]
async fn functions_are_as_volatile_as_servers_say() {
    let text = read("functions.txt");
    let known: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for major in testkit::majors() {
        for line in lines(major, FUNCTIONS).await {
            let (name, volatility) = line.split_once(' ').expect("two words");
            let said = known.get(name).copied().unwrap_or("missing");
            // A function may have become less volatile: the file keeps the most volatile of all majors.
            let order = ["immutable", "stable", "volatile"];
            let place = |word: &str| order.iter().position(|it| *it == word);
            if place(said) < place(volatility) {
                wrong.push(format!("{name} is {volatility} on {major}, the file says {said}"));
            }
            let most = found.entry(name.to_owned()).or_insert_with(|| volatility.to_owned());
            if place(most) < place(volatility) {
                volatility.clone_into(most);
            }
        }
    }
    if writes() {
        let all: String = found.iter().map(|(name, volatility)| format!("{name} {volatility}\n")).collect();
        return fs::write(file("functions.txt"), all).expect("it can be written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn types_are_those_of_servers() {
    let text = read("types.txt");
    let known: BTreeSet<&str> = text.lines().collect();
    let mut found = BTreeSet::new();
    for major in testkit::majors() {
        found.extend(lines(major, TYPES).await);
    }
    if writes() {
        let all: String = found.iter().map(|name| format!("{name}\n")).collect();
        return fs::write(file("types.txt"), all).expect("it can be written");
    }
    let missing: Vec<&String> = found.iter().filter(|name| !known.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
