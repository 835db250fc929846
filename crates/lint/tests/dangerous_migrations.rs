//! Migrations as tools and teams write them that are dangerous: what their first line says is found in each,
//! on the schema that the safe ones run on.

use std::fs;
use std::path::{Path, PathBuf};

use lint::{LintConfig, Options, SourceFile, lint};
use model::Category;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

#[test]
fn what_is_dangerous_is_found() {
    let schema = fs::read_to_string(folder("safe/schema.sql")).expect("the schema is there");
    let config = LintConfig::default();
    let mut wrong = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder("dangerous"))
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 40, "only {}", paths.len());
    for path in paths {
        let text = fs::read_to_string(&path).expect("the file is there");
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let wanted = text.lines().next().and_then(|line| line.strip_prefix("-- finds: ")).unwrap_or_default();
        assert!(!wanted.is_empty(), "{name} does not say what is found");
        let files =
            [SourceFile::new("schema.sql", schema.as_str()).applied(), SourceFile::new(&name, text.as_str())];
        let report = lint(&files, &Options::new(&config));
        let missed =
            wanted.split(' ').filter(|rule| !report.findings.iter().any(|found| found.rule == *rule));
        wrong.extend(missed.map(|rule| format!("{name}: {rule} is not found")));
        if report.statements.iter().all(|it| it.category == Category::Safe) {
            wrong.push(format!("{name} is called safe"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
