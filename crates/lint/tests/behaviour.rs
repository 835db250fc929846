//! How a run treats its files: suppressions, settings, baseline, transactions, versions, output.

use lint::{Baseline, LintConfig, Options, Runner, SourceFile, baseline, format, lint};
use model::{Category, LockMode, Name};

fn found(text: &str) -> Vec<String> {
    let config = LintConfig::default();
    let report = lint(&[SourceFile::new("a.sql", text)], &Options::new(&config));
    report.findings.into_iter().map(|finding| finding.rule).collect()
}

/// The rules of what is found in a file of this name.
fn found_in(path: &str, text: &str) -> Vec<String> {
    let config = LintConfig::default();
    let report = lint(&[SourceFile::new(path, text)], &Options::new(&config));
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
    let alone = "CREATE INDEX CONCURRENTLY i ON funds (a);";
    assert!(!fails(Runner::Plain, text) && !fails(Runner::Flyway, alone));
    assert!(fails(Runner::Drizzle, text) && fails(Runner::Prisma, text) && fails(Runner::Rails, text));
    // Flyway refuses a file that mixes.
    assert!(fails(Runner::Flyway, text));
    assert!(!fails(Runner::Prisma, alone) && !fails(Runner::GolangMigrate, alone));
    // Without a transaction, several statements are still one message, and so one transaction.
    assert!(!fails(Runner::Sqlx, &format!("-- no-transaction\n{alone}")));
    assert!(fails(Runner::Sqlx, &format!("-- no-transaction\n{text}")));
    assert!(fails(Runner::Dbmate, &format!("-- migrate:up transaction:false\n{text}")));
    assert!(!fails(Runner::Supabase, text) && fails(Runner::Atlas, text));
    assert!(!fails(Runner::Goose, &format!("-- +goose NO TRANSACTION\n{text}")));
    let config = LintConfig { assume_transaction: true, ..LintConfig::default() };
    let report = lint(&[SourceFile::new("a.sql", text)], &Options::new(&config));
    let error = report.statements[0].error.as_deref();
    assert_eq!(error, Some("CREATE INDEX CONCURRENTLY cannot run inside a transaction block"));
    assert!(report.statements[1].error.as_deref().is_some_and(|error| error.contains("aborted")));
}

#[test]
fn a_message_may_hold_a_transaction_of_its_own() {
    let text = "BEGIN;\nALTER TABLE funds ADD COLUMN a int;\nCOMMIT;\nSELECT 1;";
    assert_eq!(found_in("1_a.up.sql", text), Vec::<String>::new());
    let text = "BEGIN;\nSELECT 1;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON funds (a);";
    assert_eq!(found_in("1_a.up.sql", text), ["concurrently-in-transaction"]);
    assert_eq!(found_in("m/migration.sql", "BEGIN;\nSELECT 1;"), ["uncommitted-transaction"]);
}

#[test]
fn changesets_are_transactions_of_their_own() {
    let text = "--liquibase formatted sql\n--changeset a:1\nALTER TABLE funds ADD COLUMN a int;\n--changeset a:2 \
                runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON funds (a);\n--rollback DROP INDEX i;";
    assert_eq!(found_in("a.sql", text), Vec::<String>::new());
    let together = text.replace("--changeset a:2 runInTransaction:false\n", "");
    assert_eq!(found_in("a.sql", &together), ["concurrently-in-transaction"]);
}

/// What Drizzle finds new at once is one transaction: a label that one file adds cannot be used in the next.
#[test]
fn new_files_may_share_a_transaction() {
    let before = SourceFile::new("0.sql", "CREATE TYPE t AS ENUM ('a'); CREATE TABLE f (c t);").applied();
    let files = [
        before,
        SourceFile::new("drizzle/0001.sql", "ALTER TYPE t ADD VALUE 'b';"),
        SourceFile::new("drizzle/0002.sql", "ALTER TABLE f ALTER COLUMN c SET DEFAULT 'b';"),
    ];
    let rules = |one_transaction: bool| -> Vec<String> {
        let config = LintConfig { one_transaction, ..LintConfig::default() };
        lint(&files, &Options::new(&config)).findings.into_iter().map(|it| it.rule).collect()
    };
    assert_eq!(rules(false), Vec::<String>::new());
    assert!(rules(true).contains(&"enum-value-in-same-transaction".to_owned()));
}

#[test]
fn a_path_has_its_own_runner() {
    let path = lint::PathConfig {
        path: "slow/**".to_owned(),
        assume_transaction: Some(false),
        ..lint::PathConfig::default()
    };
    let config = LintConfig { paths: vec![path], runner: Some(Runner::Rails), ..LintConfig::default() };
    let text = "CREATE INDEX CONCURRENTLY i ON funds (a);";
    for (file, found) in [("slow/1.sql", 0), ("1.sql", 1)] {
        let report = lint(&[SourceFile::new(file, text)], &Options::new(&config));
        assert_eq!(report.findings.len(), found, "{file}");
    }
}

#[test]
fn a_column_is_set_once() {
    assert!(found("UPDATE funds SET a = 1, a = 2 WHERE id = 3;").contains(&"will-fail".to_owned()));
    assert!(!found("UPDATE funds SET a[1] = 1, a[2] = 2 WHERE id = 3;").contains(&"will-fail".to_owned()));
}

#[test]
fn a_timeout_of_zero_is_none() {
    let index = "CREATE INDEX ON funds (a);";
    assert!(found(&format!("SET lock_timeout = 0; {index}")).contains(&"missing-lock-timeout".to_owned()));
    assert!(!found(&format!("SET lock_timeout = 50; {index}")).contains(&"missing-lock-timeout".to_owned()));
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
