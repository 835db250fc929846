//! How a run treats its files: suppressions, settings, baseline, transactions, versions, output.

use lint::{Baseline, LintConfig, Options, Runner, SourceFile, baseline, format, lint};
use model::{Category, LockMode, Name};

fn found(text: &str) -> Vec<String> {
    let config = LintConfig::default();
    let report = lint(&[SourceFile::new("a.sql", text)], &Options::new(&config));
    report.findings.into_iter().map(|finding| finding.rule).collect()
}

fn settings(text: &str) -> LintConfig {
    toml::from_str(text).expect("the settings can be read")
}

#[test]
fn a_reasoned_comment_accepts_a_finding_where_it_stands() {
    let accepted = "-- lockkeeper: allow drop-column, missing-lock-timeout because nothing reads it\n";
    assert!(found(&format!("{accepted}ALTER TABLE funds DROP COLUMN a;")).is_empty());
    let elsewhere = found(&format!("{accepted}SELECT 1;\nALTER TABLE funds DROP COLUMN a;"));
    assert!(elsewhere.contains(&"drop-column".to_owned()));
    let behind = "ALTER TABLE funds DROP COLUMN a; -- lockkeeper: allow all because it is empty\nALTER TABLE funds DROP COLUMN b;";
    assert_eq!(found(behind).iter().filter(|rule| *rule == "drop-column").count(), 1);
    let file = "/* lockkeeper: allow-file drop-column missing-lock-timeout because this is a clean-up */\n";
    assert!(found(&format!("{file}SELECT 1;\nALTER TABLE funds DROP COLUMN a;")).is_empty());
}

#[test]
fn settings_switch_rules_by_path() {
    let config = settings(
        "[rules]\ndrop-column = \"off\"\nmissing-lock-timeout = \"off\"\n\
         [[paths]]\npath = \"strict/**\"\n[paths.rules]\ndrop-column = \"on\"\n\
         [[paths]]\npath = \"legacy/**\"\nskip = true\n",
    );
    config.check().expect("the rules exist");
    let text = "ALTER TABLE funds DROP COLUMN a;\nDROP TABLE funds;";
    let rules = |path: &str| -> Vec<String> {
        let report = lint(&[SourceFile::new(path, text)], &Options::new(&config));
        report.findings.into_iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(rules("a.sql"), ["drop-table"]);
    assert_eq!(rules("strict/a.sql"), ["drop-column", "drop-table"]);
    assert!(rules("legacy/a.sql").is_empty());
    let misspelt = settings("[rules]\ndrop-colum = \"off\"\n").check().expect_err("there is no such rule");
    assert!(misspelt.to_string().contains("did you mean drop-column?"), "{misspelt}");
}

#[test]
fn a_baseline_leaves_out_what_was_there_and_nothing_more() {
    let config = LintConfig::default();
    let old = [SourceFile::new("a.sql", "DROP TABLE a;\nDROP TABLE a2;")];
    let known = baseline(&old, &Options::new(&config));
    let known = Baseline::from_json(&known.to_json()).expect("it reads what it wrote");
    let new = [SourceFile::new("a.sql", "SELECT 1;\n\nDROP   TABLE a;\nDROP TABLE a2;\nDROP TABLE b;")];
    let options = Options { baseline: Some(&known), ..Options::new(&config) };
    let lines: Vec<u32> = lint(&new, &options).findings.iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [5, 5]);
}

#[test]
fn what_is_applied_tells_what_exists_and_is_not_reported() {
    let config = LintConfig::default();
    let applied = SourceFile::new("1.sql", "CREATE TABLE funds (id int);\nDROP TABLE old;").applied();
    let report =
        lint(&[applied, SourceFile::new("2.sql", "CREATE INDEX ON funds (id);")], &Options::new(&config));
    assert_eq!(report.statements.len(), 1);
    assert_eq!(report.statements[0].category, Category::Risky);
    let lock = &report.statements[0].effect.locks[0];
    assert_eq!((lock.relation.clone(), lock.mode), (Name::new("public", "funds"), LockMode::ShareLock));
}

#[test]
fn runners_decide_what_is_one_transaction() {
    let text = "CREATE INDEX CONCURRENTLY i ON funds (a);\nSELECT 1;";
    let fails = |runner: Runner, text: &str| {
        let config = LintConfig { runner: Some(runner), ..LintConfig::default() };
        let report = lint(&[SourceFile::new("a.sql", text)], &Options::new(&config));
        report.statements[0].error.is_some()
    };
    assert!(!fails(Runner::Plain, text) && !fails(Runner::Flyway, text));
    assert!(fails(Runner::Drizzle, text) && fails(Runner::Prisma, text) && fails(Runner::Rails, text));
    assert!(!fails(Runner::Prisma, "CREATE INDEX CONCURRENTLY i ON funds (a);"));
    assert!(!fails(Runner::Sqlx, &format!("-- no-transaction\n{text}")));
    assert!(!fails(Runner::Goose, &format!("-- +goose NO TRANSACTION\n{text}")));
    let config = LintConfig { assume_transaction: true, ..LintConfig::default() };
    let report = lint(&[SourceFile::new("a.sql", text)], &Options::new(&config));
    let error = report.statements[0].error.as_deref();
    assert_eq!(error, Some("CREATE INDEX CONCURRENTLY cannot run inside a transaction block"));
    assert!(report.statements[1].error.as_deref().is_some_and(|error| error.contains("aborted")));
}

