//! What a person sees.

use lint::format::{Style, text};
use lint::{LintConfig, Options, SourceFile, lint};

fn shown(before: &str, sql: &str) -> String {
    let config = LintConfig::default();
    let files = [SourceFile::new("before.sql", before).applied(), SourceFile::new("migrations/7.sql", sql)];
    text(&lint(&files, &Options::new(&config)), &files, &Style::default())
}

#[test]
fn a_drop_with_what_goes_along() {
    insta::assert_snapshot!(shown(
        "CREATE TABLE funds (id int PRIMARY KEY); CREATE TABLE investments (fund_id int REFERENCES funds);",
        "SET lock_timeout = '50ms';\nDROP TABLE funds CASCADE;\n"
    ));
}

#[test]
fn a_not_null_that_nothing_proves() {
    insta::assert_snapshot!(shown("", "\tALTER TABLE funds\n\t\tALTER COLUMN name SET NOT NULL;\n"));
}

#[test]
fn a_transaction_around_everything() {
    insta::assert_snapshot!(shown(
        "",
        "BEGIN;\nALTER TABLE funds ADD COLUMN slug text;\nUPDATE funds SET slug = lower(name);\nCOMMIT;\n"
    ));
}

#[test]
fn what_is_not_sql() {
    insta::assert_snapshot!(shown("", "ALTER TABEL funds ADD a int;\nDROP TABLE é;\n"));
}

#[test]
fn nothing() {
    insta::assert_snapshot!(shown("", "ALTER TABLE funds ADD COLUMN slug text;\n"), @"1 statement, nothing found");
}
