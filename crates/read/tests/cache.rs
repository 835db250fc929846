//! What was read before is used as long as nothing changed, and only then.

use std::path::Path;

mod packages;

use packages::packages;
use read::{Cache, Reader, Reading, Source};
use shadow::ShadowOptions;

/// A table with a default that only a server can write back.
const TABLE: &str = "import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { kinds } from './kinds';
export const funds = pgTable('funds', {
  id: integer('id').default(sql`1 + 1`).primaryKey(), kind: text('kind', { enum: kinds }),
});";

struct Read {
    reading: Reading,
    needed_server: bool,
}

async fn read(cache: &Path, source: &Source) -> Read {
    let options = ShadowOptions::of(testkit::majors()[0]);
    let mut reader = Reader::new(options, &model::Silent).cached(Some(Cache::within(cache)));
    let reading = reader.read(source).await.expect("it can be read");
    Read { reading, needed_server: reader.has_started() }
}

#[tokio::test]
async fn migrations_are_run_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.sql");
    std::fs::write(&file, "CREATE TABLE t (a int)").expect("it can be written");
    let source = Source::Sql(file.clone());
    let first = read(folder.path(), &source).await;
    let second = read(folder.path(), &source).await;
    assert!(first.needed_server && !second.needed_server);
    assert_eq!(first.reading.schema, second.reading.schema);
    std::fs::write(&file, "CREATE TABLE t (b int)").expect("it can be written");
    let third = read(folder.path(), &source).await;
    assert!(third.needed_server);
    assert_ne!(third.reading.schema, first.reading.schema);
    for entry in std::fs::read_dir(folder.path().join("schemas")).expect("the cache").flatten() {
        std::fs::write(entry.path(), "0\n{}").expect("it can be written");
    }
    let fourth = read(folder.path(), &source).await;
    assert!(fourth.needed_server);
    assert_eq!(fourth.reading.schema, third.reading.schema);
    assert!(
        fourth.reading.notes.iter().any(|note| note.contains("is damaged")),
        "{:?}",
        fourth.reading.notes
    );
}

#[tokio::test]
async fn a_project_is_evaluated_once() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    std::os::unix::fs::symlink(packages("zero"), folder.path().join("node_modules")).expect("a link");
    write("package.json", "{}");
    write("kinds.ts", "export const kinds = ['a', 'b'] as const;");
    write("schema.ts", TABLE);
    write("drizzle.config.ts", "export default { dialect: 'postgresql', schema: './schema*.ts' };");
    let source = Source::Drizzle(folder.path().join("drizzle.config.ts"));
    let first = read(folder.path(), &source).await;
    let second = read(folder.path(), &source).await;
    assert!(first.needed_server && !second.needed_server);
    assert_eq!(first.reading.schema, second.reading.schema);
    assert_eq!(first.reading.files, second.reading.files);
    // Another text of the same schema is evaluated, and makes the same statements.
    write("kinds.ts", "export const kinds = ['a', 'b', 'c'] as const;");
    assert!(!read(folder.path(), &source).await.needed_server);
    write("schema.ts", &TABLE.replace("'funds'", "'moneys'"));
    let changed = read(folder.path(), &source).await;
    assert!(changed.needed_server && changed.reading.schema != first.reading.schema);
    // A glob finds what was not there.
    write(
        "schema2.ts",
        "import { integer, pgTable } from 'drizzle-orm/pg-core';\nexport const n = pgTable('n', { a: integer('a') });",
    );
    let grown = read(folder.path(), &source).await;
    assert_eq!(grown.reading.schema.tables.len(), 2);
    assert!(!grown.needed_server, "the other table did not change, and this one is known");
}
