//! Sources that are files: errors with their place, psql's commands, revisions of git.

use std::path::Path;
use std::process::Command;

use read::{Reader, Source};
use shadow::ShadowOptions;

async fn read(source: &Source) -> Result<read::Reading, model::Fault> {
    let major = testkit::majors()[0];
    Reader::new(ShadowOptions::of(major), &model::Silent).read(source).await
}

fn sql(folder: &Path, name: &str, text: &str) -> Source {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    std::fs::write(&path, text).expect("it can be written");
    Source::Sql(path)
}

#[tokio::test]
async fn errors_name_file_line_and_column() {
    let folder = tempfile::tempdir().expect("a folder");
    let source =
        sql(folder.path(), "a.sql", "CREATE TABLE t (a int);\n\nCREATE TABLE u (\n  b nosuchtype);\n");
    let fault = read(&source).await.expect_err("there is no such type");
    assert!(fault.place.as_deref().is_some_and(|place| place.ends_with("a.sql:4:5")), "{fault}");
    let source = sql(folder.path(), "b.sql", "CREATE TABLE t (a int);\n\\copy t from 'x'\n");
    let fault = read(&source).await.expect_err("psql's commands are refused");
    assert!(fault.place.as_deref().is_some_and(|place| place.ends_with("b.sql:2:1")), "{fault}");
}

#[tokio::test]
async fn roles_that_files_name_and_do_not_make_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let text = "CREATE TABLE notes (id int);\n\
                GRANT SELECT ON notes TO lockkeeper_test_reader, \"lockkeeper test Writer\";\n\
                ALTER TABLE notes OWNER TO lockkeeper_test_owner;";
    let reading = read(&sql(folder.path(), "grants.sql", text)).await.unwrap();
    assert!(reading.schema.table(&"public.notes".parse().unwrap()).is_some());
}

#[tokio::test]
async fn layouts_of_prisma_and_flyway_run_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("prisma/20240102_b/migration.sql", "ALTER TABLE t ADD b int"),
        ("prisma/20240101_a/migration.sql", "CREATE TABLE t (a int)"),
        ("flyway/V10__b.sql", "ALTER TABLE t ADD b int"),
        ("flyway/V2__a.sql", "CREATE TABLE t (a int)"),
        ("flyway/U10__b.sql", "ALTER TABLE t DROP b"),
    ] {
        sql(folder.path(), name, text);
    }
    for layout in ["prisma", "flyway"] {
        let reading = read(&Source::Sql(folder.path().join(layout))).await.expect("it can be read");
        let table = reading.schema.tables.values().next().expect("there is a table");
        assert_eq!(table.columns.len(), 2, "{layout}");
    }
}

#[tokio::test]
async fn a_revision_of_git_is_read_without_the_working_tree() {
    // The tests run in the repository that holds this file.
    let path = Path::new("crates/read/tests/rich.sql").to_owned();
    let status = || Command::new("git").args(["status", "--short", "."]).output().expect("git").stdout;
    let before = status();
    let reading = read(&Source::Git { rev: "HEAD".to_owned(), path }).await.expect("it can be read");
    assert!(reading.schema.tables.len() > 5);
    assert_eq!(status(), before);
    let fault = read(&Source::Git { rev: "HEAD".to_owned(), path: "no/such.sql".into() }).await;
    assert_eq!(fault.expect_err("there is no such path").kind, "read.git");
}
