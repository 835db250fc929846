//! What is known of a Drizzle project without a server is what a server makes of it.
//!
//! `LOCKKEEPER_KNOWN` says how many random projects are made.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

use std::fs;
use std::path::Path;

mod packages;
mod projects;

use packages::packages;
use projects::{Dice, corpus, difference, many_conditions, random_project};
use read::{Reader, Source};
use shadow::ShadowOptions;

async fn compare(reader: &mut Reader<'_>, always: &mut Reader<'_>, path: &Path) -> Result<(), String> {
    let source = Source::Drizzle(path.to_owned());
    let shown = path.display();
    match (reader.read(&source).await, always.read(&source).await) {
        (Ok(known), Ok(asked)) => match difference(&known.schema, &asked.schema) {
            Some(difference) => Err(format!("{shown}\n{difference}")),
            None => Ok(()),
        },
        (Err(one), Err(other)) if one.what == other.what => Ok(()),
        (one, other) => Err(format!("{shown}: {:?} beside {:?}", one.err(), other.err())),
    }
}

async fn corpus_is_known(generation: &str, major: u32) {
    let (_folder, schemas) = corpus(generation);
    let mut reader = Reader::new(ShadowOptions::of(major), &model::Silent);
    let mut always = Reader::new(ShadowOptions::of(major), &model::Silent).asking_always();
    let mut wrong = Vec::new();
    for schema in &schemas {
        wrong.extend(compare(&mut reader, &mut always, schema).await.err());
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), schemas.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corpus_in_0_is_what_the_server_makes_of_it() {
    corpus_is_known("zero", testkit::majors()[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corpus_in_1_is_what_the_server_makes_of_it() {
    corpus_is_known("one", testkit::majors()[0]).await;
}

async fn random_projects_are_known(generation: &str, major: u32) {
    let projects: u64 = std::env::var("LOCKKEEPER_KNOWN").map_or(2, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(packages(generation), folder.path().join("node_modules")).unwrap();
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    let mut always = Reader::new(ShadowOptions::of(major), &model::Silent).asking_always();
    let mut reader = Reader::new(ShadowOptions::of(major), &model::Silent);
    let (mut known, mut all) = (0, 0);
    for seed in 1..=projects {
        let path = folder.path().join(format!("schema{seed}.ts"));
        fs::write(&path, random_project(&mut Dice::new(seed), 12)).unwrap();
        let project = drizzle::read(&path, &drizzle::Options::default()).unwrap();
        known += project.known.schema.tables.len();
        all += project.tables.len();
        if let Err(wrong) = compare(&mut reader, &mut always, &path).await {
            let kept = fs::read_to_string(&path).unwrap();
            panic!("project {seed}\n{wrong}\n{}", &kept[..kept.len().min(3000)]);
        }
    }
    println!("{known} of {all} tables were known");
    assert!(known * 3 > all, "{known} of {all} tables are known");
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_by_the_hundred_are_what_the_server_makes_of_them() {
    let major = testkit::majors()[0];
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(packages("zero"), folder.path().join("node_modules")).unwrap();
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    let mut always = Reader::new(ShadowOptions::of(major), &model::Silent).asking_always();
    let mut reader = Reader::new(ShadowOptions::of(major), &model::Silent);
    let projects: u64 = std::env::var("LOCKKEEPER_KNOWN").map_or(2, |count| count.parse().unwrap());
    for seed in 1..=projects {
        let path = folder.path().join(format!("schema{seed}.ts"));
        fs::write(&path, many_conditions(&mut Dice::new(seed.wrapping_mul(7)), 400)).unwrap();
        compare(&mut reader, &mut always, &path).await.unwrap();
        fs::remove_file(&path).unwrap();
    }
    assert!(!reader.has_started(), "every condition is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn random_projects_in_0_are_what_the_server_makes_of_them() {
    for major in testkit::majors() {
        random_projects_are_known("zero", major).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_projects_in_1_are_what_the_server_makes_of_them() {
    random_projects_are_known("one", testkit::majors()[0]).await;
}