#[test]
fn the_version_decides_what_is_known() {
    let error = |major: u32, text: &str| {
        let config = LintConfig { pg_version: Some(major), ..LintConfig::default() };
        lint(&[SourceFile::new("a.sql", text)], &Options::new(&config)).statements[0].error.clone()
    };
    let virtual_column = "ALTER TABLE funds ADD COLUMN b int GENERATED ALWAYS AS (a + 1) VIRTUAL;";
    assert!(error(17, virtual_column).is_some() && error(18, virtual_column).is_none());
    let not_null = "ALTER TABLE funds ADD CONSTRAINT n NOT NULL a NOT VALID;";
    assert!(error(17, not_null).is_some() && error(18, not_null).is_none());
}

#[test]
fn a_rollback_takes_back_what_is_known() {
    let rules =
        found("BEGIN;\nCREATE TABLE t (a int);\nROLLBACK;\nCREATE TABLE t (a int);\nCREATE TABLE t (a int);");
    assert_eq!(rules, ["will-fail"]);
    let rules = found(
        "BEGIN;\nSAVEPOINT s;\nCREATE TABLE t (a int);\nROLLBACK TO s;\nCREATE TABLE t (b int);\nCOMMIT;",
    );
    assert!(rules.is_empty(), "{rules:?}");
}

#[test]
fn every_risky_statement_has_a_finding_that_says_why() {
    let config = LintConfig { advice: false, ..LintConfig::default() };
    let accepted = |it: &&lint::Example| it.sql.contains("lockkeeper: allow");
    for example in lint::rules().iter().flat_map(|rule| rule.bad).filter(|it| !accepted(it)) {
        let before = SourceFile::new("before.sql", example.before).applied();
        let report = lint(&[before, SourceFile::new("a.sql", example.sql)], &Options::new(&config));
        for statement in report.statements.iter().filter(|it| it.category > Category::Safe) {
            let aborted = statement.error.as_deref().is_some_and(|error| error.contains("is aborted"));
            let said = report.findings.iter().any(|finding| {
                let last = statement.line as usize + statement.sql.lines().count();
                finding.rule != "missing-lock-timeout"
                    && (statement.line as usize..last).contains(&(finding.line as usize))
            });
            assert!(said || aborted, "{} is {} without a word", statement.sql, statement.category);
        }
    }
}

#[test]
fn json_is_the_shape_that_others_rely_on() {
    let config = LintConfig::default();
    let report = lint(
        &[SourceFile::new("a.sql", "-- x\n  ALTER TABLE funds ADD COLUMN a int ;")],
        &Options::new(&config),
    );
    let value: serde_json::Value = serde_json::from_str(&format::json(&report)).expect("it is JSON");
    let statement = &value["statements"][0];
    let wanted = serde_json::json!({
        "file": "a.sql", "line": 2, "column": 3, "sql": "ALTER TABLE funds ADD COLUMN a int",
        "operations": ["ADD_COLUMN"], "category": "safe",
        "locks": [{"relation": "public.funds", "mode": "AccessExclusiveLock"}],
        "rewrites": [], "scans": [], "index_builds": 0, "data_loss": false, "error": null, "unknown": [],
    });
    assert_eq!(*statement, wanted);
    assert_eq!(value["findings"], serde_json::json!([]));
}

#[test]
fn other_formats_carry_every_finding() {
    let config = LintConfig::default();
    let files = [SourceFile::new("dir/a b.sql", "DROP TABLE \"x|y\";")];
    let report = lint(&files, &Options::new(&config));
    let log: serde_json::Value = serde_json::from_str(&format::sarif(&report)).expect("it is JSON");
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(report.findings.len()));
    assert_eq!(run["results"][0]["level"], "error");
    assert_eq!(
        run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "dir/a%20b.sql"
    );
    assert!(run["tool"]["driver"]["rules"].as_array().is_some_and(|rules| rules.len() == 2));
    assert!(format::github(&report).starts_with("::error file=dir/a b.sql,line=1,col=1,title=drop-table::"));
    assert!(format::markdown(&report).contains("public.\"x\\|y\""));
}
