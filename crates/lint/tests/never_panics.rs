//! Any files are linted to their end, in time linear in their length.

use std::time::Instant;

use lint::{LintConfig, Options, SourceFile, fix, format, lint, rules};
use proptest::prelude::*;

/// `LOCKKEEPER_FUZZ_CASES`: how many runs each property tries.
fn cases() -> ProptestConfig {
    let cases = std::env::var("LOCKKEEPER_FUZZ_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(200), failure_persistence: None, ..ProptestConfig::default() }
}

/// Statements of every kind: the examples of all rules.
fn statements() -> Vec<&'static str> {
    rules()
        .iter()
        .flat_map(|rule| rule.bad.iter().chain(rule.good))
        .flat_map(|it| [it.before, it.sql])
        .collect()
}

fn visit(texts: &[String], major: u32) {
    let config = LintConfig { advice: true, pg_version: Some(major), ..LintConfig::default() };
    let options = Options::new(&config);
    let files: Vec<SourceFile> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| SourceFile::new(format!("{at}.sql"), text.as_str()))
        .collect();
    let report = lint(&files, &options);
    let shown = format::text(&report, &files, &format::Style::default());
    assert!(report.findings.iter().all(|finding| shown.contains(&finding.rule)));
    format::sarif(&report);
    format::markdown(&report);
    fix(&files, &options);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn on_statements_in_any_order(
        picks in prop::collection::vec(prop::sample::select(statements()), 1..12),
        files in 1usize..4,
        major in 13u32..19,
    ) {
        let mut texts = vec![String::new(); files];
        for (at, statement) in picks.into_iter().enumerate() {
            texts[at % files].push_str(statement);
            texts[at % files].push_str(";\n");
        }
        visit(&texts, major);
    }

    #[test]
    fn on_damaged_statements(
        first in prop::sample::select(statements()),
        second in prop::sample::select(statements()),
        cut in 0usize..200,
        tail in any::<String>(),
    ) {
        let at = (0..=cut.min(first.len())).rev().find(|at| first.is_char_boundary(*at)).unwrap_or(0);
        visit(&[format!("{}{tail}", &first[..at]), second.to_owned()], 17);
    }
}

/// Twice the statements take about twice the time, whatever they share.
#[test]
fn in_linear_time() {
    let one_table = |count: usize| {
        vec!["ALTER TABLE funds ADD COLUMN a int;\nALTER TABLE funds DROP COLUMN a;\n".repeat(count)]
    };
    let many_tables = |count: usize| {
        let each = |at: usize| {
            format!("CREATE TABLE t{at} (id int PRIMARY KEY, up int REFERENCES t{});", at.saturating_sub(1))
        };
        vec![(0..count).map(each).collect::<String>()]
    };
    let transaction =
        |count: usize| vec![format!("BEGIN;\n{}COMMIT;", "UPDATE a SET b = 1 WHERE c = 2;\n".repeat(count))];
    let accepted =
        |count: usize| vec!["-- lockkeeper: allow drop-table because x\nDROP TABLE a;\n".repeat(count)];
    let files = |count: usize| -> Vec<String> {
        (0..count)
            .map(|at| {
                format!("BEGIN; ALTER TABLE t{at} ADD COLUMN a int; COMMIT; CREATE INDEX ON t{at} (a);")
            })
            .collect()
    };
    let shapes: [&dyn Fn(usize) -> Vec<String>; 5] =
        [&one_table, &many_tables, &transaction, &accepted, &files];
    for (at, shape) in shapes.iter().enumerate() {
        let time = |count: usize| {
            let config = LintConfig::default();
            let texts = shape(count);
            let files: Vec<SourceFile> =
                texts.iter().map(|text| SourceFile::new("a.sql", text.as_str())).collect();
            // The best of several: on a busy machine any one run may have had to wait.
            let runs = (0..3).map(|_| {
                let start = Instant::now();
                lint(&files, &Options::new(&config));
                start.elapsed().as_secs_f64()
            });
            runs.fold(f64::INFINITY, f64::min)
        };
        time(50);
        let (short, long) = (time(400), time(1_600));
        assert!(long < 0.2 + 10.0 * short, "shape {at}: {short} s, then {long} s");
    }
}
