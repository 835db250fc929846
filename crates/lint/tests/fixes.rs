//! What a rule offers to write better is better: it lints clean afterwards.

use lint::{LintConfig, Options, SourceFile, fix, lint, rules};
use model::Category;

fn files(before: &str, sql: &str) -> Vec<SourceFile> {
    vec![SourceFile::new("before.sql", before).applied(), SourceFile::new("example.sql", sql)]
}

#[test]
fn fixed_examples_lint_clean() {
    let config = LintConfig::default();
    let options = Options::new(&config);
    let mut fixed_rules = Vec::new();
    for rule in rules().iter().filter(|rule| !rule.advice) {
        for example in rule.bad {
            let fixed = fix(&files(example.before, example.sql), &options);
            if fixed.count == 0 {
                continue;
            }
            let again = lint(&fixed.files, &options);
            let left: Vec<_> = again.findings.iter().filter(|it| it.category > Category::Safe).collect();
            assert_eq!(fixed.report, again);
            let others = rule.name == "foreign-key-without-index" || rule.name == "on-delete-cascade";
            assert!(left.is_empty() || others, "{}: {}\n{left:?}", rule.name, fixed.files[1].text);
            fixed_rules.push(rule.name);
        }
    }
    fixed_rules.dedup();
    for rule in [
        "create-index",
        "drop-index",
        "add-check",
        "add-foreign-key",
        "add-unique",
        "set-not-null",
        "reindex",
    ] {
        assert!(fixed_rules.contains(&rule), "{rule} is not fixed: {fixed_rules:?}");
    }
}

#[test]
fn nothing_is_fixed_inside_a_transaction() {
    let config = LintConfig::default();
    let text = "BEGIN;\nCREATE INDEX ON funds (name);\nCOMMIT;\n";
    let fixed = fix(&files("", text), &Options::new(&config));
    assert_eq!((fixed.count, fixed.files[1].text.as_str()), (0, text));
}

#[test]
fn several_fixes_in_one_file_keep_the_rest_as_it_is() {
    let config = LintConfig::default();
    let text = "-- é\nCREATE INDEX a ON funds (name);\nSELECT 1;\nALTER TABLE funds ADD CONSTRAINT c CHECK (n > 0);\n";
    let fixed = fix(&files("", text), &Options::new(&config));
    let wanted = "-- é\nCREATE INDEX CONCURRENTLY a ON funds (name);\nSELECT 1;\n\
                  ALTER TABLE funds ADD CONSTRAINT c CHECK (n > 0) NOT VALID;\n\
                  ALTER TABLE public.funds VALIDATE CONSTRAINT c;\n";
    assert_eq!(fixed.files[1].text, wanted);
}
