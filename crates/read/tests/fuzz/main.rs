//! Files that a person, a merge or a disk has damaged: reading one ends in a schema or in one error that says where,
//! never in a panic.
//!
//! `LOCKKEEPER_FUZZ` is how many damaged files are made of each kind (300; a tenth of those that are programs), `LOCKKEEPER_FUZZ_SEED` where to begin (0).
//! A file that once failed belongs into the folder `corpus`, which is replayed every time.

#[expect(dead_code, reason = "one generator of random numbers for all")]
mod damage;

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use damage::{Random, damaged};
use model::Fault;

/// A kind of file and how it is read.
struct Kind {
    name: &'static str,
    /// How many times longer than the others it takes to read one.
    slow: u64,
    /// What the damaged ones are made of.
    whole: Vec<Vec<u8>>,
    read: fn(&Path) -> Result<(), Fault>,
}

fn kinds() -> Vec<Kind> {
    let own =
        serde_json::json!({"lockkeeper": 1, "schema": serde_json::to_value(rich()).expect("plain data")});
    vec![
        Kind {
            name: "snapshot.json",
            slow: 1,
            whole: vec![serde_json::to_vec_pretty(&own).expect("plain data")],
            read: |path| read::load(path).map(|_| ()),
        },
        Kind {
            name: "drizzle_snapshot.json",
            slow: 1,
            whole: snapshots(),
            read: |path| drizzle::snapshot(path).map(|_| ()),
        },
        Kind {
            name: "drizzle.config.ts",
            slow: 10,
            whole: CONFIGS.iter().map(|text| text.as_bytes().to_vec()).collect(),
            read: |path| drizzle::read(path, &drizzle::Options::default()).map(|_| ()),
        },
    ]
}

const CONFIGS: &[&str] = &[
    "export default { dialect: \"postgresql\", schema: [\"./src/*.ts\", \"./more\"], out: \"./out\", casing: \"snake_case\",\n  \
     schemaFilter: [\"public\", \"app_*\"], tablesFilter: [\"!tmp_*\"], dbCredentials: { url: process.env.DATABASE_URL! } };\n",
    "import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ schema: './s.ts', out: './drizzle', dialect: 'postgresql',\n  \
     migrations: { table: 'applied', schema: 'public', prefix: 'timestamp' }, entities: { roles: { provider: 'neon' } }, strict: true });\n",
    "const path = require('node:path');\nmodule.exports = [{ schema: [path.join(__dirname, 'a.ts'), `b${'.ts'}`], driver: 'pg',\n  \
     extensionsFilters: ['postgis'], dbCredentials: { host: process.env.HOST || 'localhost', port: +process.env.PORT } }];\n",
    "export default async function config() { const { schema } = await Promise.resolve({ schema: 'x.ts' });\n  \
     if (!process.env.CI) { throw new Error('no CI') } return { schema, dialect: 'postgresql' as const } }\n",
    "import type { Config } from \"drizzle-kit\";\nconst url: string = process.env[\"URL\"] ?? `postgres://${1 + 2}`;\n\
     export default (() => ({ schema: \"schema.ts\", dialect: \"postgresql\", dbCredentials: { url } }) satisfies Config)();\n",
];

/// Snapshots of drizzle-kit, of every version that the reader's own tests have.
fn snapshots() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/snapshots");
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.extension().is_some_and(|extension| extension == "json") => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    let files: Vec<Vec<u8>> = found.iter().map(|path| fs::read(path).expect("a file")).collect();
    assert!(!files.is_empty(), "there are snapshots to damage");
    files
}

/// A schema with something in most places.
fn rich() -> model::Schema {
    let mut schema = model::Schema::default();
    let name = model::Name::new("public", "funds");
    let mut table = model::Table::default();
    for (column, kind) in [("id", "bigint"), ("name", "text"), ("it's {}", "numeric(10,2)")] {
        table.columns.push(model::Column { not_null: true, ..model::Column::new(column, kind) });
    }
    let index = model::Index::btree("funds_name", &["name", "id"]);
    table.indexes.insert(index.name.clone(), index);
    let kind = model::ConstraintKind::Check { expression: model::Expr::new("(id > 0)"), no_inherit: false };
    let check = model::Constraint::new("positive", kind);
    table.constraints.insert(check.name.clone(), check);
    schema.uses.insert(
        model::ObjectRef::Table(name.clone()),
        model::ObjectRef::Type(model::Name::new("public", "mood")),
    );
    schema.tables.insert(name, table);
    let labels = vec!["sad".to_owned(), "it's".to_owned()];
    schema.enums.insert(model::Name::new("public", "mood"), model::EnumType { labels, comment: None });
    schema
}

/// Whether the file could be read; or what is wrong with the way in which it could not.
fn judge(kind: &Kind, path: &Path) -> Result<bool, String> {
    match catch_unwind(AssertUnwindSafe(|| (kind.read)(path))) {
        Ok(Ok(())) => Ok(true),
        Ok(Err(fault)) if fault.what.is_empty() => Err("an error that says nothing".to_owned()),
        // A project without drizzle-orm is not at one place.
        Ok(Err(fault)) if fault.place.is_none() && kind.slow == 1 => {
            Err(format!("an error without a place: {fault}"))
        }
        Ok(Err(_)) => Ok(false),
        Err(_) => Err("a panic".to_owned()),
    }
}

#[test]
fn damaged_files_end_in_one_error() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let (count, first) =
        (number("LOCKKEEPER_FUZZ").unwrap_or(300), number("LOCKKEEPER_FUZZ_SEED").unwrap_or(0));
    let folder = tempfile::tempdir().expect("a folder");
    let mut failures = Vec::new();
    for kind in kinds() {
        let path = folder.path().join(kind.name);
        let mut read = 0;
        let count = count.div_ceil(kind.slow);
        for seed in first..first + count {
            let mut random = Random::new(seed);
            let whole = random.pick(&kind.whole).clone();
            fs::write(&path, damaged(&mut random, &whole)).expect("it can be written");
            match judge(&kind, &path) {
                Ok(was_read) => read += usize::from(was_read),
                Err(why) => {
                    failures
                        .push(format!("{} LOCKKEEPER_FUZZ_SEED={seed} LOCKKEEPER_FUZZ=1: {why}", kind.name));
                }
            }
        }
        eprintln!("{}: {read} of {count} damaged files could be read", kind.name);
    }
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_once_failed_does_not_again() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut replayed = 0;
    for entry in fs::read_dir(corpus).expect("the corpus").flatten() {
        let path = entry.path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let kind = kinds().into_iter().find(|kind| name.ends_with(kind.name));
        let kind = kind.unwrap_or_else(|| panic!("{name} ends like no kind of file"));
        judge(&kind, &path).unwrap_or_else(|why| panic!("{name}: {why}"));
        replayed += 1;
    }
    assert!(replayed > 0, "the corpus has files");
}
