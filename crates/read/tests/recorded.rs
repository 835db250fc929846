//! What runners record, by the runners themselves where they can be run: Drizzle's own migrator, of both generations.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use model::Name;

const STATEMENTS: [&str; 2] =
    ["CREATE TABLE \"funds\" (\"id\" integer);\n", "ALTER TABLE \"funds\" ADD COLUMN \"year\" integer;\n"];

/// The packages of a generation; installed when they are not.
fn packages(generation: &str) -> PathBuf {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/oracle").join(generation);
    if !oracle.join("node_modules/drizzle-orm/package.json").is_file() {
        let npm =
            Command::new("npm").args(["ci", "--ignore-scripts", "--silent"]).current_dir(&oracle).status();
        assert!(npm.is_ok_and(|status| status.success()), "npm ci fails in {}", oracle.display());
    }
    oracle.canonicalize().unwrap().join("node_modules")
}

/// Migrations in the layout that the generation's migrator reads.
fn write(folder: &Path, generation: &str) {
    let mut entries = Vec::new();
    for (at, sql) in STATEMENTS.iter().enumerate() {
        let name = format!("2024010100000{at}_step");
        let path = match generation {
            "zero" => folder.join(format!("{name}.sql")),
            _ => folder.join(&name).join("migration.sql"),
        };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, sql).unwrap();
        entries.push(serde_json::json!({"idx": at, "tag": name, "when": 1000 + at, "version": "7", "breakpoints": true}));
    }
    if generation == "zero" {
        fs::create_dir_all(folder.join("meta")).unwrap();
        let journal = serde_json::json!({"version": "7", "dialect": "postgresql", "entries": entries});
        fs::write(folder.join("meta/_journal.json"), journal.to_string()).unwrap();
    }
}

