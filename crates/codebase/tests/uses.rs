//! The places that use what goes are those marked in the project, and no others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use codebase::{Found, Search, Sought, search, sought};
use model::{Change, Column, Expr, Ident, Name, Object, Routine, RoutineKind, Schema, Table};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/project")
}

fn schema() -> Schema {
    let mut schema = Schema::default();
    let tables: [(&str, &str, &[&str]); 3] = [
        ("public", "funds", &["id", "name", "vintage_year", "strategy", "created_at"]),
        ("public", "positions", &["id", "fund_id", "name"]),
        ("auth", "users", &["id", "name"]),
    ];
    for (namespace, name, columns) in tables {
        let columns = columns.iter().map(|column| Column::new(*column, "text")).collect();
        schema.tables.insert(Name::new(namespace, name), Table { columns, ..Table::default() });
    }
    schema
}

fn without(schema: &Schema, column: &str) -> Schema {
    let mut wanted = schema.clone();
    let table = wanted.tables.get_mut(&Name::new("public", "funds")).expect("it is there");
    table.columns.retain(|each| each.name.as_str() != column);
    wanted
}

fn find(from: &Schema, to: &Schema, folder: &Path) -> (Vec<Sought>, Found) {
    let changes = diff::diff(from, to, &[]).expect("it compares").changes;
    let wanted = sought(&changes, from);
    let found = search(&Search { folder, from, to, sources: &[] }, &wanted);
    (wanted, found)
}

/// `file:line` of every mark for a column: `USE funds.name` at the end of a line that uses it.
fn marked(folder: &Path, column: &str) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for name in ["src/app.ts", "src/plain.mjs", "queries/report.sql"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("a file of the project");
        for (at, line) in text.lines().enumerate() {
            let marks = |word: &str| {
                line.split(word).nth(1).is_some_and(|marks| {
                    marks.split_whitespace().any(|mark| mark.strip_prefix("funds.") == Some(column))
                })
            };
            if marks(" USE ") {
                places.insert(format!("{name}:{}", at + 1));
            }
            if marks(" ABOVE ") {
                places.insert(format!("{name}:{at}"));
            }
        }
    }
    places
}

#[test]
fn uses_are_where_they_are_marked() {
    let from = schema();
    for column in ["name", "vintage_year"] {
        let (wanted, found) = find(&from, &without(&from, column), &project());
        assert_eq!(wanted.len(), 1);
        let places = &found.uses[&wanted[0].object];
        let places: BTreeSet<String> =
            places.iter().map(|place| format!("{}:{}", place.file, place.line)).collect();
        assert_eq!(places, marked(&project(), column), "{column}");
        assert_eq!(found.unread.len(), 1, "{:?}", found.unread);
        assert!(found.unread[0].starts_with("src/broken.ts"), "{:?}", found.unread);
    }
}

#[test]
fn a_column_nobody_uses_has_no_uses() {
    let from = schema();
    let (wanted, found) = find(&from, &without(&from, "strategy"), &project());
    assert!(found.uses[&wanted[0].object].is_empty(), "{found:?}");
}

#[test]
fn a_table_is_used_where_queries_name_it() {
    let from = schema();
    let mut to = from.clone();
    to.tables.remove(&Name::new("auth", "users"));
    let (wanted, found) = find(&from, &to, &project());
    let places: Vec<String> =
        found.uses[&wanted[0].object].iter().map(|place| format!("{}:{}", place.file, place.line)).collect();
    assert_eq!(places, ["queries/report.sql:4", "src/app.ts:11"]);
}

#[test]
fn a_column_that_is_gone_from_the_declaration_is_known_by_its_likely_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it writes");
    write("schema.ts", "export const funds = pgTable(\"funds\", { id: integer(\"id\") });\n");
    write(
        "app.ts",
        "import { funds } from './schema';\nexport const f = (db) => db.select({ v: funds.vintageYear }).from(funds);\n",
    );
    let from = schema();
    let (wanted, found) = find(&from, &without(&from, "vintage_year"), folder.path());
    let places = &found.uses[&wanted[0].object];
    assert_eq!(places.iter().map(|place| place.line).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_column_that_is_gone_from_the_declaration_is_known_by_the_last_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it writes");
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(folder.path())
            .output();
        assert!(done.expect("git runs").status.success(), "{args:?}");
    };
    write(
        "schema.ts",
        "export const funds = pgTable(\"funds\", { id: integer(\"id\"), jahr: integer(\"vintage_year\") });\n",
    );
    write(
        "app.ts",
        "import { funds } from './schema';\nexport const f = (db) => db.select({ v: funds.jahr }).from(funds);\n",
    );
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    write("schema.ts", "export const funds = pgTable(\"funds\", { id: integer(\"id\") });\n");
    let from = schema();
    let (wanted, found) = find(&from, &without(&from, "vintage_year"), folder.path());
    let places = &found.uses[&wanted[0].object];
    assert_eq!(places.iter().map(|place| place.line).collect::<Vec<_>>(), [2]);
}

#[test]
fn functions_of_the_database_are_searched() {
    let mut from = schema();
    let body = "CREATE FUNCTION public.f() RETURNS integer LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN (SELECT max(vintage_year) FROM funds);\nEND $$";
    let routine = Routine {
        name: Name::new("public", "f"),
        arguments: String::new(),
        signature: String::new(),
        kind: RoutineKind::Function,
        definition: Expr::new(body),
        returns: "integer".to_owned(),
        comment: None,
    };
    from.routines.insert(routine.identity(), routine);
    let folder = tempfile::tempdir().expect("a folder");
    let (wanted, found) = find(&from, &without(&from, "vintage_year"), folder.path());
    let places = &found.uses[&wanted[0].object];
    assert_eq!((places.len(), places[0].line), (1, 3), "{places:?}");
    assert_eq!(places[0].file, "function public.f()");
}

#[test]
fn what_comes_back_is_not_sought() {
    let column = Column::new("total", "integer");
    let table = Name::new("public", "funds");
    let drop = Change::DropColumn { table: table.clone(), column: column.clone() };
    let add = Change::AddColumn { table: table.clone(), column };
    assert!(sought(&[drop, add], &schema()).is_empty());
    let whole = Change::Drop { object: Object::Table { name: table, table: Table::default() } };
    assert_eq!(sought(&[whole], &schema())[0].column, None::<Ident>);
}

#[test]
fn packages_migrations_and_ignored_files_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let query = "SELECT strategy FROM funds;\n";
    for (place, name) in [
        ("node_modules/lib", "a.sql"),
        ("drizzle/migrations", "a.sql"),
        ("out", "dump.sql"),
        ("queries", "used.sql"),
    ] {
        std::fs::create_dir_all(folder.path().join(place)).expect("a folder of its own");
        std::fs::write(folder.path().join(place).join(name), query).expect("it writes");
    }
    std::fs::write(folder.path().join(".gitignore"), "out/\n").expect("it writes");
    let from = schema();
    let (wanted, found) = find(&from, &without(&from, "strategy"), folder.path());
    let places: Vec<&str> = found.uses[&wanted[0].object].iter().map(|place| place.file.as_str()).collect();
    assert_eq!(places, ["queries/used.sql"]);
}
