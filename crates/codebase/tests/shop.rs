//! A messy shop: Drizzle under aliases, Knex, Kysely, Prisma, pg, JSX and SQL, with columns of the same name in other
//! tables. Every use is marked where it stands; what is found is held against that, and recall and precision are
//! told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use codebase::{Search, search, sought};
use model::{Column, Ident, Name, Schema, Table};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shop")
}

fn schema() -> Schema {
    let mut schema = Schema::default();
    for (table, columns) in [
        ("customers", &["id", "email", "phone", "created_at"][..]),
        ("orders", &["id", "customer_id", "note", "placed_at"]),
        ("suppliers", &["id", "phone", "note"]),
    ] {
        let columns = columns.iter().map(|column| Column::new(*column, "text")).collect();
        schema.tables.insert(Name::new("public", table), Table { columns, ..Table::default() });
    }
    schema
}

/// The files of the project, relative to it.
fn files(folder: &Path, below: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder.join(below)).expect("a folder").flatten() {
        let path = below.join(entry.file_name());
        match entry.path().is_dir() {
            true => files(folder, &path, found),
            false => found.push(path),
        }
    }
}

/// `file:line` of every line that ends in a mark `USE` for the column.
fn marked(object: &str) -> BTreeSet<String> {
    let mut all = Vec::new();
    files(&project(), Path::new(""), &mut all);
    let mut places = BTreeSet::new();
    for file in all {
        let text = std::fs::read_to_string(project().join(&file)).expect("a file");
        for (at, line) in text.lines().enumerate() {
            let marks = line.split(" USE ").nth(1).unwrap_or_default();
            if marks.split_whitespace().any(|mark| mark == object) {
                places.insert(format!("{}:{}", file.display(), at + 1));
            }
        }
    }
    places
}

#[test]
fn what_is_found_is_what_is_marked() {
    let (from, mut hits, mut found_all, mut marked_all) = (schema(), 0, 0, 0);
    let mut wrong = Vec::new();
    for (table, column) in
        [("customers", "phone"), ("customers", "created_at"), ("orders", "note"), ("orders", "placed_at")]
    {
        let mut to = from.clone();
        let columns = &mut to.tables.get_mut(&Name::new("public", table)).expect("it is there").columns;
        columns.retain(|each| each.name != Ident::new(column));
        let changes = diff::diff(&from, &to, &[]).expect("it compares").changes;
        let wanted = sought(&changes, &from);
        let found = search(&Search { folder: &project(), from: &from, to: &to, sources: &[] }, &wanted);
        assert!(found.unread.is_empty(), "{:?}", found.unread);
        let places = found.uses[&wanted[0].object].iter();
        let places: BTreeSet<String> = places.map(|place| format!("{}:{}", place.file, place.line)).collect();
        let marked = marked(&format!("{table}.{column}"));
        assert!(!marked.is_empty(), "{table}.{column}");
        hits += places.intersection(&marked).count();
        found_all += places.len();
        marked_all += marked.len();
        wrong.extend(marked.difference(&places).map(|place| format!("{table}.{column} missed at {place}")));
        wrong.extend(places.difference(&marked).map(|place| format!("{table}.{column} wrongly at {place}")));
    }
    println!("recall {hits} of {marked_all}, precision {hits} of {found_all}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