/// Runs drizzle-orm's migrator on the database.
fn migrate(project: &Path, url: &str, settings: &str) {
    let program = format!(
        "const {{ drizzle }} = require('drizzle-orm/node-postgres');
         const {{ migrate }} = require('drizzle-orm/node-postgres/migrator');
         const {{ Pool }} = require('pg');
         const pool = new Pool({{ connectionString: process.env.URL }});
         migrate(drizzle({{ client: pool }}), {{ migrationsFolder: './out', {settings} }})
           .then(() => pool.end(), (error) => {{ console.error(error); process.exit(1); }});"
    );
    let output =
        Command::new("node").args(["-e", &program]).env("URL", url).current_dir(project).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn books_of(generation: &str, settings: &str, named: Option<Name>) -> read::Recorded {
    let project = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(packages(generation), project.path().join("node_modules")).unwrap();
    let out = project.path().join("out");
    write(&out, generation);
    let database = testkit::database(15).await;
    migrate(project.path(), &database.target().url_with_password(), settings);
    let session = database.connect().await;
    // What is wanted and not applied yet, and what was changed after.
    let (more, first) = match generation {
        "zero" => (None, out.join("20240101000000_step.sql")),
        _ => (Some(out.join("20240101000009_more")), out.join("20240101000000_step/migration.sql")),
    };
    if let Some(more) = more {
        fs::create_dir_all(&more).unwrap();
        fs::write(more.join("migration.sql"), "SELECT 1").unwrap();
    }
    let whole = read::recorded(&session, &read::migrations(&out).unwrap(), named.as_ref()).await;
    let whole = whole.unwrap().expect("its books are found");
    assert_eq!(whole.amiss, Vec::<String>::new(), "{generation}");
    fs::write(first, "CREATE TABLE \"funds\" (\"id\" bigint);\n").unwrap();
    let changed = read::recorded(&session, &read::migrations(&out).unwrap(), named.as_ref()).await;
    let changed = changed.unwrap().unwrap();
    session.close().await;
    assert_eq!(changed.amiss, ["20240101000000_step was changed since it was applied"], "{generation}");
    whole
}

#[tokio::test(flavor = "multi_thread")]
async fn drizzles_own_migrator_is_understood() {
    for generation in ["zero", "one"] {
        let recorded = books_of(generation, "", None).await;
        assert_eq!(recorded.table, Name::new("drizzle", "__drizzle_migrations"));
        assert_eq!(recorded.applied.len(), 2, "{generation}");
        assert_eq!(recorded.pending.len(), usize::from(generation == "one"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drizzles_table_may_have_another_name() {
    for generation in ["zero", "one"] {
        let named = Name::new("public", "applied");
        let settings = "migrationsTable: 'applied', migrationsSchema: 'public'";
        let recorded = books_of(generation, settings, Some(named.clone())).await;
        assert_eq!((recorded.table, recorded.applied.len()), (named, 2), "{generation}");
    }
}

/// The files of a folder, the rows of a table, and what is to be said of them.
async fn said(files: &[(&str, &str)], table: &str, applied: &[&str], amiss: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let database = testkit::database(15).await;
    database.run(table).await;
    let session = database.connect().await;
    let recorded = read::recorded(&session, &read::migrations(folder.path()).unwrap(), None).await;
    session.close().await;
    let recorded = recorded.unwrap().unwrap();
    let names: Vec<&str> = recorded.applied.iter().map(|migration| migration.name.as_str()).collect();
    assert_eq!(
        (names.as_slice(), recorded.amiss.as_slice()),
        (applied, amiss.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice())
    );
}

/// The checksums are those of another program: see `migrations/digest.rs`.
#[tokio::test]
async fn flyways_history_is_understood() {
    let table =
        "CREATE TABLE public.flyway_schema_history (installed_rank int, version text, description text,
         type text, script text, checksum int, installed_by text, installed_on timestamp, execution_time int,
         success boolean); INSERT INTO public.flyway_schema_history VALUES
         (1, NULL, '', 'SCHEMA', '\"public\"', NULL, 'x', now(), 3, true),
         (2, '1', '', 'BASELINE', '<< Flyway Baseline >>', NULL, 'x', now(), 3, true),
         (3, '2', '', 'SQL', 'V2__b.sql', @B, 'x', now(), 3, true),
         (4, NULL, '', 'SQL', 'R__v.sql', 1, 'x', now(), 3, true),
         (5, '3', '', 'SQL', 'V3__c.sql', @B, 'x', now(), 3, true),
         (6, NULL, '', 'SQL', 'R__v.sql', 2, 'x', now(), 3, true),
         (7, '4', '', 'SQL', 'V4__d.sql', 4, 'x', now(), 3, true),
         (8, '4', '', 'UNDO_SQL', 'U4__d.sql', 4, 'x', now(), 3, true),
         (9, '5', '', 'SQL', 'V5__e.sql', 4, 'x', now(), 3, false)";
    let files = [
        ("V1__a.sql", "SELECT 1"),
        ("V2__b.sql", "CREATE TABLE t (a int);\r\nSELECT 1;\r\n"),
        ("V3__c.sql", "SELECT 3"),
        ("V4__d.sql", "SELECT 4"),
        ("V5__e.sql", "SELECT 5"),
        ("R__v.sql", "SELECT 6"),
    ];
    let amiss = ["V3__c.sql was changed since it was applied", "V5__e.sql failed"];
    said(
        &files,
        &table.replace("@B", CHECKSUM),
        &["V1__a.sql", "V2__b.sql", "V3__c.sql", "R__v.sql"],
        &amiss,
    )
    .await;
}

/// Of `CREATE TABLE t (a int);SELECT 1;` by zlib.
const CHECKSUM: &str = "-1247419836";

#[tokio::test]
async fn golang_migrates_one_number_is_understood() {
    let files = [
        ("1_a.up.sql", "SELECT 1"),
        ("1_a.down.sql", "SELECT 0"),
        ("2_b.up.sql", "SELECT 2"),
        ("3_c.up.sql", "SELECT 3"),
    ];
    let table = |row: &str| {
        format!("CREATE TABLE public.schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
                 INSERT INTO public.schema_migrations VALUES {row}")
    };
    said(&files, &table("(2, false)"), &["1_a.up.sql", "2_b.up.sql"], &[]).await;
    said(
        &files,
        &table("(2, true)"),
        &["1_a.up.sql"],
        &["2 is marked dirty: it was begun and never finished"],
    )
    .await;
}

#[tokio::test]
async fn prismas_digests_bear_other_ends_of_lines() {
    let text = "CREATE TABLE t (a int);\r\nSELECT 1;\r\n";
    let unix = Command::new("sh")
        .args(["-c", "printf 'CREATE TABLE t (a int);\\nSELECT 1;\\n' | sha256sum"])
        .output();
    let digest = String::from_utf8(unix.unwrap().stdout).unwrap();
    let digest = digest.split_whitespace().next().unwrap().to_owned();
    let table = format!(
        "CREATE TABLE public._prisma_migrations (id text, checksum text NOT NULL, finished_at timestamptz,
         migration_name text, logs text, rolled_back_at timestamptz, started_at timestamptz);
         INSERT INTO public._prisma_migrations VALUES ('1', '{digest}', now(), '1_a', NULL, NULL, now()),
         ('2', '{digest}', now(), '2_b', NULL, NULL, now() + '1 s')"
    );
    let files = [("1_a/migration.sql", text), ("2_b/migration.sql", "SELECT 2")];
    said(&files, &table, &["1_a", "2_b"], &["2_b was changed since it was applied"]).await;
}
