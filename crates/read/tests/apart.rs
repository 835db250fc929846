//! What was read of a project is kept object by object: where one table changes only that one is read again, and
//! what comes of it is what a server makes of the whole.
//!
//! `LOCKKEEPER_CHANGES` says how many tables of each project are changed, one after the other.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

use std::fs;
use std::path::Path;

mod packages;
mod projects;

use projects::{Dice, corpus, difference, random_project};
use read::{Cache, Reader, Source};
use shadow::ShadowOptions;

/// A schema's text with one more column in its nth table.
fn with_column(text: &str, nth: usize) -> Option<String> {
    let (at, _) =
        text.match_indices("able(").filter(|(at, _)| columns_of(&text[*at..]).is_some()).nth(nth)?;
    let columns = at + columns_of(&text[at..])?;
    let import = "import { text as textLater } from \"drizzle-orm/pg-core\";\n";
    let column = " later: textLater(\"later\").default(\"x\" ),";
    Some([import, &text[..columns], column, &text[columns..]].concat())
}

/// Where the columns begin in `able("name", { …`.
fn columns_of(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("able(")?.trim_start().strip_prefix('"')?;
    let (_, rest) = rest.split_once('"')?;
    let rest = rest.trim_start().strip_prefix(',')?.trim_start().strip_prefix('{')?;
    Some(text.len() - rest.len())
}

fn changes() -> usize {
    std::env::var("LOCKKEEPER_CHANGES").map_or(1, |count| count.parse().unwrap())
}

/// What was found on the way.
#[derive(Default)]
struct Found {
    objects: usize,
    asked: usize,
    wrong: Vec<String>,
}

/// One reader with a cache and one without; both ask the server about everything.
fn readers(folder: &Path) -> (Reader<'static>, Reader<'static>) {
    let reader = || Reader::new(ShadowOptions::of(testkit::majors()[0]), &model::Silent).asking_always();
    (reader().cached(Some(Cache::within(folder))), reader())
}

/// Reads a schema, changes some of its tables, and compares what is read with a cache with what is read without.
async fn change(
    (cached, fresh): &mut (Reader<'_>, Reader<'_>),
    path: &Path,
    times: usize,
    found: &mut Found,
) {
    let source = Source::Drizzle(path.to_owned());
    let text = fs::read_to_string(path).unwrap();
    if cached.read(&source).await.is_err() {
        return;
    }
    for changed in (0..times).map_while(|nth| with_column(&text, nth)) {
        fs::write(path, &changed).unwrap();
        let before = cached.objects_built();
        let (one, other) = (cached.read(&source).await, fresh.read(&source).await);
        let asked = cached.objects_built() - before;
        found.asked += asked;
        if let Ok(other) = &other {
            println!("{}: {asked} beside {} tables", path.display(), other.schema.tables.len());
        }
        match (one, other) {
            (Ok(one), Ok(other)) => {
                found.objects += other.schema.tables.len();
                let differs = difference(&one.schema, &other.schema);
                found.wrong.extend(differs.map(|said| format!("{}\n{said}", path.display())));
            }
            (Err(one), Err(other)) if one.what == other.what => {}
            (one, other) => {
                found.wrong.push(format!("{}: {:?} beside {:?}", path.display(), one.err(), other.err()))
            }
        }
    }
    fs::write(path, &text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_table_is_read_as_the_whole_is() {
    let (_folder, schemas) = corpus("zero");
    let kept = tempfile::tempdir().unwrap();
    let (mut readers, mut found) = (readers(kept.path()), Found::default());
    for path in schemas.iter().filter(|path| path.extension().is_some_and(|ending| ending == "ts")) {
        change(&mut readers, path, changes(), &mut found).await;
    }
    assert!(found.wrong.is_empty(), "{}", found.wrong.join("\n"));
    println!("{} objects were read again, where there are {} tables", found.asked, found.objects);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_random_projects_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(packages::packages("zero"), folder.path().join("node_modules")).unwrap();
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    let (mut readers, mut found) = (readers(folder.path()), Found::default());
    for seed in 1..=2_u64 {
        let path = folder.path().join(format!("schema{seed}.ts"));
        fs::write(&path, random_project(&mut Dice::new(seed), 12)).unwrap();
        change(&mut readers, &path, 2 + changes(), &mut found).await;
    }
    assert!(found.wrong.is_empty(), "{}", found.wrong.join("\n"));
    assert!(found.objects >= 60 && found.asked * 2 < found.objects, "{} of {}", found.asked, found.objects);
}
